/** What looking through a container finds out. */
import type { AudioType } from '../audioType.ts'

/** A stretch of a file made small for a parser of tags: nothing in it but the tags that are used. */
export type Excerpt = { mimeType: string; bytes: Uint8Array }

/** The tags in a file, as they stand there. */
export type EmbeddedTags = {
  title: string | undefined
  artist: string | undefined
  genre: string | undefined
  description: string | undefined
}

/** Numbers in seconds, Hz and bit/s. */
export type Survey = {
  contentType: AudioType
  /** As the file has it: any characters. */
  codec: string | null
  duration: number
  sampleRate: number
  channels: number | null
  /** Of the audio alone; null where only the average over the file is known. */
  bitrate: number | null
  /** Where tags were found, the one to believe first. */
  tags: (Excerpt | EmbeddedTags)[]
}
