/** Inserts without triggers and without secondary indexes, which are made again from their definitions. */
import type { LocalDatabase } from '../../../src/local/database.ts'

/** Runs an insert whose parameter `$1` is the rows as JSON. */
export type InsertRows = (text: string, rows: readonly unknown[]) => Promise<void>

const withoutOptions = { readOnly: false, deferrable: false }
const asReplica = { text: 'set local session_replication_role = replica', params: [] }

/** A role that is no superuser may not act as a replica, but may disable the triggers of its own tables. */
export async function withoutTriggers<Result>(
  database: LocalDatabase,
  tables: readonly string[],
  work: (insert: InsertRows) => Promise<Result>,
): Promise<Result> {
  if (await mayActAsReplica(database)) {
    return await work(async (text, rows) => {
      await database.transaction([asReplica, { text, params: [JSON.stringify(rows)] }], withoutOptions)
    })
  }
  const switchTriggers = async (action: 'disable' | 'enable') => {
    for (const table of tables) {
      await database.query({ text: `alter table ${table} ${action} trigger user`, params: [] })
    }
  }
  await switchTriggers('disable')
  try {
    return await work(async (text, rows) => {
      await database.query({ text, params: [JSON.stringify(rows)] })
    })
  } finally {
    await switchTriggers('enable')
  }
}

async function mayActAsReplica(database: LocalDatabase): Promise<boolean> {
  return await database.transaction([asReplica], withoutOptions).then(
    () => true,
    () => false,
  )
}

/** Drops the indexes that are no constraint, and returns their definitions. */
export async function dropSecondaryIndexes(
  database: LocalDatabase,
  tables: readonly string[],
): Promise<string[]> {
  const { rows } = await database.query({
    text: `select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
      where indrelid = any(select to_regclass(name) from unnest($1::text[]) name)
        and not exists (select from pg_constraint where conindid = indexrelid)`,
    params: [`{${tables.join(',')}}`],
  })
  for (const [name] of rows) await database.query({ text: `drop index ${name}`, params: [] })
  return rows.map(([, definition]) => definition ?? '')
}

export async function createSecondaryIndexes(
  database: LocalDatabase,
  definitions: readonly string[],
): Promise<void> {
  const memory = { text: "set local maintenance_work_mem = '256MB'", params: [] }
  for (const text of definitions) await database.transaction([memory, { text, params: [] }], withoutOptions)
}
