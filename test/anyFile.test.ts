/** Whatever is done to a file: it is taken or refused, and what is refused leaves nothing. */
import {
  array,
  asyncProperty,
  assert,
  constantFrom,
  double,
  nat,
  oneof,
  record,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { ByteSource } from '../src/audio/byteSource.ts'
import { probeSource, type Probe } from '../src/audio/probe.ts'
import { Problem } from '../src/http/problem.ts'
import { countRows, emptyLibrary, fixture, storedKeys, upload } from './api.ts'
import { concatenated, noise } from './hostile/file.ts'

const names = [
  'cbr.mp3',
  'vbr-xing.mp3',
  'vbr-no-xing.mp3',
  'adts.aac',
  'aac.m4a',
  'fragmented.m4a',
  'lossless.flac',
  'pcm.wav',
  'pcm.aiff',
  'vorbis.ogg',
  'opus.opus',
  'opus.webm',
]

/** One change to a file: where (a share of its length, or bytes from its start), and what. */
type Change = { at: number; how: 'flip' | 'cut' | 'huge' | 'drop' | 'insert' | 'splice'; what: number }

const change: Arbitrary<Change> = record({
  // Headers are at the start of most files: half of the changes are made there.
  at: oneof(double({ min: 0, max: 1, noNaN: true }), nat(1500)),
  how: constantFrom('flip', 'cut', 'huge', 'drop', 'insert', 'splice'),
  what: nat(),
})

const changed = tuple(
  constantFrom(...names),
  array(change, { minLength: 1, maxLength: 4 }),
  constantFrom(...names),
).map(([name, changes, other]) =>
  changes.reduce((file, one) => withChange(file, one, fixture(other)), fixture(name)),
)

function withChange(file: Uint8Array, { at, how, what }: Change, other: Uint8Array): Uint8Array {
  const place = Math.min(file.byteLength - 1, at <= 1 ? Math.floor(at * file.byteLength) : at)
  const [before, behind] = [file.subarray(0, place), file.subarray(place)]
  if (how === 'cut') return file.subarray(0, place + 1)
  if (how === 'drop') return concatenated(before, behind.subarray(what % 200), Uint8Array.of(0))
  if (how === 'insert') return concatenated(before, noise(what % 300), behind)
  if (how === 'splice') return concatenated(before, other.subarray(what % other.byteLength), Uint8Array.of(0))
  const copy = new Uint8Array(file)
  const bytes =
    how === 'flip'
      ? [(copy[place] ?? 0) ^ (1 << (what % 8))]
      : what % 2
        ? [255, 255, 255, 255]
        : [127, 255, 255, 255]
  copy.set(bytes.slice(0, copy.byteLength - place), place)
  return copy
}

async function probeOf(file: Uint8Array): Promise<Probe | string> {
  const source = new ByteSource(file.byteLength, (offset, length) =>
    Promise.resolve(file.slice(offset, offset + length)),
  )
  try {
    return await probeSource(source)
  } catch (error) {
    if (error instanceof Problem) return error.problem
    throw error
  }
}

describe('any change to a file', () => {
  it('is a fact about audio that can be, or a refusal', async () => {
    await assert(
      asyncProperty(changed, async (file) => {
        const probe = await probeOf(file)
        if (typeof probe === 'string') {
          expect(['not-audio', 'damaged-audio']).toContain(probe)
          return
        }
        expect(probe.duration).toBeGreaterThan(0)
        expect(probe.duration).toBeLessThanOrEqual(86_400)
        expect(probe.sampleRate).toBeGreaterThan(0)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('at the front door', () => {
  beforeEach(emptyLibrary)

  it('it is 201, 415 or 422, and only 201 leaves anything', async () => {
    let kept = 0
    await assert(
      asyncProperty(changed, async (file) => {
        const response = await upload(file, { title: 'Changed' })
        await response.body?.cancel()
        expect([201, 415, 422]).toContain(response.status)
        if (response.status === 201) kept++
      }),
      { numRuns: 150 },
    )
    expect(await storedKeys()).toHaveLength(kept)
    expect(await countRows()).toBe(kept)
  })
})
