/** Whether what a file says of itself can be. Pure. */
import type { Survey } from './containers/survey.ts'

const longestSeconds = 24 * 60 * 60
/** Bits in a second of the sparsest coding of silence that is in use; FLAC's can be sparser, and is counted. */
const sparsestBitrate = 250
const maxSampleRate = 10_000_000
const maxChannels = 255

/** What cannot be, in words for whoever sent it; undefined if all of it can. */
export function findImpossible(
  { duration, sampleRate, channels, codec }: Survey,
  size: number,
): string | undefined {
  if (!(sampleRate >= 1 && sampleRate <= maxSampleRate)) return 'Its sample rate cannot be.'
  if (channels !== null && !(channels >= 1 && channels <= maxChannels))
    return 'Its number of channels cannot be.'
  if (!(duration > 0)) return 'It holds no audio.'
  if (!(duration <= longestSeconds)) return 'It says to last for more than a day.'
  if (codec !== 'FLAC' && (size * 8) / duration < sparsestBitrate)
    return 'It says to be longer than its bytes can be.'
  return undefined
}
