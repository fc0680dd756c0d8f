/** The cost of a probe: reads of R2, bytes in memory and steps stay bounded, however hostile the file is. */
import { describe, expect, it } from 'vitest'
import { ByteSource } from '../../src/audio/byteSource.ts'
import { probeSource } from '../../src/audio/probe.ts'
import { Clip } from '../../src/clips/clip.ts'
import { Problem } from '../../src/http/problem.ts'
import { asAdmin, call, emptyLibrary, fixture } from '../support/api.ts'
import { bytesOf, concatenated, noise } from '../support/bytes.ts'
import { hostileUnits } from '../support/hostileUnits.ts'
import { frame, syncsafe, textFrame } from '../support/id3.ts'

const megabyte = 1_000_000

/** A kilobyte or more of a unit, because single bytes are slow to lay together. */
function repeated(unit: Uint8Array): Uint8Array {
  return concatenated(...Array.from({ length: Math.ceil(4000 / unit.byteLength) }, () => unit))
}

/** Probes a file of `size` bytes: `head`, then `unit` again and again. The file is never in memory as a whole. */
async function costOf(size: number, head: Uint8Array, unit: Uint8Array) {
  let longest = 0
  let read = 0
  const source = new ByteSource(size, (offset, length) => {
    // R2 refuses such a range.
    if (!(length > 0 && offset + length <= size)) throw new Error(`a read of ${length} at ${offset}`)
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
  return { ...source.cost, longest, read }
}

describe('forty megabytes of', () => {
  const size = 40 * megabyte

  it.each(hostileUnits(fixture))('%s are read once, a window at a time', async (_, head, unit) => {
    const cost = await costOf(size, head, repeated(unit))
    expect(cost.longest).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(cost.read).toBeLessThanOrEqual(1.3 * size)
    expect(cost.reads.used).toBeLessThanOrEqual(20)
    expect(cost.parts.used).toBeLessThanOrEqual(1_000_000)
    expect(cost.steps.used).toBeLessThanOrEqual(12_000_000)
  })
})

describe('a loop over a window', () => {
  it.each([
    ['WebM blocks of seven bytes', 7],
    ['the shortest MP3 frames', 24],
    ['the shortest ADTS frames', 8],
  ])('counts each of %s', async (name, unitBytes) => {
    const [, head, unit] = hostileUnits(fixture).find(([other]) => other === name) ?? []
    if (!head || !unit) throw new Error(`there is no ${name}`)
    const units = Math.floor((megabyte - head.byteLength) / unitBytes)
    const { steps } = await costOf(megabyte, head, repeated(unit))
    expect(steps.used).toBeGreaterThanOrEqual(units - 10)
  })

  it('ends the survey when its steps are used up', async () => {
    const source = new ByteSource(10, () => Promise.resolve(new Uint8Array(10)))
    source.countSteps(12_000_000)
    expect(() => source.countSteps()).toThrow('too many parts')
    expect(() => source.countSteps(Number.NaN)).toThrow('too many parts')
  })
})

describe('a mistake of ours', () => {
  it.each([new RangeError('Invalid array length'), new TypeError('x is undefined')])(
    '(%s) is not taken for a damaged file',
    async (mistake) => {
      const source = new ByteSource(1000, () => Promise.reject(mistake))
      await expect(probeSource(source)).rejects.toBe(mistake)
    },
  )
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
    const pieces = [
      head,
      ...Array.from({ length: 50 }, () => noise(megabyte)),
      title,
      fixture('vbr-no-xing.mp3'),
    ]
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
