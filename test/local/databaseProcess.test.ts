/** The database process: its restart after a crash, its lock, an interrupted first start. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, expect, test, vi } from 'vitest'
import { startDatabase } from '../../src/local/databaseProcess.ts'
import { connectionString } from './startEndpoint.ts'

const state = mkdtempSync(join(tmpdir(), 'clips-state-'))
afterAll(() => rmSync(state, { recursive: true }))

const sql = neon(connectionString)
const pid = () => Number.parseInt(readFileSync(join(state, 'postgres.pid'), 'utf8'))

test('a killed database restarts on its port with every committed row', { timeout: 240_000 }, async () => {
  const database = startDatabase({ state, restartMs: 100 })
  neonConfig.fetchEndpoint = await database.endpoint
  await sql`create table survivor (id int)`
  for (let id = 1; id <= 3; id++) {
    await sql`insert into survivor values (${id})`
    const interrupted = sql`insert into survivor select 99 from pg_sleep(60)`.catch(() => 'lost')
    const killed = pid()
    process.kill(killed, 'SIGKILL')
    expect(await interrupted).toBe('lost')
    await expect(sql`select 1`).rejects.toThrow('Error connecting to database')
    await vi.waitFor(() => sql`select 1`, { timeout: 90_000, interval: 100 })
    expect(pid()).not.toBe(killed)
  }
  expect(await sql`select id from survivor order by id`).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])

  const second = startDatabase({ state })
  await expect(second.endpoint).rejects.toThrow(`in use by process ${pid()}`)

  await database.stop()
  expect(existsSync(join(state, 'postgres.pid'))).toBe(false)
  await expect(sql`select 1`).rejects.toThrow('Error connecting to database')
})

test('an interrupted first start leaves no incomplete database', { timeout: 240_000 }, async () => {
  rmSync(join(state, 'postgres'), { recursive: true })
  const interrupted = startDatabase({ state })
  await vi.waitFor(() => expect(existsSync(join(state, 'postgres.unfinished', 'base'))).toBe(true), {
    timeout: 90_000,
    interval: 10,
  })
  await interrupted.stop()
  expect(existsSync(join(state, 'postgres'))).toBe(false)

  const database = startDatabase({ state })
  neonConfig.fetchEndpoint = await database.endpoint
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
  await database.stop()
})
