import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
  await sql`drop table if exists batch_play`
  await sql`create table batch_play (id int primary key deferrable initially deferred)`
}, 60_000)
beforeEach(() => sql`truncate batch_play`)
afterAll(() => endpoint.stop())

const ids = async () => (await sql`select id from batch_play order by id`).map((row) => row['id'])
const insert = (id: number) => sql`insert into batch_play values (${id})`

test('commits together, and answers each statement', async () => {
  const results = await sql.transaction([
    insert(1),
    insert(2),
    sql`select count(*)::int4 as n from batch_play`,
  ])
  expect(results).toEqual([[], [], [{ n: 2 }]])
  expect(await ids()).toEqual([1, 2])
})

test('rolls back together', async () => {
  await expect(sql.transaction([insert(1), sql`select 1 / 0`, insert(2)])).rejects.toMatchObject({
    code: '22012',
  })
  expect(await ids()).toEqual([])
})

test('an error that comes with the commit rolls back too', async () => {
  await expect(sql.transaction([insert(1), insert(1)])).rejects.toMatchObject({ code: '23505' })
  expect(await ids()).toEqual([])
})

test('an empty batch answers nothing', async () => {
  expect(await sql.transaction([])).toEqual([])
})

test('arrays and full results', async () => {
  const [result] = await sql.transaction([sql`select 2 as a`], { arrayMode: true, fullResults: true })
  expect(result).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [[2]] })
})

describe('options', () => {
  test.each([
    [undefined, 'read committed'],
    ['ReadUncommitted', 'read uncommitted'],
    ['ReadCommitted', 'read committed'],
    ['RepeatableRead', 'repeatable read'],
    ['Serializable', 'serializable'],
  ] as const)('isolation level %s', async (isolationLevel, level) => {
    const options = isolationLevel === undefined ? {} : { isolationLevel }
    const [rows] = await sql.transaction([sql`show transaction_isolation`], options)
    expect(rows).toEqual([{ transaction_isolation: level }])
  })

  test('read only', async () => {
    await expect(sql.transaction([insert(1)], { readOnly: true })).rejects.toMatchObject({ code: '25006' })
    await sql.transaction([insert(1)], { readOnly: false })
    expect(await ids()).toEqual([1])
  })

  test('deferrable', async () => {
    const [rows] = await sql.transaction([sql`show transaction_deferrable`], {
      isolationLevel: 'Serializable',
      readOnly: true,
      deferrable: true,
    })
    expect(rows).toEqual([{ transaction_deferrable: 'on' }])
  })
})

test('parallel batches do not mix', async () => {
  const batches = Array.from({ length: 20 }, (_, n) =>
    sql.transaction([
      insert(n),
      sql`select pg_sleep(0.005)`,
      ...(n % 2 === 0 ? [sql`select 1 / 0`] : [sql`select 1`]),
    ]),
  )
  const outcomes = await Promise.allSettled([...batches, sql`select 1`])
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
  expect(await ids()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
})

// Over HTTP, one request is often finished before the next one is read. Direct calls start in the same tick.
test('parallel transactions do not mix in the session of the database', async () => {
  const transactions = Array.from({ length: 20 }, async (_, n) => {
    const statements = [
      { text: `insert into batch_play values (${n})`, params: [] },
      { text: n % 2 === 0 ? 'select 1 / 0' : 'select 1', params: [] },
    ]
    return await endpoint.database.transaction(statements, { readOnly: false, deferrable: false })
  })
  const outcomes = await Promise.allSettled(transactions)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
  expect(await ids()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
})

test('a transaction left open by a single query swallows nothing', async () => {
  await sql.query('begin')
  await insert(1)
  await sql.query('rollback')
  expect(await ids()).toEqual([1])
})
