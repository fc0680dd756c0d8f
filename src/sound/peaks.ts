/** A waveform of the sound as players draw it: the lowest and the highest sample of each point, in the form of BBC's audiowaveform. */
import { createPoints } from './peakPoints.ts'
import type { SoundFormat } from './speakers.ts'

export type Waveform = {
  /** Hz, of the first track. */
  sampleRate: number
  /** Samples of the first track that a point stands for. */
  samplesPerPixel: number
  /** The lowest and the highest value of each point, -128 to 127. */
  data: Int8Array
}

export type PeakMeter = {
  /** Other channels, or another rate. A point goes on to last as long as it did. */
  begin: (format: SoundFormat) => void
  /** One array for each channel, of finite samples. */
  add: (channels: Float32Array[], from: number, to: number) => void
  /** `samples` are those of the whole sound, at the rate of the first track. */
  finish: () => { waveform: Waveform; samples: number }
}

const USUAL_POINTS = 1500
/** Fewer samples would be the sound itself; readers of the format refuse it. */
const FEWEST_SAMPLES_PER_PIXEL = 2

export function createPeakMeter(format: SoundFormat, expectedSamples = 0): PeakMeter {
  const points = createPoints(firstSamplesPerPixel(expectedSamples))
  let { sampleRate } = format
  // In samples of the first track: where the current track began.
  let trackStart = 0
  let trackSamples = 0
  /** Samples of the current track for each sample of the first one. */
  const ratio = () => sampleRate / format.sampleRate
  const position = () => trackStart + trackSamples / ratio()
  return {
    begin: (next) => {
      trackStart = position()
      trackSamples = 0
      sampleRate = next.sampleRate
    },
    add: (channels, from, to) => {
      for (let at = from; at < to;) {
        const pointEnd = Math.max(trackSamples, Math.ceil((points.nextEnd() - trackStart) * ratio()))
        const end = Math.min(to, at + pointEnd - trackSamples)
        points.widen(channels, at, end)
        trackSamples += end - at
        if (trackSamples === pointEnd) points.endPoint()
        at = end
      }
    },
    finish: () => {
      const { samplesPerPixel, data } = points.finish()
      return {
        waveform: { sampleRate: format.sampleRate, samplesPerPixel, data },
        samples: Math.round(position()),
      }
    },
  }
}

/**
 * Such that as many samples as are expected give the usual number of points. It begins with fewer, which merging doubles:
 * if there is much less sound than expected, its waveform still has its points.
 */
function firstSamplesPerPixel(expectedSamples: number): number {
  let samplesPerPixel = Math.max(expectedSamples / USUAL_POINTS, FEWEST_SAMPLES_PER_PIXEL)
  while (samplesPerPixel > 64) samplesPerPixel /= 2
  return Math.ceil(samplesPerPixel)
}
