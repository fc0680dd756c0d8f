/** What happens while Postgres or R2 is away. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  storedKeys,
  uploaded,
} from './api.ts'
import { callWith, faultyBucket, losses, withQueries } from './faults.ts'

/** Nothing listens there. */
const withoutDatabase = { ...env, DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' }

beforeEach(emptyLibrary)

describe('without Postgres', () => {
  it('every clip still plays', async () => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Tone' })
    const whole = await callWith(withoutDatabase, `/api/clips/${id}/stream`)
    expect(await whole.bytes()).toEqual(bytes)
    const part = await callWith(withoutDatabase, `/api/clips/${id}/stream`, {
      headers: { Range: 'bytes=5-9' },
    })
    expect(part.status).toBe(206)
    expect(await part.bytes()).toEqual(bytes.slice(5, 10))
  })

  it.each(['/api/clips', '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'])(
    '%s says so, and recovers',
    async (path) => {
      const response = await callWith(withoutDatabase, path)
      expect(response.headers.get('Retry-After')).toBe('5')
      const problem = await expectProblem(response, 503, 'database-away')
      expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|sql|select/i)
      expect((await call('/api/clips')).status).toBe(200)
    },
  )

  it.each(losses)('an answer that is lost %s is the database away, not a fault of ours', async (_, lose) => {
    const response = await withQueries(
      async (_query, real) => await lose(await real()),
      async () => await callWith(env, '/api/clips'),
    )
    await expectProblem(response, 503, 'database-away')
  })

  it('health is degraded', async () => {
    const response = await callWith(withoutDatabase, '/api/health')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'degraded',
      checks: { database: 'failed', storage: 'ok' },
      reconcile: null,
    })
  })

  it('an upload is refused; its audio waits for the reconciler, nothing is left in incoming/', async () => {
    const body = fixture('opus.opus')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const response = await callWith(withoutDatabase, '/api/clips?title=x', { method: 'POST', headers, body })
    await expectProblem(response, 503, 'database-away')
    expect((await storedKeys()).filter((key) => key.startsWith('incoming/'))).toEqual([])
    expect(await countRows()).toBe(0)
  })
})

describe('without R2', () => {
  const away = new Proxy(env.BUCKET, {
    get: () => () => Promise.reject(new Error('internal error; r2 account 12345 (10001)')),
  })
  const withoutStorage = { ...env, BUCKET: away }

  it('streams and uploads say so, lists go on', async () => {
    const id = '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'
    const stream = await callWith(withoutStorage, `/api/clips/${id}/stream`)
    expect(JSON.stringify(await expectProblem(stream, 503, 'storage-away'))).not.toContain('12345')
    const body = fixture('opus.opus')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const upload = await callWith(withoutStorage, '/api/clips?title=x', { method: 'POST', headers, body })
    await expectProblem(upload, 503, 'storage-away')
    expect(await countRows()).toBe(0)
    expect((await callWith(withoutStorage, '/api/clips')).status).toBe(200)
    expect((await callWith(withoutStorage, '/api/health')).status).toBe(503)
  })
})

describe('while R2 stumbles', () => {
  /** The first `times` reads fail. */
  const stumbling = (times: number) => {
    let left = times
    return faultyBucket(env.BUCKET, (operation) =>
      operation === 'get' && left-- > 0 ? Promise.reject(new Error('internal error (10001)')) : undefined,
    )
  }

  it.each([
    ['bytes=0-', 0, undefined],
    ['bytes=5-9', 5, 10],
  ])('a stream of %s is read again before a byte is sent', async (range, start, end) => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Tone' })
    const bindings = { ...env, BUCKET: stumbling(2) }
    const response = await callWith(bindings, `/api/clips/${id}/stream`, { headers: { Range: range } })
    expect(await response.bytes()).toEqual(bytes.slice(start, end))
  })

  it('and where it says nothing at all, that is a 503 too', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Tone' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const silent = faultyBucket(env.BUCKET, () => new Promise(() => {}))
    const asking = callWith({ ...env, BUCKET: silent }, `/api/clips/${id}/stream`)
    const ticking = setInterval(() => void vi.advanceTimersByTimeAsync(5_000), 20)
    const response = await asking
    clearInterval(ticking)
    vi.useRealTimers()
    await expectProblem(response, 503, 'storage-away')
  })

  it('in the end it is a 503', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Tone' })
    const response = await callWith({ ...env, BUCKET: stumbling(99) }, `/api/clips/${id}/stream`)
    await expectProblem(response, 503, 'storage-away')
  })
})

describe('without a setting', () => {
  it.each(['DATABASE_URL', 'ADMIN_KEY', 'MAX_UPLOAD_BYTES'])('%s', async (name) => {
    const response = await callWith({ ...env, [name]: undefined }, '/api/clips')
    const problem = await expectProblem(response, 503, 'misconfigured')
    expect(JSON.stringify(problem)).not.toContain(name)
  })
})
