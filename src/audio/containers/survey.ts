/** What every container module returns, and the problems it throws. */
import { Problem } from '../../http/problem.ts'
import type { AudioType } from '../audioFormats.ts'
import type { ByteSource } from '../byteSource.ts'
import type { EmbeddedTags, Excerpt } from '../tags.ts'

/**
 * The one function of each container module. It reads a file whose header is at `start`, after any ID3v2 tags.
 * Throws `not-audio` or `damaged-audio`; a RangeError counts as damage too.
 */
export type SurveyFormat = (source: ByteSource, start: number) => Promise<Survey>

/** The facts about a file. Numbers are in seconds, Hz and bit/s. */
export type Survey = {
  contentType: AudioType
  /** As the file spells it: any characters. */
  codec: string
  duration: number
  sampleRate: number
  channels: number | null
  /** Of the audio alone; null where only the average over the file is known. */
  bitrate: number | null
  /** The most trustworthy first. */
  tags: (Excerpt | EmbeddedTags)[]
}

/** How much longer than its audio a file may declare to be. */
export const durationTolerance = { share: 0.05, seconds: 1 }

/** Throws if the declared duration is longer than the audio. */
export function checkDeclared(declaredSeconds: number, seconds: number): void {
  if (declaredSeconds > seconds * (1 + durationTolerance.share) + durationTolerance.seconds) {
    throw damaged('It declares a longer duration than its audio has.')
  }
}

/** 415: the bytes are not audio of a known format. */
export function notAudio(cause: unknown): Problem {
  const detail = 'Known formats: MP3, AAC, M4A, FLAC, WAV, AIFF, Ogg Vorbis, Opus, WebM.'
  return new Problem('not-audio', { detail, cause })
}

/** 415: the file contains moving pictures. */
export function holdsVideo(): Problem {
  return new Problem('not-audio', { detail: 'The file contains video.' })
}

/** 422: the file is audio, but it is cut short, or declares something impossible. */
export function damaged(detail: string): Problem {
  return new Problem('damaged-audio', { detail })
}

/** Damage that a check found, or a read beyond the end of some bytes, to which a wrong length led. */
export function isDamage(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Problem && error.problem === 'damaged-audio')
}

/** Undefined instead of damage: damaged tags cost no more than the tags. */
export async function unlessDamaged<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}
