/** Measures the sound of a clip while it is decoded: its waveform, its loudness and its true peak. */
import { createLoudnessMeter } from './loudness.ts'
import { createPeakMeter, type Waveform } from './peaks.ts'
import { isSameFormat, type SoundFormat } from './speakers.ts'
import { createTruePeakMeter } from './truePeak.ts'

export type Measured = {
  waveform: Waveform
  /** LUFS. */
  loudness: number | null
  /** LU. */
  loudnessRange: number | null
  /** dBTP. */
  truePeak: number | null
  /** Of each channel, at the rate of the first track. */
  samples: number
}

export type SoundMeter = {
  /** A track begins. If it is like the one before, the sound goes on as if it were one. */
  begin: (format: SoundFormat) => void
  /** One array for each channel. What is no number, or is infinite, counts as 0. */
  add: (channels: Float32Array[], from: number, to: number) => void
  finish: () => Measured
}

/** So much at a time stays in the fastest cache of the processor while one meter after the other reads it. */
const STRETCH = 2048

/** With `expectedSamples`, the waveform has about 1500 points; without, between 1000 and 2000. */
export function createSoundMeter({
  expectedSamples,
  ...format
}: SoundFormat & { expectedSamples?: number | undefined }): SoundMeter {
  const peaks = createPeakMeter(format, expectedSamples)
  const loudness = createLoudnessMeter(format)
  const truePeak = createTruePeakMeter(format)
  const meters = [peaks, loudness, truePeak]
  let current: SoundFormat = format
  return {
    begin: (next) => {
      if (isSameFormat(current, next)) return
      current = next
      for (const meter of meters) meter.begin(next)
    },
    add: (channels, from, to) => {
      const finite = channels.map((samples) => withoutInfinite(samples, from, to))
      for (let at = from; at < to; at += STRETCH) {
        for (const meter of meters) meter.add(finite, at, Math.min(to, at + STRETCH))
      }
    },
    finish: () => ({ ...peaks.finish(), ...loudness.finish(), truePeak: truePeak.finish() }),
  }
}

/** The samples themselves, if all are finite. */
function withoutInfinite(samples: Float32Array, from: number, to: number): Float32Array {
  // One infinite sample makes the sum infinite, and one that is no number makes it NaN.
  let sum = 0
  for (let at = from; at < to; at++) sum += samples[at] ?? 0
  return Number.isFinite(sum) ? samples : samples.map((sample) => (Number.isFinite(sample) ? sample : 0))
}
