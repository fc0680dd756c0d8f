/** Staging an upload: the bytes are the same at every size and in any pieces, and memory stays in proportion. */
import { env } from 'cloudflare:workers'
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { wave } from '../support/wav.ts'
import { asAdmin, call, emptyLibrary, fixture } from '../support/api.ts'
import { callWith } from '../support/product.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

beforeEach(emptyLibrary)

const kilobyte = 1024
const partBytes = 5 * 1024 * kilobyte
const headerBytes = wave({}, new Uint8Array()).byteLength

/** A WAV file of this size, without repetition: a part in the wrong place shows. */
function soundOf(size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4))
  for (let index = 0; index < words.length; index += 1) words[index] = Math.imul(index, 2654435761)
  return wave({}, new Uint8Array(words.buffer, 0, size - headerBytes))
}

/** The file in pieces of these lengths, again and again, without a Content-Length. */
function inPieces(file: Uint8Array, lengths: number[]): ReadableStream<Uint8Array> {
  let at = 0
  let piece = 0
  return new ReadableStream({
    pull: (controller) => {
      const length = lengths[piece++ % lengths.length] ?? file.byteLength
      if (at < file.byteLength) controller.enqueue(file.slice(at, at + length))
      else controller.close()
      at += length
    },
  })
}

const post = (body: ReadableStream<Uint8Array>): RequestInit => ({
  method: 'POST',
  headers: { ...asAdmin, 'Content-Type': 'audio/wav' },
  body,
})

async function expectStored(file: Uint8Array, lengths: number[]): Promise<void> {
  const response = await call('/api/clips?title=x&allow_duplicate=1', post(inPieces(file, lengths)))
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(201)
  const stored = await (await call(`/api/clips/${Clip.parse(body).id}/stream`)).bytes()
  expect(Buffer.compare(Buffer.from(stored), Buffer.from(file))).toBe(0)
}

describe('the stored bytes are those of the upload:', () => {
  const growths = [64, 128, 256, 512, 1024, 2048, 4096].map((size) => size * kilobyte)
  const around = (size: number) => [size - 1, size, size + 1]

  it.each(growths.flatMap(around))('%i bytes, one after a large piece', async (size) => {
    await expectStored(soundOf(size), [size - 1, 1])
  })

  it.each([...around(partBytes), ...around(2 * partBytes)])(
    '%i bytes in pieces that cross parts',
    async (size) => {
      await expectStored(soundOf(size), [100_001, 4 * kilobyte * kilobyte, 7])
    },
  )

  it('any size in any pieces', async () => {
    const size = oneof(
      integer({ min: 100, max: 300_000 }),
      constantFrom(...growths.slice(0, 4).flatMap(around)),
    )
    const lengths = array(oneof(integer({ min: 500, max: 5000 }), integer({ min: 60_000, max: 140_000 })), {
      minLength: 1,
      maxLength: 6,
    })
    await assert(
      asyncProperty(record({ size, lengths }), async (sent) => {
        await expectStored(soundOf(sent.size), sent.lengths)
      }),
      { numRuns: 40 },
    )
  })
})

/** The bucket, which records the lengths of the bytes that it gets, and of the memory that they lie in. */
function noting(bucket: R2Bucket, given: { bytes: number; memory: number }[]): R2Bucket {
  return wrapBucket(bucket, async ({ args: [, value] }, act) => {
    if (value instanceof Uint8Array) given.push({ bytes: value.byteLength, memory: value.buffer.byteLength })
    return await act()
  })
}

describe('the memory of an upload', () => {
  const send = async (file: Uint8Array, lengths: number[]) => {
    const given: { bytes: number; memory: number }[] = []
    const bindings = { ...env, BUCKET: noting(env.BUCKET, given) }
    const response = await callWith(bindings, '/api/clips?title=x', post(inPieces(file, lengths)))
    expect(response.status).toBe(201)
    return given
  }

  it.each([
    [fixture('opus.opus'), 64 * kilobyte],
    [soundOf(64 * kilobyte), 64 * kilobyte],
    [soundOf(64 * kilobyte + 1), 128 * kilobyte],
    [soundOf(3000 * kilobyte), 4096 * kilobyte],
    [soundOf(partBytes), partBytes],
  ])('is in proportion to the bytes that came', async (file, memory) => {
    expect(await send(file, [10_000])).toEqual([{ bytes: file.byteLength, memory }])
  })

  it('is one part at most for each put, and all parts but the last are equal, as R2 demands', async () => {
    const file = soundOf(3 * partBytes + 100)
    const given = await send(file, [1_000_000])
    expect(given.map(({ bytes }) => bytes)).toEqual([partBytes, partBytes, partBytes, 100])
    for (const { memory } of given) expect(memory).toBeLessThanOrEqual(partBytes)
  })
})
