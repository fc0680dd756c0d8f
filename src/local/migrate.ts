/** Migrations: `npm run db:migrate`, and the start of `npm run dev`. */
import { join } from 'node:path'
import { neon, NeonDbError, neonConfig } from '@neondatabase/serverless'
import type { NeonQueryFunction } from '@neondatabase/serverless'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { MigrationMeta } from 'drizzle-orm/migrator'
import { Failure, oneLineMessage, printError } from './failure.ts'

type Sql = NeonQueryFunction<false, false>
type Target = { databaseUrl: string; endpoint?: string | undefined; folder?: string }

/** Raised inside a batch if another run has applied the same migration already. */
const alreadyApplied = 'CL001'

/**
 * Applies all pending migrations and returns their number. Each migration and its row in drizzle's journal are one
 * transaction. drizzle's own neon-http migrator sends each statement alone and writes the journal last, so a failure would
 * leave a half that can be neither repeated nor continued.
 */
export async function migrateThrough({ databaseUrl, endpoint, folder }: Target): Promise<number> {
  const host = parseHost(databaseUrl)
  if (endpoint !== undefined) neonConfig.fetchEndpoint = endpoint
  const sql = neon(databaseUrl)
  const migrations = readMigrationFiles({
    migrationsFolder: folder ?? join(import.meta.dirname, '../../migrations'),
  })
  try {
    const last = await lastApplied(sql)
    const pending = migrations.filter((migration) => migration.folderMillis > last)
    for (const migration of pending) await apply(sql, migration)
    return pending.length
  } catch (error) {
    if (!(error instanceof NeonDbError)) throw error
    const place = endpoint ?? host
    // Only a failed fetch has a source. A wrong password or host is an answer of Neon's proxy.
    if (error.sourceError)
      throw new Failure(`Cannot reach the database at ${place}: ${oneLineMessage(error)}`)
    throw new Failure(`The database at ${place} refuses: ${oneLineMessage(error)}`)
  }
}

/** The driver's error would repeat the URL with its password. */
function parseHost(databaseUrl: string): string {
  const url = URL.parse(databaseUrl)
  if (
    url &&
    /^postgres(ql)?:$/.test(url.protocol) &&
    url.username &&
    url.hostname &&
    url.pathname.length > 1
  ) {
    return url.hostname
  }
  throw new Failure(
    "DATABASE_URL is not of the form postgresql://user:password@host/database alone, as Neon's console shows it",
  )
}

/** A migration, or its wait for another run, may take longer than the database lets a statement run. */
const liftTimeout = (sql: Sql) => sql`set local statement_timeout = 0`

/** The time of the newest migration in the journal. Its name and columns are those of drizzle-kit. */
async function lastApplied(sql: Sql): Promise<number> {
  const results = await sql.transaction([
    liftTimeout(sql),
    // "if not exists" alone fails if two runs create it at the same time.
    sql`select pg_advisory_xact_lock(hashtext('drizzle.__drizzle_migrations'))`,
    sql`create schema if not exists drizzle`,
    sql`create table if not exists drizzle.__drizzle_migrations
      (id serial primary key, hash text not null, created_at bigint)`,
    sql`select max(created_at) as at from drizzle.__drizzle_migrations`,
  ])
  return Number(results.at(-1)?.[0]?.['at'] ?? 0)
}

async function apply(sql: Sql, { folderMillis, hash, sql: statements }: MigrationMeta): Promise<void> {
  try {
    await sql.transaction([
      liftTimeout(sql),
      sql`lock table drizzle.__drizzle_migrations in share row exclusive mode`,
      sql.query(`do $$ begin
        if exists (select from drizzle.__drizzle_migrations where created_at >= ${folderMillis}) then
          raise sqlstate '${alreadyApplied}';
        end if;
      end $$`),
      ...statements.map((statement) => sql.query(statement)),
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`,
    ])
  } catch (error) {
    if (!(error instanceof NeonDbError) || error.code === undefined) throw error
    if (error.code === alreadyApplied) return
    const written = new Date(folderMillis).toISOString()
    throw new Failure(`The migration written at ${written} failed and left nothing: ${error.message}`)
  }
}

async function main(): Promise<void> {
  const { DATABASE_URL: databaseUrl, DATABASE_ENDPOINT: endpoint } = process.env
  if (!databaseUrl) {
    throw new Failure(
      "DATABASE_URL is not set: give Neon's connection string, as in DATABASE_URL='postgresql://…' npm run db:migrate",
    )
  }
  const applied = await migrateThrough({ databaseUrl, endpoint: endpoint || undefined })
  console.log(
    applied === 0 ? 'Nothing to migrate.' : `Applied ${applied} migration${applied === 1 ? '' : 's'}.`,
  )
}

if (import.meta.main) {
  try {
    await main()
  } catch (error) {
    process.exitCode = printError(error)
  }
}
