/** Bodies that are opened are read or let go of: one that is neither holds its connection. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { layOutByteranges, sendByteranges } from '../src/audio/multipartByteranges.ts'
import { emptyLibrary, fixture, uploaded } from './api.ts'
import { callWith } from './faults.ts'

beforeEach(emptyLibrary)
afterEach(() => void vi.useRealTimers())

describe('a body of several parts', () => {
  const parts = [0, 100, 200].map((offset) => ({ offset, length: 10 }))
  const layout = layOutByteranges(parts, 300, 'audio/ogg', 'boundary')

  /** Takes so many writes, then fails as a client does that hangs up. */
  const sinkOf = (writes: number) => {
    let left = writes
    return new WritableStream<Uint8Array>({
      write: async () => {
        if (left-- <= 0) throw new Error('the client hung up')
      },
    })
  }

  it.each([0, 1, 2, 3, 4, 5, 6])('of which %d pieces are taken leaves no part open', async (writes) => {
    let open = 0
    const openPart = async () => {
      open += 1
      const chunks = [new Uint8Array(10)]
      return new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            const chunk = chunks.pop()
            if (chunk) return controller.enqueue(chunk)
            open -= 1
            controller.close()
          },
          cancel: () => void (open -= 1),
        },
        { highWaterMark: 0 },
      )
    }
    await expect(sendByteranges(layout, openPart, sinkOf(writes))).rejects.toThrow('hung up')
    expect(open).toBe(0)
  })
})

describe('an object that R2 brings after its time', () => {
  it('is let go of, and read again', async () => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Tone' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    // Time flies from when R2 keeps us waiting until it is asked again, and no longer: what is real takes its time.
    let flying: ReturnType<typeof setInterval> | undefined
    const got: (R2ObjectBody | null)[] = []
    const [late, cameLate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const bucket = new Proxy(env.BUCKET, {
      get(target, name: keyof R2Bucket) {
        if (name !== 'get') return target[name].bind(target)
        return async (key: string) => {
          clearInterval(flying)
          const object = await target.get(key)
          got.push(object)
          if (got.length > 1) return object
          flying = setInterval(() => void vi.advanceTimersByTimeAsync(5_000), 20)
          await late.promise
          setImmediate(() => cameLate.resolve())
          return object
        }
      },
    })
    const response = await callWith({ ...env, BUCKET: bucket }, `/api/clips/${id}/stream`)
    expect(await response.bytes()).toEqual(bytes)
    late.resolve()
    await cameLate.promise
    expect(got).toHaveLength(2)
    expect((await got[0]?.body.getReader().read())?.done).toBe(true)
  })
})
