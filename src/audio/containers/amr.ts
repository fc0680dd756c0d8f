/** AMR and AMR-WB files, as phones record them (RFC 4867 §5): frames of 20 ms, each of a length that its first byte declares. */
import type { ByteSource } from '../byteSource.ts'
import { characters } from './bytes.ts'
import { damaged, type Format, type Survey } from './survey.ts'

const narrowMagic = '#!AMR\n'
const wideMagic = '#!AMR-WB\n'
const frameSeconds = 0.02
/** Bytes of a frame by its type, with the first byte; 0 is reserved (RFC 4867 §5.3; 3GPP TS 26.101 and 26.201, Annex A). */
const narrow = {
  codec: 'AMR-NB',
  sampleRate: 8000,
  lengths: [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1],
}
const wide = {
  codec: 'AMR-WB',
  sampleRate: 16000,
  lengths: [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1],
}

export const amr: Format = {
  matches: (head) => head.startsWith(narrowMagic) || head.startsWith(wideMagic),
  survey: surveyAmr,
  leadingTag: 'refused',
}

/** Counts the frames. A last one that is cut short does not play. */
async function surveyAmr(source: ByteSource, start: number): Promise<Survey> {
  const magic = await source.bytes(start, wideMagic.length)
  const isWide = magic[5] !== 0x0a
  const { codec, sampleRate, lengths } = isWide ? wide : narrow
  const from = start + (isWide ? wideMagic : narrowMagic).length
  const { frames, end } = await countFrames(source, from, lengths)
  // Something else may follow, such as a tag, but no more than there is sound.
  if (source.size - end > end - from) throw damaged('Most of the file is not audio.')
  const duration = frames * frameSeconds
  const bitrate = ((end - from) * 8) / duration
  const contentType = isWide ? 'audio/amr-wb' : 'audio/amr'
  return { contentType, codec, duration, sampleRate, channels: 1, bitrate, tags: [] }
}

/** The length of the magic of another file that is joined to this one; 0 if there is none. */
async function magicBytes(source: ByteSource, at: number): Promise<number> {
  const head = characters(await source.bytes(at, wideMagic.length), 0, wideMagic.length)
  return [narrowMagic, wideMagic].find((magic) => head.startsWith(magic))?.length ?? 0
}

/** The whole frames up to the end of the file, or to one of a reserved type. */
async function countFrames(source: ByteSource, from: number, lengths: number[]) {
  let frames = 0
  let at = from
  while (at < source.size) {
    const window = await source.windowFrom(at, 1)
    let within = 0
    while (within < window.byteLength) {
      const first = window[within] ?? 0
      // A flag and padding around the type are 0.
      const length = first & 0x83 ? 0 : (lengths[(first >> 3) & 15] ?? 0)
      if (length === 0) {
        source.countPart()
        const skipped = await magicBytes(source, at + within)
        if (skipped === 0) return { frames, end: at + within }
        within += skipped
        break // the window may be another one now
      }
      source.countSteps()
      if (at + within + length <= source.size) frames++
      within += length
    }
    at += within
  }
  return { frames, end: source.size }
}
