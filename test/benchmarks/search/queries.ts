/** What is measured: each entry asks the API or calls a function of the product. */
import { selectLibraryFigures } from '../../../src/db/metrics.ts'
import { selectClipStats, selectLibraryStats } from '../../../src/db/stats.ts'
import { ilikeQueries, summedUp } from './firstVersion.ts'
import { listQueries } from './listQueries.ts'
import type { NamedQuery } from './namedQuery.ts'
import { searchQueries } from './searchQueries.ts'
import { skewedQueries } from './skewedQueries.ts'

const statistics: NamedQuery[] = [
  { name: 'one clip', run: async ({ ask, known }) => await ask(`/api/clips/${known.id}`) },
  { name: 'statistics of a clip', run: async ({ db, known }) => await selectClipStats(db, known.id, 365) },
  { name: 'statistics of the library', run: async ({ db }) => await selectLibraryStats(db, 365, 10) },
  {
    name: 'figures of /metrics',
    run: async ({ db }) => await selectLibraryFigures(db, ['public', 'private'], 10),
  },
]

export const queriesOf = (skewed: boolean): NamedQuery[] => [
  ...listQueries,
  ...searchQueries,
  ...(skewed ? [...skewedQueries('old'), ...skewedQueries('new')] : []),
  ...statistics,
  ...ilikeQueries,
  summedUp,
]
