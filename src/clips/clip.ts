/** What a clip is, as the API shows it. Pure. */
import { z } from '@hono/zod-openapi'
import type { ClipRow } from '../db/clipTable.ts'

const Audio = z
  .object({
    content_type: z.string().openapi({ description: 'Media type, from the bytes.', example: 'audio/mpeg' }),
    size: z.int().openapi({ description: 'Bytes.', example: 481115 }),
    codec: z.string().nullable().openapi({ example: 'MPEG 1 Layer 3' }),
    bitrate: z.int().nullable().openapi({ description: 'Bit/s.', example: 128000 }),
    sample_rate: z.int().nullable().openapi({ description: 'Hz.', example: 44100 }),
    channels: z.int().nullable().openapi({ example: 2 }),
    sha256: z.string().openapi({
      description: 'SHA-256 of the bytes, lower-case hex.',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    }),
  })
  .openapi('Audio', { description: 'The audio itself, as read from its bytes. Unknown values are null.' })

/** The Clip of the API. */
export const Clip = z
  .object({
    id: z.uuid().openapi({ description: 'UUIDv7.', example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' }),
    title: z.string().openapi({ example: 'Rain on a tin roof' }),
    description: z.string().nullable().openapi({ example: null }),
    artist: z.string().nullable().openapi({ example: 'Clips' }),
    genre: z.string().nullable().openapi({ example: 'ambient' }),
    tags: z.array(z.string()).openapi({ example: ['rain', 'field-recording'] }),
    license: z.string().nullable().openapi({ example: 'CC0-1.0' }),
    duration: z.number().nullable().openapi({ description: 'Seconds.', example: 30.04 }),
    visibility: z.enum(['public', 'private']).openapi({ example: 'public' }),
    play_count: z.int().openapi({ example: 12 }),
    audio: Audio,
    audio_url: z.url().openapi({
      description: 'Where the audio streams from.',
      example: 'https://clips.example/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream',
    }),
    waveform_url: z.url().nullable().openapi({ description: 'Peaks, once analysed.', example: null }),
    analysis: z.enum(['pending', 'done', 'failed']).openapi({ example: 'pending' }),
    loudness: z.number().nullable().openapi({ description: 'LUFS.', example: null }),
    peak: z.number().nullable().openapi({ description: 'dBFS.', example: null }),
    purge_pending: z.boolean().openapi({
      description: 'Hidden, but a cache may not yet have let go of its audio.',
      example: false,
    }),
    created_at: z.iso
      .datetime()
      .openapi({ description: 'RFC 3339, UTC.', example: '2026-11-22T10:00:00.000Z' }),
    updated_at: z.iso
      .datetime()
      .openapi({ description: 'RFC 3339, UTC.', example: '2026-11-22T10:00:00.000Z' }),
  })
  .openapi('Clip')

export type Clip = z.output<typeof Clip>

/** A row as the API shows it; `origin` is the scheme and host that links start with. */
export function showClip(row: ClipRow, origin: string): Clip {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    artist: row.artist,
    genre: row.genre,
    tags: row.tags,
    license: row.license,
    duration: row.duration,
    visibility: row.visibility,
    play_count: row.playCount,
    audio: {
      content_type: row.contentType,
      size: row.size,
      codec: row.codec,
      bitrate: row.bitrate,
      sample_rate: row.sampleRate,
      channels: row.channels,
      sha256: row.sha256,
    },
    audio_url: `${origin}/api/clips/${row.id}/stream`,
    waveform_url: null,
    analysis: row.analysis,
    loudness: row.loudness,
    peak: row.peak,
    purge_pending: row.purgePending,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

/** What a clip's tag is made of. */
type Tagged = Pick<ClipRow, 'revision' | 'playCount' | 'purgePending' | 'analysis' | 'loudness' | 'peak'>

/**
 * The validator of a clip's JSON: strong, since it changes with everything that the JSON shows. First the edit, which
 * is all that those who edit are asked about; then what changes without one, plays for instance, which would fail
 * every edit of a popular clip.
 */
export function clipTag({ revision, playCount, purgePending, analysis, loudness, peak }: Tagged): string {
  return `"${revision}.${[playCount, Number(purgePending), analysis, loudness, peak].join('_')}"`
}

/** The tag of a clip that has just been made. */
export const newClipTag = clipTag({
  revision: 1,
  playCount: 0,
  purgePending: false,
  analysis: 'pending',
  loudness: null,
  peak: null,
})

/** The edit that a tag is of; undefined for a tag that we have not made. */
export function revisionOf(tag: string): number | undefined {
  const revision = /^"(\d{1,9})\./.exec(tag)?.[1]
  return revision === undefined ? undefined : Number(revision)
}

/** The validator as the documentation describes it. */
export const describedTag = {
  ETag: 'A strong validator of this JSON; its first number is the edit that `If-Match` of PATCH and DELETE looks at.',
}
