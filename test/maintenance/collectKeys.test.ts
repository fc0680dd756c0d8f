/** The copies of API keys in R2: those that no live key needs are deleted, and no other. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashKey } from '../../src/access/mirroredKeys.ts'
import { isUseless } from '../../src/maintenance/collectKeys.ts'
import {
  asAdmin,
  bearer,
  call,
  database,
  emptyLibrary,
  expectProblem,
  makeKey,
  storedKeys,
  uploadAs,
} from '../support/api.ts'
import { runCron } from '../support/cron.ts'
import { faultyBucket, r2Error, withoutRows } from '../support/faults.ts'
import { abandonQueries, holdingBucket } from '../support/hold.ts'
import { callWith } from '../support/product.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(emptyLibrary)
afterEach(() => {
  vi.restoreAllMocks()
})

const copyOf = async (key: string) => `keys/${await hashKey(key)}`
const inHours = (hours: number) => new Date(Date.now() + hours * 60 * 60_000)

async function copies(): Promise<string[]> {
  return (await storedKeys()).filter((key) => key.startsWith('keys/'))
}

describe('a copy', () => {
  const now = new Date('2026-11-26T12:00:00Z')
  const old = new Date('2026-11-26T10:59:59Z')
  const young = new Date('2026-11-26T11:00:01Z')
  it.each([
    ['live', old, false],
    ['live', young, false],
    ['ended', old, true],
    ['ended', young, true],
    ['absent', old, true],
    ['absent', young, false],
    [undefined, old, false],
  ] as const)('of a key that is %s, stored at %s, is useless: %s', (state, uploaded, expected) => {
    expect(isUseless(state, uploaded, now)).toBe(expected)
  })
})

describe('the cron', () => {
  it('keeps the copy of a live key', async () => {
    const { key } = await makeKey(['read', 'write'])
    const { id } = await uploadAs(key)
    await runCron(inHours(2))
    expect(await copies()).toEqual([await copyOf(key)])
    expect((await call(`/api/clips/${id}/stream`, { headers: bearer(key) })).status).toBe(200)
  })

  it('deletes the copy of a key that was never recorded, after an hour', async () => {
    skipPauses()
    abandonQueries((query) => query.includes('insert into \\"api_keys\\"'), 3)
    const body = JSON.stringify({ name: 'Lost', scopes: ['read'] })
    const headers = { ...asAdmin, 'Content-Type': 'application/json' }
    await expectProblem(
      await call('/api/keys', { method: 'POST', headers, body }),
      503,
      'database-unavailable',
    )
    vi.restoreAllMocks()
    expect(await copies()).toHaveLength(1)
    await runCron(inHours(0.5))
    expect(await copies()).toHaveLength(1)
    await runCron(inHours(1.5))
    expect(await copies()).toEqual([])
  })

  it.each([
    ['has expired', sql`update api_keys set expires_at = now() - interval '1 second'`],
    ['was revoked in Postgres alone', sql`update api_keys set revoked_at = now()`],
  ])('deletes the copy of a key that %s, at once', async (_, end) => {
    const { key } = await makeKey(['read'])
    await database().execute(end)
    await runCron(new Date())
    expect(await copies()).not.toContain(await copyOf(key))
  })

  it('deletes nothing if Postgres is silent', async () => {
    await makeKey(['read'])
    await withQueries(
      async (query, send) =>
        query.includes('left join api_keys') ? await withoutRows(await send()) : await send(),
      async () => await runCron(inHours(2)),
    )
    expect(await copies()).toHaveLength(1)
  })

  it('leaves what is no copy alone', async () => {
    await env.BUCKET.put('keys/readme.txt', 'x')
    await runCron(inHours(2))
    expect(await copies()).toEqual(['keys/readme.txt'])
  })
})

describe('the copy of a revoked key', () => {
  const revoke = async (id: string, bucket: R2Bucket) =>
    await callWith({ ...env, BUCKET: bucket }, `/api/keys/${id}`, { method: 'DELETE', headers: asAdmin })

  it('is gone before the answer', async () => {
    const { id, key } = await makeKey(['read', 'write'])
    const [bucket, held] = holdingBucket(env.BUCKET, ({ name }) => name === 'delete')
    let answered = false
    const revoking = revoke(id, bucket).finally(() => (answered = true))
    await held.reached
    await call('/api/health')
    expect(answered).toBe(false)
    held.release()
    expect((await revoking).status).toBe(204)
    expect(await copies()).not.toContain(await copyOf(key))
  })

  it('is not reported as gone if R2 fails', async () => {
    const { id } = await makeKey(['read'])
    const failing = faultyBucket(env.BUCKET, (name) => (name === 'delete' ? r2Error() : undefined))
    await expectProblem(await revoke(id, failing), 503, 'storage-unavailable')
  })
})
