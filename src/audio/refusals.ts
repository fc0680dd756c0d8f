/** Why a file is not taken. What is accepted, and the line between the two, stands in the README beside. */
import { Problem } from '../http/problem.ts'

/** 415: not audio of a known format, by its bytes. */
export function notAudio(cause: unknown): Problem {
  const detail = 'Known formats: MP3, AAC, M4A, FLAC, WAV, AIFF, Ogg Vorbis, Opus, WebM.'
  return new Problem('not-audio', { detail, cause })
}

/** 415: the file shows pictures that move. */
export function holdsVideo(): Problem {
  return new Problem('not-audio', { detail: 'The file holds video.' })
}

/** 422: audio by its bytes, but cut short, or saying of itself what cannot be. */
export function damaged(detail: string): Problem {
  return new Problem('damaged-audio', { detail })
}

/** Undefined for what is damaged: tags that lie cost no more than the tags. */
export async function unlessDamaged<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/** Damage that was found, or run into: a length led beyond the bytes that it is about. */
export function isDamage(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Problem && error.problem === 'damaged-audio')
}
