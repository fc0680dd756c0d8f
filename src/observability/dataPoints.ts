/** The columns of the Analytics Engine dataset. Each request writes one data point. */

/** The dataset in wrangler.toml, and the table in SQL. */
export const dataset = 'clips'

/**
 * Every column, in the order in which it is written. Never move one or change its meaning: rows are kept for three months.
 * New columns go to the end of their kind (at most 20 blobs and 20 doubles); older rows have '' or 0 there.
 *
 * The route is the index, by which Analytics Engine samples: each route keeps about as many rows as any other, so a rare
 * upload is not lost among streams. The clip is no index, because a client could invent ids. The exact plays of each clip
 * are in Postgres.
 */
export const columns = {
  index1: {
    name: 'route',
    meaning: 'Pattern of the route, such as `/api/clips/:id`; `none` without a route',
  },
  blob1: { name: 'method', meaning: 'Method; `OTHER` if the API has none of that name' },
  blob2: {
    name: 'cache',
    meaning: '`CF-Cache-Status` of the cache, such as `HIT`; `none` if the cache was not used',
  },
  blob3: { name: 'country', meaning: 'Country of the client, ISO 3166-1 alpha-2' },
  blob4: { name: 'colo', meaning: 'Data centre of the Worker, IATA code' },
  blob5: { name: 'clip', meaning: 'Id of the clip in the URL, or of the new clip' },
  blob6: { name: 'play_rejection', meaning: 'Why a start of a stream was no play' },
  blob7: { name: 'problem', meaning: 'Name of the problem, such as `clip-not-found`' },
  double1: { name: 'status', meaning: 'HTTP status' },
  double2: { name: 'duration_ms', meaning: 'Milliseconds until the headers were ready' },
  double3: {
    name: 'bytes',
    meaning: 'Bytes of the body by `Content-Length`; 0 if unknown, and for HEAD',
  },
} as const

type Columns = typeof columns
export type ColumnName = Columns[keyof Columns]['name']

/** A value for every column, by its name. Unknown text is '', unless its column has another value for that. */
export type DataPointValues = {
  [Column in keyof Columns as Columns[Column]['name']]: Column extends `double${number}` ? number : string
}

/** A point with more than 96 bytes of index, or 16 KB of blobs, is lost. No real value is this long. */
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

/** The column with this name, for SQL: `columnOf('status')` is `double1`. */
export function columnOf(name: ColumnName): string {
  const [column] = Object.entries(columns).find(([, { name: other }]) => other === name) ?? []
  if (column === undefined) throw new Error(`there is no column ${name}`)
  return column
}
