/**
 * A search for files that break the probe: real files with flipped bits, cut, with pieces repeated, swapped, dropped or taken
 * from another file. Each is possible audio, or a Problem, and costs no more than its budget. `FUZZ` is how many files, and
 * `SEED` repeats them.
 */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ByteSource } from '../../../src/audio/byteSource.ts'
import { readSound } from '../../../src/audio/containers/detectFormat.ts'
import { probeSource, type Probe } from '../../../src/audio/probe.ts'
import { Problem } from '../../../src/http/problem.ts'
import { countRows, emptyLibrary, storedKeys, upload } from '../../support/api.ts'
import { build, changedFile } from '../../support/changedFiles.ts'

const { FUZZ: runs, SEED: seed } = z.object({ FUZZ: z.coerce.number(), SEED: z.coerce.number() }).parse(env)

const maxWindowBytes = 4 * 1024 * 1024

/** Probes a file, and checks what that cost. */
async function probeWithin(file: Uint8Array): Promise<Probe | Problem> {
  return await readWithin(file, maxWindowBytes, probeSource)
}

/** As the analysis reads. */
const soundWindowBytes = 1024 * 1024

/** Reads the sound of a file, and checks what that cost. Undefined unless it is refused. */
async function soundWithin(file: Uint8Array): Promise<Problem | undefined> {
  return await readWithin(file, soundWindowBytes, async (source) => {
    let hasTrack = false
    for await (const part of readSound(source)) {
      hasTrack ||= 'track' in part
      if (!hasTrack) throw new Error('packets come before a track')
      const packets = 'packets' in part ? part.packets : []
      expect(packets.every(({ byteLength }) => byteLength > 0)).toBe(true)
    }
    return undefined
  })
}

async function readWithin<Result>(
  file: Uint8Array,
  windowBytes: number,
  reading: (source: ByteSource) => Promise<Result>,
): Promise<Result | Problem> {
  let longest = 0
  let read = 0
  const readRange = (offset: number, length: number) => {
    // R2 refuses such a range.
    if (!(length > 0 && offset + length <= file.byteLength))
      throw new Error(`a read of ${length} at ${offset}`)
    longest = Math.max(longest, length)
    read += length
    return Promise.resolve(new Uint8Array(file.subarray(offset, offset + length)))
  }
  const source = new ByteSource(file.byteLength, readRange, { maxWindowBytes: windowBytes })
  try {
    return await reading(source)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  } finally {
    expect(longest).toBeLessThanOrEqual(windowBytes)
    // The first window, and one more of up to 256 KiB for each step back.
    expect(read).toBeLessThanOrEqual(2 * file.byteLength + source.cost.reads.used * 256 * 1024)
    expect(source.cost.reads.used).toBeLessThanOrEqual(40 + 2 * Math.ceil(file.byteLength / windowBytes))
  }
}

describe('any changed file', () => {
  it(
    'is probed as possible audio, or is not-audio or damaged-audio',
    async () => {
      await fc.assert(
        fc.asyncProperty(changedFile, async (changed) => {
          const probe = await probeWithin(build(changed))
          if (probe instanceof Problem) {
            expect(['not-audio', 'damaged-audio']).toContain(probe.problem)
            return
          }
          expect(probe.duration).toBeGreaterThan(0)
          expect(probe.duration).toBeLessThanOrEqual(86_400)
          expect(probe.sampleRate).toBeGreaterThan(0)
        }),
        { numRuns: runs, seed },
      )
    },
    30 * 60_000,
  )

  it(
    'gives its packets, or is damaged-audio if it was accepted',
    async () => {
      await fc.assert(
        fc.asyncProperty(changedFile, async (changed) => {
          const file = build(changed)
          const refusal = await soundWithin(file)
          if (refusal?.problem === 'not-audio') expect(await probeWithin(file)).toBeInstanceOf(Problem)
          else if (refusal) expect(refusal.problem).toBe('damaged-audio')
        }),
        { numRuns: runs, seed },
      )
    },
    30 * 60_000,
  )
})

describe('any changed file, as an upload', () => {
  beforeEach(emptyLibrary)

  it('is a 201, 415 or 422, and only a 201 leaves anything', async () => {
    let kept = 0
    await fc.assert(
      fc.asyncProperty(changedFile, async (changed) => {
        const response = await upload(build(changed), { title: 'Changed' })
        await response.body?.cancel()
        expect([201, 415, 422]).toContain(response.status)
        if (response.status === 201) kept++
      }),
      { numRuns: 150, seed },
    )
    expect(await storedKeys()).toHaveLength(kept)
    expect(await countRows()).toBe(kept)
  })
})
