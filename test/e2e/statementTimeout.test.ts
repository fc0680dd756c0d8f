/** The time that Postgres gives a statement, on a real Postgres: PGlite has no timeouts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPostgres } from '../../src/local/postgres.ts'
import { startMigratedPostgres, type MigratedPostgres } from '../support/migratedPostgres.ts'
import { startProduct } from './startProduct.ts'

let postgres: MigratedPostgres
let folder: string

beforeAll(async () => {
  postgres = await startMigratedPostgres()
  folder = mkdtempSync(join(tmpdir(), 'clips-timeout-'))
})
afterAll(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

it('ends a statement whose request is given up', async () => {
  const product = await startProduct(join(folder, 'state'), '--postgres', postgres.url, '--no-demo')
  const other = new Client({ connectionString: postgres.url })
  await other.connect()
  try {
    await other.query('begin')
    await other.query('lock table clips')
    const response = await fetch(`${product.url}/api/clips`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ type: 'urn:clips:problem:database-unavailable' })
    // The list. The cron's statements may wait too.
    const { rows } = await other.query(
      `select query from pg_stat_activity where wait_event_type = 'Lock' and query like '%order by%limit%'`,
    )
    expect(rows).toEqual([])
    await other.query('rollback')
    expect((await fetch(`${product.url}/api/clips`)).status).toBe(200)
  } finally {
    await other.end()
    await product.stop()
  }
})

it('is a setting of the role if the database belongs to another', async () => {
  const owner = new Client({ connectionString: postgres.url })
  await owner.connect()
  await owner.query('create role guest login')
  await owner.query('create database guests')
  await owner.end()
  const inGuests = (user: string) => postgres.url.replace('postgres@', `${user}@`).replace(/[^/]*$/, 'guests')
  const grants = new Client({ connectionString: inGuests('postgres') })
  await grants.connect()
  await grants.query('create extension pg_trgm')
  await grants.query('grant create on database guests to guest')
  await grants.query('grant create on schema public to guest')
  await grants.end()
  const pool = openPostgres(inGuests('guest'))
  const endpoint = await serveNeon(pool)
  await migrateThrough({ databaseUrl: 'postgresql://clips:clips@localhost/clips', endpoint: endpoint.url })
  await endpoint.close()
  await pool.close()
  const guest = new Client({ connectionString: inGuests('guest') })
  await guest.connect()
  expect((await guest.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '9s' }])
  await guest.end()
})

// The last one: it leaves a timeout that is too short for the others.
it('does not end a migration', async () => {
  const databaseUrl = 'postgresql://clips:clips@localhost/clips'
  mkdirSync(join(folder, 'meta'))
  const entries = [{ idx: 0, when: Date.now() + 86_400_000, tag: 'slow', breakpoints: true }]
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ dialect: 'postgresql', entries }))
  writeFileSync(join(folder, 'slow.sql'), 'select pg_sleep(0.5)')
  const owner = new Client({ connectionString: postgres.url })
  await owner.connect()
  await owner.query(`alter database postgres set statement_timeout = '100ms'`)
  await owner.end()
  const pool = openPostgres(postgres.url)
  const endpoint = await serveNeon(pool)
  expect(await migrateThrough({ databaseUrl, endpoint: endpoint.url, folder })).toBe(1)
  await endpoint.close()
  await pool.close()
})
