/** Every case. */
import type { ConformanceCase } from '../conformanceCase.ts'
import { connection } from './connection.ts'
import { contentDisposition } from './contentDisposition.ts'
import { cors } from './cors.ts'
import { dates } from './dates.ts'
import { digest } from './digest.ts'
import { emptyAndEdges } from './emptyAndEdges.ts'
import { headers } from './headers.ts'
import { headRequests } from './head.ts'
import { ifMatch } from './ifMatch.ts'
import { ifNoneMatch } from './ifNoneMatch.ts'
import { ifRange } from './ifRange.ts'
import { malformedRange } from './malformedRange.ts'
import { methods } from './methods.ts'
import { multipleRanges } from './multipleRanges.ts'
import { players } from './players.ts'
import { precedence } from './precedence.ts'
import { singleRange } from './singleRange.ts'
import { suffixRange } from './suffixRange.ts'
import { unknownClip } from './unknownClip.ts'
import { unsatisfiableRange } from './unsatisfiableRange.ts'

export const cases: ConformanceCase[] = [
  ...singleRange,
  ...suffixRange,
  ...unsatisfiableRange,
  ...multipleRanges,
  ...malformedRange,
  ...ifRange,
  ...ifMatch,
  ...ifNoneMatch,
  ...dates,
  ...precedence,
  ...headRequests,
  ...headers,
  ...contentDisposition,
  ...digest,
  ...cors,
  ...methods,
  ...unknownClip,
  ...connection,
  ...emptyAndEdges,
  ...players,
]
