/** Clips that take a while, in the formats that players seek in differently. */
import type { Recording } from '../recordings.ts'

/** Of what all of them decode to: 16-bit stereo at 48 kHz. */
export const bytesPerSecond = 48_000 * 2 * 2

/** Tells its length and places by arithmetic. 11.5 MB a minute. */
export const wav: Recording = { file: 'long.wav', contentType: 'audio/wav', encoding: [] }
/** Frames of no fixed size and no table of them: players search. 4.5 MB a minute. */
export const flac: Recording = { file: 'long.flac', contentType: 'audio/flac', encoding: [] }
/** A table of frames, at the end of the file. 1.4 MB a minute. */
export const m4a: Recording = {
  file: 'long.m4a',
  contentType: 'audio/mp4',
  encoding: ['-c:a', 'aac', '-b:a', '192k'],
}
/** A constant bit rate. 1 MB a minute. */
export const mp3: Recording = { file: 'long.mp3', contentType: 'audio/mpeg', encoding: ['-b:a', '128k'] }
