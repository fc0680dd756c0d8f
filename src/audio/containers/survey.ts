/** What every container module exports and returns, and the problems that it throws. */
import { Problem } from '../../http/problem.ts'
import type { AudioType } from '../audioFormats.ts'
import type { ByteSource } from '../byteSource.ts'
import type { EmbeddedTags } from '../tags.ts'
import type { SoundPart } from './sound.ts'

/** A container format: how its files begin, and how one is surveyed. */
export type Format = {
  /** Whether a file with these first bytes (`signatureBytes`), each as one character, has this format. */
  matches: (head: string) => boolean
  /**
   * Reads a file whose header is at `start`, after any ID3v2 tags. Throws `not-audio` or `damaged-audio`, and nothing else.
   */
  survey: (source: ByteSource, start: number) => Promise<Survey>
  /**
   * Reads the sound of a file that `survey` has accepted. It gives nothing if the codec has no decoder.
   * Throws `damaged-audio` where the file is not as it was surveyed.
   */
  readSound?: (source: ByteSource, start: number) => AsyncGenerator<SoundPart>
  /** Whether players pass over an ID3v2 tag in front of it, and whether that tag comes before the tags inside. */
  leadingTag: 'first' | 'last' | 'refused'
}

/** The facts about a file. Numbers are in seconds, Hz and bit/s. */
export type Survey = {
  contentType: AudioType
  /** As the file spells it: any characters. */
  codec: string
  /** Of what plays, from the bytes. */
  duration: number
  sampleRate: number
  channels: number | null
  /** Of the audio alone; null where only the average over the file is known. */
  bitrate: number | null
  /** The most trustworthy first. */
  tags: EmbeddedTags[]
}

/** How much longer than its audio a file may declare to be. */
const durationTolerance = { share: 0.05, seconds: 1 }

/** Throws if the declared duration is longer than the audio. */
export function checkDeclared(declaredSeconds: number, seconds: number): void {
  if (declaredSeconds > seconds * (1 + durationTolerance.share) + durationTolerance.seconds) {
    throw damaged('It declares a longer duration than its audio has.')
  }
}

/** 415: the bytes are not audio of a known format. `found` says what they are, if that is known. */
export function notAudio(cause: unknown, found?: string): Problem {
  const known = 'MP3, AAC, M4A, FLAC, WAV, AIFF, CAF, AMR, Ogg Vorbis, Opus, WebM'
  // What a file says of itself may be any characters.
  const detail = found
    ? `This is ${found.replace(/[^\x20-\x7e]+/g, ' ').trim()}. Convert it to one of: ${known}.`
    : `Known formats: ${known}.`
  return new Problem('not-audio', { detail, cause })
}

/** 415: the file contains moving pictures. */
export function holdsVideo(): Problem {
  return new Problem('not-audio', { detail: 'The file contains video. Send its sound alone.' })
}

/** 422: the file is audio, but it is cut short, or declares something impossible. */
export function damaged(detail: string): Problem {
  return new Problem('damaged-audio', { detail })
}

/** Undefined instead of damage: damaged tags cost no more than the tags. */
export async function unlessDamaged<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Problem && error.problem === 'damaged-audio') return undefined
    throw error
  }
}
