/** The cost of a probe: reads of R2 and bytes in memory stay bounded, however hostile the file is. */
import { describe, expect, it } from 'vitest'
import { ByteSource } from '../../src/audio/byteSource.ts'
import { probeSource } from '../../src/audio/probe.ts'
import { Clip } from '../../src/clips/clip.ts'
import { Problem } from '../../src/http/problem.ts'
import { asAdmin, call, emptyLibrary, fixture } from '../support/api.ts'
import { bytesOf, concatenated, find, noise, overwritten } from '../support/bytes.ts'
import { frame, syncsafe, textFrame } from '../support/id3.ts'

const megabyte = 1_000_000

/** Probes a file of `size` bytes: `head`, then `unit` again and again. The file is never in memory as a whole. */
async function costOf(size: number, head: Uint8Array, unit: Uint8Array) {
  let longest = 0
  let read = 0
  const source = new ByteSource(size, (offset, length) => {
    longest = Math.max(longest, length)
    read += length
    const first = Math.floor(Math.max(0, offset - head.byteLength) / unit.byteLength)
    const from = head.byteLength + first * unit.byteLength
    const units = concatenated(...Array.from({ length: Math.ceil(length / unit.byteLength) + 2 }, () => unit))
    const bytes =
      offset < head.byteLength ? concatenated(head.subarray(offset), units) : units.subarray(offset - from)
    return Promise.resolve(bytes.slice(0, length))
  })
  try {
    await probeSource(source)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
  return { reads: source.cost.reads.used, longest, read }
}

const many = (unit: Uint8Array): Uint8Array => concatenated(...Array.from({ length: 2000 }, () => unit))
const mp3 = (): Uint8Array => fixture('vbr-no-xing.mp3')
const vorbis = (): Uint8Array => fixture('vorbis.ogg')
/** A page with one empty packet. */
const page = (): Uint8Array => concatenated(overwritten(vorbis().subarray(0, 26), 5, 0), Uint8Array.of(1, 0))
const webmStart = (): Uint8Array => {
  const file = fixture('opus.webm')
  const segment = find(file, [0x18, 0x53, 0x80, 0x67]) + 4
  const start = overwritten(file, segment, 1, 255, 255, 255, 255, 255, 255, 255)
  return start.subarray(0, find(start, [0x1f, 0x43, 0xb6, 0x75]))
}

describe('forty megabytes', () => {
  const size = 40 * megabyte

  it.each<[string, Uint8Array, Uint8Array]>([
    ['of MP3 without a header', new Uint8Array(), mp3()],
    ['of zeros', new Uint8Array(), new Uint8Array(megabyte)],
    ['of 0xff', new Uint8Array(), new Uint8Array(megabyte).fill(255)],
    ['of the starts of frames', mp3(), many(Uint8Array.of(0xff, 0xfb, 0x50, 0xc4))],
    ['of empty ID3 tags', new Uint8Array(), many(bytesOf('ID3\u0003\0\0\0\0\0\0'))],
    ['of empty RIFF chunks', bytesOf('RIFF\0\0\0\0WAVE'), many(bytesOf('junk\0\0\0\0'))],
    ['of empty boxes', fixture('aac.m4a').subarray(0, 28), many(bytesOf('\0\0\0\u0008free'))],
    ['of empty Ogg pages', vorbis().subarray(0, 58), many(page())],
    ['of the starts of Ogg pages', vorbis(), many(bytesOf('OggO'))],
    ['of empty EBML elements', webmStart(), many(Uint8Array.of(0xec, 0x80))],
    ['of the starts of FLAC frames', fixture('lossless.flac'), many(Uint8Array.of(0xff, 0xf8, 0xc9, 0x08))],
  ])('%s are read once, a window at a time', async (_, head, unit) => {
    const cost = await costOf(size, head, unit)
    expect(cost.reads).toBeLessThanOrEqual(20)
    expect(cost.longest).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(cost.read).toBeLessThanOrEqual(1.2 * size)
  })
})

describe('scattered parts', () => {
  it('use up the budget of reads, and the file is refused', async () => {
    const bytes = noise(megabyte)
    const source = new ByteSource(100 * megabyte, (_, length) => Promise.resolve(bytes.slice(0, length)))
    const readBackwards = async (): Promise<void> => {
      for (let at = 99 * megabyte; at > 0; at -= megabyte) await source.bytes(at, 10)
    }
    await expect(readBackwards()).rejects.toThrow('scattered')
    expect(source.cost.reads.used).toBeLessThan(100)
  })
})

describe('an ID3 tag with a 50 MB picture', () => {
  const pictureBytes = 50 * megabyte

  it('is accepted, with the title that follows the picture', async () => {
    await emptyLibrary()
    const frameHead = frame(4, 'APIC', new Uint8Array()).subarray(0, 4)
    const title = textFrame(4, 'TIT2', 3, bytesOf('After'))
    const tagBytes = 10 + pictureBytes + title.byteLength
    const head = concatenated(
      bytesOf('ID3\u0004\0\0'),
      syncsafe(tagBytes),
      frameHead,
      syncsafe(pictureBytes),
      new Uint8Array(2),
    )
    const pieces = [head, ...Array.from({ length: 50 }, () => noise(megabyte)), title, mp3()]
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
      },
    })
    const headers = { ...asAdmin, 'Content-Type': 'audio/mpeg' }
    const response = await call('/api/clips', { method: 'POST', headers, body })
    expect(response.status).toBe(201)
    expect(Clip.parse(await response.json())).toMatchObject({ title: 'After', duration: 2.544 })
  })
})
