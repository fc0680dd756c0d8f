/** Streaming while Postgres is unavailable, and while R2 fails or does not answer. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  asAdmin,
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  unknownId,
  uploaded,
} from '../support/api.ts'
import { faultyBucket, r2Error, withoutDatabase } from '../support/faults.ts'
import { callWith } from '../support/product.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

beforeEach(async () => {
  await emptyLibrary()
  skipPauses()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('without Postgres', () => {
  it('every clip plays, whole and in part', async () => {
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
})

describe('without R2', () => {
  const away = faultyBucket(
    env.BUCKET,
    async () => await Promise.reject(new Error('internal error; r2 account 12345 (10001)')),
  )
  const withoutStorage = { ...env, BUCKET: away }

  it('streams and uploads are a 503, and lists still work', async () => {
    const stream = await callWith(withoutStorage, `/api/clips/${unknownId}/stream`)
    expect(JSON.stringify(await expectProblem(stream, 503, 'storage-unavailable'))).not.toContain('12345')
    const body = fixture('opus.opus')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const upload = await callWith(withoutStorage, '/api/clips?title=x', { method: 'POST', headers, body })
    await expectProblem(upload, 503, 'storage-unavailable')
    expect(await countRows()).toBe(0)
    expect((await callWith(withoutStorage, '/api/clips')).status).toBe(200)
    expect((await callWith(withoutStorage, '/api/health')).status).toBe(503)
  })
})

describe('while R2 fails now and then', () => {
  /** The first `times` reads fail. */
  const failing = (times: number) => {
    let left = times
    return faultyBucket(env.BUCKET, (operation) =>
      operation === 'get' && left-- > 0 ? r2Error() : undefined,
    )
  }

  it.each([
    ['bytes=0-', 0, undefined],
    ['bytes=5-9', 5, 10],
  ])('a stream of %s is read again before a byte is sent', async (range, start, end) => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Tone' })
    const bindings = { ...env, BUCKET: failing(2) }
    const response = await callWith(bindings, `/api/clips/${id}/stream`, { headers: { Range: range } })
    expect(await response.bytes()).toEqual(bytes.slice(start, end))
  })

  it('a stream is a 503 if R2 never answers', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Tone' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const silent = faultyBucket(env.BUCKET, () => new Promise(() => {}))
    const asking = callWith({ ...env, BUCKET: silent }, `/api/clips/${id}/stream`)
    const ticking = setInterval(() => void vi.advanceTimersByTimeAsync(5_000), 20)
    const response = await asking
    clearInterval(ticking)
    vi.useRealTimers()
    await expectProblem(response, 503, 'storage-unavailable')
  })

  it('a stream is a 503 if R2 fails again and again', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Tone' })
    const response = await callWith({ ...env, BUCKET: failing(99) }, `/api/clips/${id}/stream`)
    await expectProblem(response, 503, 'storage-unavailable')
  })

  it('a read that R2 answers too late is cancelled, and read again', async () => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Tone' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    // The clock runs fast from the moment R2 does not answer until R2 is asked again, and no longer.
    let ticking: ReturnType<typeof setInterval> | undefined
    const got: (R2ObjectBody | null)[] = []
    const [late, cameLate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const bucket = wrapBucket(env.BUCKET, async ({ name, key }, act) => {
      if (name !== 'get') return await act()
      clearInterval(ticking)
      const object = await env.BUCKET.get(String(key))
      got.push(object)
      if (got.length > 1) return object
      ticking = setInterval(() => void vi.advanceTimersByTimeAsync(5_000), 20)
      await late.promise
      setImmediate(() => cameLate.resolve())
      return object
    })
    const response = await callWith({ ...env, BUCKET: bucket }, `/api/clips/${id}/stream`)
    expect(await response.bytes()).toEqual(bytes)
    late.resolve()
    await cameLate.promise
    expect(got).toHaveLength(2)
    expect((await got[0]?.body.getReader().read())?.done).toBe(true)
  })
})
