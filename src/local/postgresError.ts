/** The fields that the driver copies into a NeonDbError. */
const names = new Set([
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
])

/** What Postgres said, if it was Postgres who refused; undefined for any other error. */
export function postgresErrorFields(error: unknown): Record<string, string> | undefined {
  if (!(error instanceof Error)) return undefined
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(error)) {
    if (names.has(name) && typeof value === 'string') fields[name] = value
  }
  // Broken connections have a `code` too (ECONNREFUSED); severity comes from Postgres alone.
  return fields['severity'] === undefined ? undefined : { message: error.message, ...fields }
}
