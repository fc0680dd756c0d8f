import { execFile } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { neon } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
import { migrate } from 'drizzle-orm/neon-http/migrator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrateThrough } from '../../src/local/migrate.ts'
import { plainEnvironment } from './plainEnvironment.ts'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
const folder = mkdtempSync(join(tmpdir(), 'clips-migrations-'))
const target = { databaseUrl: connectionString, folder }
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
}, 60_000)
beforeEach(async () => {
  await sql`drop schema if exists drizzle cascade`
  await sql`drop table if exists migrated, migrated_too`
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await endpoint.stop()
})

/** Writes a migrations folder in the format of drizzle-kit. */
function write(...migrations: string[]) {
  mkdirSync(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map((_, idx) => ({ idx, when: 1000 + idx, tag: `m${idx}`, breakpoints: true }))
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ dialect: 'postgresql', entries }))
  for (const [idx, text] of migrations.entries()) writeFileSync(join(folder, `m${idx}.sql`), text)
}
const first = 'create table migrated (id int);\n--> statement-breakpoint\ninsert into migrated values (1);'
const second = 'insert into migrated values (2);'
const ids = async () => (await sql`select id from migrated order by id`).map((row) => row['id'])

test('each migration is applied once', async () => {
  write(first)
  expect(await migrateThrough(target)).toBe(1)
  write(first, second)
  expect(await migrateThrough(target)).toBe(1)
  expect(await migrateThrough(target)).toBe(0)
  expect(await ids()).toEqual([1, 2])
})

test('a failed migration leaves nothing, and runs again after a repair', async () => {
  write(first, 'create table migrated_too ();\n--> statement-breakpoint\nselect 1 / 0;')
  await expect(migrateThrough(target)).rejects.toThrow(/failed and left nothing: division by zero$/)
  expect(await ids()).toEqual([1])
  write(first, 'create table migrated_too ();')
  expect(await migrateThrough(target)).toBe(1)
})

test('three runs at the same time apply each migration once', async () => {
  write(first, second)
  await Promise.all([migrateThrough(target), migrateThrough(target), migrateThrough(target)])
  expect(await ids()).toEqual([1, 2])
})

test("drizzle's own migrator reads the same journal", async () => {
  write(first)
  await migrateThrough(target)
  await migrate(drizzle(sql), { migrationsFolder: folder })
  write(first, second)
  await migrate(drizzle(sql), { migrationsFolder: folder })
  expect(await migrateThrough(target)).toBe(0)
  expect(await ids()).toEqual([1, 2])
})

describe('npm run db:migrate prints an error in one line', () => {
  test.each([
    ['no DATABASE_URL', {}, /^DATABASE_URL is not set.*\n$/],
    [
      'an invalid DATABASE_URL',
      { DATABASE_URL: 'postgresql://clips:secret@' },
      /^DATABASE_URL is not of the form .*\n$/,
    ],
    // Systems never give out port 2, and fetch does not refuse it.
    [
      'an endpoint that does not answer',
      { DATABASE_URL: connectionString, DATABASE_ENDPOINT: 'http://127.0.0.1:2/sql' },
      /^Cannot reach the database at http:\/\/127\.0\.0\.1:2\/sql: .*ECONNREFUSED.*\n$/,
    ],
  ])('%s', async (_name, settings, line) => {
    const env = { ...plainEnvironment, DATABASE_URL: '', DATABASE_ENDPOINT: '', ...settings }
    const run = promisify(execFile)(process.execPath, ['src/local/migrate.ts'], { env })
    const failed: unknown = await run.catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(line) })
    expect(failed).not.toMatchObject({ stderr: expect.stringContaining('secret') })
  })
})
