/** Loudness as in EBU R 128: integrated (ITU-R BS.1770-5), and its range (EBU Tech 3342). */
import { createLoudnessFilter, kWeighting, type LoudnessFilter } from './loudnessFilter.ts'
import { createLoudnessGate } from './loudnessGate.ts'
import type { SoundFormat, Speaker } from './speakers.ts'

export type Loudness = {
  /** LUFS; null if no block of 400 ms is above the absolute gate: silence, or too short. */
  loudness: number | null
  /** LU; null if no window of 3 s is. */
  loudnessRange: number | null
}

export type LoudnessMeter = {
  /** Other channels, or another rate. The time goes on. */
  begin: (format: SoundFormat) => void
  /** One array for each channel, of finite samples. */
  add: (channels: Float32Array[], from: number, to: number) => void
  finish: () => Loudness
}

/** BS.1770-5 Annex 3: louder between ±60° and ±120° at the height of the ears. Speakers at the back weigh as those in front. */
const WEIGHTS: Partial<Record<Speaker, number>> = { Ls: 1.41, Rs: 1.41, LFE: 0 }

/** Blocks and windows begin every 100 ms. */
const STEPS_PER_SECOND = 10
const STEPS_OF_BLOCK = 4
const STEPS_OF_WINDOW = 30
const BLOCK_GATE_LU = -10
const WINDOW_GATE_LU = -20

type WeighedChannel = { index: number; weight: number; filter: LoudnessFilter }

export function createLoudnessMeter(format: SoundFormat): LoudnessMeter {
  const blocks = createLoudnessGate()
  const windows = createLoudnessGate()
  const latest = createLatestSteps()
  let channels = weighedChannels(format)
  // Neither is a whole number at every rate. The samples that are left are rounded at each step, so no error adds up.
  let stepSamples = format.sampleRate / STEPS_PER_SECOND
  let samplesLeft = stepSamples
  let stepPower = 0

  function endStep(): void {
    latest.add(stepPower)
    if (latest.count >= STEPS_OF_BLOCK) blocks.add(latest.mean(STEPS_OF_BLOCK))
    if (latest.count >= STEPS_OF_WINDOW) windows.add(latest.mean(STEPS_OF_WINDOW))
    stepPower = 0
    samplesLeft += stepSamples
  }

  return {
    begin: (next) => {
      channels = weighedChannels(next)
      const shareLeft = samplesLeft / stepSamples
      stepSamples = next.sampleRate / STEPS_PER_SECOND
      samplesLeft = shareLeft * stepSamples
    },
    add: (sound, from, to) => {
      for (let at = from; at < to;) {
        const end = Math.min(to, at + Math.max(1, Math.round(samplesLeft)))
        let energy = 0
        for (const { index, weight, filter } of channels) {
          const samples = sound[index]
          if (samples) energy += weight * filter.energy(samples, at, end)
        }
        stepPower += energy / stepSamples
        samplesLeft -= end - at
        if (samplesLeft < 0.5) endStep()
        at = end
      }
    },
    finish: () => ({ loudness: blocks.mean(BLOCK_GATE_LU), loudnessRange: windows.range(WINDOW_GATE_LU) }),
  }
}

/** Hz. The high-pass of the K-weighting, at 38 Hz, is unstable below twice that. */
const LEAST_RATE = 100

/** None at rates at which nothing can be heard: their sound has no loudness. */
function weighedChannels({ sampleRate, speakers }: SoundFormat): WeighedChannel[] {
  if (sampleRate < LEAST_RATE) return []
  const coefficients = kWeighting(sampleRate)
  return speakers
    .map((speaker, index) => ({ index, weight: WEIGHTS[speaker] ?? 1 }))
    .filter(({ weight }) => weight > 0)
    .map((channel) => ({ ...channel, filter: createLoudnessFilter(coefficients) }))
}

/** The powers of the latest steps: what blocks and windows consist of. */
function createLatestSteps() {
  const powers = new Float64Array(STEPS_OF_WINDOW)
  let count = 0
  return {
    get count() {
      return count
    },
    add: (power: number) => {
      powers[count % STEPS_OF_WINDOW] = power
      count++
    },
    mean: (steps: number) => {
      let sum = 0
      for (let back = 1; back <= steps; back++) sum += powers[(count - back) % STEPS_OF_WINDOW] ?? 0
      return sum / steps
    },
  }
}
