/** Files that are odd, hostile, damaged or not audio: each upload is a clip with the right facts, or a 415 or 422. */
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  double,
  nat,
  oneof,
  record,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { ByteSource } from '../../../src/audio/byteSource.ts'
import { probeSource, type Probe } from '../../../src/audio/probe.ts'
import { Clip } from '../../../src/clips/clip.ts'
import { Problem } from '../../../src/http/problem.ts'
import { countRows, emptyLibrary, expectProblem, fixture, storedKeys, upload } from '../../support/api.ts'
import { concatenated, noise } from '../../support/bytes.ts'
import { aiffFiles } from './hostile/aiff.ts'
import { flacFiles } from './hostile/flac.ts'
import type { HostileFile } from './hostile/hostileFile.ts'
import { mp4Files } from './hostile/mp4.ts'
import { mpegFiles } from './hostile/mpeg.ts'
import { mpegTagFiles } from './hostile/mpegTags.ts'
import { notAudioFiles } from './hostile/notAudio.ts'
import { oggFiles } from './hostile/ogg.ts'
import { wavFiles } from './hostile/wav.ts'
import { webmFiles } from './hostile/webm.ts'

beforeEach(emptyLibrary)

const statuses = { 'not-audio': 415, 'damaged-audio': 422 }

describe.each<[string, HostileFile[]]>([
  ['MP3 and AAC', mpegFiles],
  ['MP3 with tags', mpegTagFiles],
  ['WAV', wavFiles],
  ['AIFF', aiffFiles],
  ['FLAC', flacFiles],
  ['Ogg', oggFiles],
  ['MP4', mp4Files],
  ['WebM', webmFiles],
  ['not audio', notAudioFiles],
])('%s', (_, files) => {
  it.each(files)('%s', async (_name, make, expected) => {
    const response = await upload(make(), {}, 'Fallback.mp3')
    if (typeof expected === 'string') {
      await expectProblem(response, statuses[expected], expected)
      expect(await storedKeys()).toEqual([])
      expect(await countRows()).toBe(0)
      return
    }
    const body = await response.json()
    expect(response.status, JSON.stringify(body)).toBe(201)
    const clip = Clip.parse(body)
    expect(clip.duration).toBeCloseTo(expected.duration, 3)
    if (expected.title !== undefined) expect(clip.title).toBe(expected.title)
    if (expected.contentType !== undefined) expect(clip.audio.content_type).toBe(expected.contentType)
    expect(await storedKeys()).toEqual([`clips/${clip.id}/audio`])
  })
})

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

/** One change to a file. `at` is a share of its length, or bytes from its start. */
type Change = { at: number; how: 'flip' | 'cut' | 'huge' | 'drop' | 'insert' | 'splice'; what: number }

const change: Arbitrary<Change> = record({
  // Most files have their headers at the start, so half of the changes are there.
  at: oneof(double({ min: 0, max: 1, noNaN: true }), nat(1500)),
  how: constantFrom('flip', 'cut', 'huge', 'drop', 'insert', 'splice'),
  what: nat(),
})

const changedFile = tuple(
  constantFrom(...names),
  array(change, { minLength: 1, maxLength: 4 }),
  constantFrom(...names),
).map(([name, changes, other]) =>
  changes.reduce((file, one) => withChange(file, one, fixture(other)), fixture(name)),
)

function withChange(file: Uint8Array, { at, how, what }: Change, other: Uint8Array): Uint8Array {
  const place = Math.min(file.byteLength - 1, at <= 1 ? Math.floor(at * file.byteLength) : at)
  const [before, after] = [file.subarray(0, place), file.subarray(place)]
  if (how === 'cut') return file.subarray(0, place + 1)
  if (how === 'drop') return concatenated(before, after.subarray(what % 200), Uint8Array.of(0))
  if (how === 'insert') return concatenated(before, noise(what % 300), after)
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

describe('any changed file', () => {
  it('is probed as possible audio, or is not-audio or damaged-audio', async () => {
    await assert(
      asyncProperty(changedFile, async (file) => {
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

  it('is a 201, 415 or 422 as an upload, and only a 201 leaves anything', async () => {
    let kept = 0
    await assert(
      asyncProperty(changedFile, async (file) => {
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
