/**
 * A search for files that break the analysis: real files, changed, and then analysed although an upload might have refused
 * them. Each is done, failed or unsupported, and costs no more than its budget. `FUZZ` is how many files, and `SEED` repeats them.
 */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ByteSource } from '../../src/audio/byteSource.ts'
import { probeSource } from '../../src/audio/probe.ts'
import { analyseSound } from '../../src/sound/analyseSound.ts'
import { decodeWaveform } from '../../src/sound/peaksFile.ts'
import { build, changedFile } from '../support/changedFiles.ts'

const { FUZZ: runs, SEED: seed } = z.object({ FUZZ: z.coerce.number(), SEED: z.coerce.number() }).parse(env)

const windowBytes = 1024 * 1024

/** What an upload finds; of what it refuses, a minute is analysed. */
async function surveyed(file: Uint8Array): Promise<{ seconds: number; channels: number | null }> {
  const source = new ByteSource(file.byteLength, (offset, length) =>
    Promise.resolve(new Uint8Array(file.subarray(offset, offset + length))),
  )
  return await probeSource(source).then(
    ({ duration: seconds, channels }) => ({ seconds, channels }),
    () => ({ seconds: 60, channels: 2 }),
  )
}

/** Nothing quieter than the absolute gate has a loudness. A peak may be as low as the smallest float. */
const Levels = z.object({
  loudness: z.number().min(-70.01).max(900).nullable(),
  loudnessRange: z.number().min(0).max(900).nullable(),
  peak: z.number().min(-1000).max(900).nullable(),
})

it(
  'any changed file is done, failed or unsupported',
  async () => {
    await fc.assert(
      fc.asyncProperty(changedFile, async (changed) => {
        const file = build(changed)
        const known = { size: file.byteLength, ...(await surveyed(file)) }
        let read = 0
        let reads = 0
        const analysis = await analyseSound(known, (offset, length) => {
          expect(length).toBeGreaterThan(0)
          expect(length).toBeLessThanOrEqual(windowBytes)
          expect(offset + length).toBeLessThanOrEqual(file.byteLength)
          read += length
          reads++
          return Promise.resolve(new Uint8Array(file.subarray(offset, offset + length)))
        })
        expect(reads).toBeLessThanOrEqual(40 + 2 * Math.ceil(file.byteLength / windowBytes))
        expect(read).toBeLessThanOrEqual(2 * file.byteLength + reads * 256 * 1024)
        if (analysis.state !== 'done') {
          expect(['failed', 'unsupported']).toContain(analysis.state)
          return
        }
        Levels.parse(analysis)
        const peaks = decodeWaveform(analysis.waveform)
        expect(peaks?.data.length).toBeGreaterThan(0)
        expect(peaks?.data.length).toBeLessThanOrEqual(2 * 2001)
      }),
      { numRuns: runs, seed },
    )
  },
  30 * 60_000,
)
