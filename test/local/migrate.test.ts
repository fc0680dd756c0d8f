import { once } from 'node:events'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { neon } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
import { migrate } from 'drizzle-orm/neon-http/migrator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { migrateThrough } from '../../src/local/migrate.ts'
import { runProgram } from './runProgram.ts'
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
    ['no DATABASE_URL', {}, /^DATABASE_URL is not set: .*DATABASE_URL='postgresql:.*' npm run db:migrate\n$/],
    [
      'an incomplete DATABASE_URL',
      { DATABASE_URL: 'postgresql://clips:secret@' },
      /^DATABASE_URL is not of the form .*\n$/,
    ],
    [
      "the command for psql that Neon's console shows",
      { DATABASE_URL: "psql 'postgresql://clips:secret@example.com/clips'" },
      /^DATABASE_URL is not of the form .* alone, .*\n$/,
    ],
    // Systems never give out port 2, and fetch does not refuse it.
    [
      'an endpoint that does not answer',
      { DATABASE_URL: connectionString, DATABASE_ENDPOINT: 'http://127.0.0.1:2/sql' },
      /^Cannot reach the database at http:\/\/127\.0\.0\.1:2\/sql: .*ECONNREFUSED.*\n$/,
    ],
  ])('%s', async (_name, settings, line) => {
    const { stderr, code } = await dbMigrate(settings)
    expect(stderr).toMatch(line)
    expect(stderr).not.toContain('secret')
    expect(code).toBe(1)
  })

  // Neon's proxy answers them itself, without a code of Postgres.
  test.each([
    [400, "password authentication failed for user 'clips'"],
    [404, 'The requested endpoint could not be found'],
  ])('a refusal of Neon with status %i', async (status, message) => {
    const proxy = serve({
      fetch: () => Response.json({ message }, { status }),
      port: 0,
      hostname: '127.0.0.1',
    })
    await once(proxy, 'listening')
    const { port } = z.object({ port: z.number() }).parse(proxy.address())
    const { stderr, code } = await dbMigrate({
      DATABASE_URL: connectionString,
      DATABASE_ENDPOINT: `http://127.0.0.1:${port}/sql`,
    })
    proxy.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The database at .* refuses: .*\n$/)
    expect(stderr).toContain(message)
  })
})

async function dbMigrate(settings: Record<string, string>) {
  const env = { DATABASE_URL: '', DATABASE_ENDPOINT: '', ...settings }
  return await runProgram(process.execPath, ['src/local/migrate.ts'], { env })
}
