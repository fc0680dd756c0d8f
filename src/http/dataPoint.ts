/** The columns of the Analytics Engine dataset: what is written for each request, and what SQL may ask for. */

/** The dataset's name, as in wrangler.toml: the table that SQL reads. */
export const dataset = 'clips'

/**
 * Every column, in the order in which it is written. Never move one or give it another meaning: rows live for three
 * months. New ones go at the end of their kind (at most 20 blobs and 20 doubles); older rows have '' or 0 there.
 *
 * The route is the index, which is the key of sampling: each route keeps about as many rows as any other, so a rare
 * upload is not lost among streams. The clip is not: a client may make up ids, and an index value a row is what
 * Analytics Engine advises against. The exact count of each clip's plays is in Postgres.
 */
export const columns = {
  index1: {
    name: 'route',
    meaning: 'Pattern of the route, such as `/api/clips/:id`; `none` if there is no such route',
  },
  blob1: { name: 'method', meaning: 'Method, `OTHER` if it is none of those that are used here' },
  blob2: {
    name: 'cache',
    meaning:
      "`CF-Cache-Status` of the cache's answer, such as `HIT`; `none` if the cache was not asked or is not there",
  },
  blob3: { name: 'country', meaning: 'Country of the client, ISO 3166-1 alpha-2' },
  blob4: { name: 'colo', meaning: 'Data centre that answered, IATA code' },
  blob5: { name: 'clip', meaning: 'Id of the clip that was asked for or made' },
  blob6: { name: 'play_rejection', meaning: 'Why the start of a stream was not counted as a play' },
  blob7: { name: 'problem', meaning: 'Name of the problem that was answered, such as `clip-not-found`' },
  double1: { name: 'status', meaning: 'HTTP status' },
  double2: { name: 'duration_ms', meaning: 'Milliseconds until the headers were ready; the body follows' },
  double3: {
    name: 'bytes',
    meaning: 'Bytes of the body by `Content-Length`; 0 where it is not said, and for HEAD',
  },
} as const

type Columns = typeof columns
export type ColumnName = Columns[keyof Columns]['name']

/** A value for every column, by its name. Text that is not known is '', unless its column says otherwise. */
export type DataPointValues = {
  [Column in keyof Columns as Columns[Column]['name']]: Column extends `double${number}` ? number : string
}

/** A point takes 96 bytes of index and 16 KB of blobs; more, and it is lost. Nothing that is true is this long. */
const maxTextLength = 96

/** The data point for these values. */
export function toDataPoint(values: DataPointValues): Required<AnalyticsEngineDataPoint> {
  const blobs: string[] = []
  const doubles: number[] = []
  for (const { name } of Object.values(columns)) {
    const value = values[name]
    if (typeof value === 'number') doubles.push(value)
    else if (name !== 'route') blobs.push(value.slice(0, maxTextLength))
  }
  return { indexes: [values.route.slice(0, maxTextLength)], blobs, doubles }
}

/** The column that has this name, to write SQL with: `columnOf('status')` is `double1`. */
export function columnOf(name: ColumnName): string {
  const [column] = Object.entries(columns).find(([, { name: other }]) => other === name) ?? []
  if (column === undefined) throw new Error(`there is no column ${name}`)
  return column
}
