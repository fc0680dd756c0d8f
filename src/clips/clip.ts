/** A clip as the API shows it: its schema, its JSON and its ETag. Pure. */
import { z } from '@hono/zod-openapi'
import type { ClipRow } from '../db/schema.ts'

const Audio = z
  .object({
    content_type: z.string().openapi({ description: 'Media type, by the bytes.', example: 'audio/mpeg' }),
    size: z.int().openapi({ description: 'Bytes.', example: 481115 }),
    codec: z.string().nullable().openapi({ description: 'Name of the codec.', example: 'MPEG 1 Layer 3' }),
    bitrate: z.int().nullable().openapi({ description: 'Bit/s.', example: 128000 }),
    sample_rate: z.int().nullable().openapi({ description: 'Hz.', example: 44100 }),
    channels: z.int().nullable().openapi({ description: 'Number of channels.', example: 2 }),
    sha256: z.string().openapi({
      description: 'SHA-256 of the bytes, lower-case hex.',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    }),
  })
  .openapi('Audio', { description: 'What the bytes of the audio are. Unknown values are null.' })

/** The Clip of the API. */
export const Clip = z
  .object({
    id: z.uuid().openapi({ description: 'UUIDv7.', example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' }),
    title: z.string().openapi({ description: 'Name of the clip.', example: 'Rain on a tin roof' }),
    description: z.string().nullable().openapi({ description: 'A longer text.', example: null }),
    artist: z.string().nullable().openapi({ description: 'Who made it.', example: 'Clips' }),
    genre: z.string().nullable().openapi({ description: 'Lower-case.', example: 'ambient' }),
    tags: z.array(z.string()).openapi({ description: 'Lower-case.', example: ['rain', 'field-recording'] }),
    license: z.string().nullable().openapi({ description: 'Best an SPDX identifier.', example: 'CC0-1.0' }),
    duration: z.number().nullable().openapi({ description: 'Seconds.', example: 30.04 }),
    visibility: z
      .enum(['public', 'private'])
      .openapi({ description: 'Who may find and play it: everyone, or its owner.', example: 'public' }),
    play_count: z.int().openapi({ description: 'Plays, by the published rule.', example: 12 }),
    audio: Audio,
    audio_url: z.url().openapi({
      description: 'The address of the stream.',
      example: 'https://clips.example/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream',
    }),
    waveform_url: z.url().nullable().openapi({
      description: 'The address of its waveform; null unless the analysis is `done`.',
      example: 'https://clips.example/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/waveform',
    }),
    analysis: z.enum(['pending', 'done', 'failed', 'unsupported']).openapi({
      description:
        'Analysis of the sound, some seconds after the upload. `unsupported`: nothing here decodes its codec, or it ' +
        'lasts too long.',
      example: 'done',
    }),
    loudness: z
      .number()
      .nullable()
      .openapi({
        description:
          'Integrated loudness by EBU R 128, LUFS. Null before the analysis, for silence, for less than 400 ms, and ' +
          'where only a part of the sound is decoded (HE-AAC).',
        example: -16.4,
      }),
    loudness_range: z.number().nullable().openapi({
      description: 'Loudness range by EBU Tech 3342, LU. Null where `loudness` is, and for less than 3 s.',
      example: 5.2,
    }),
    peak: z.number().nullable().openapi({
      description: 'True peak, dBTP. Null before the analysis, for digital silence, and for HE-AAC.',
      example: -1.1,
    }),
    purge_pending: z.boolean().openapi({
      description: 'The visibility has changed, and the storage or the cache may still have the old one.',
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

/** A row as the API shows it. `origin` is the scheme and host of its links. */
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
    waveform_url: row.analysis === 'done' ? `${origin}/api/clips/${row.id}/waveform` : null,
    analysis: row.analysis,
    loudness: row.loudness,
    loudness_range: row.loudnessRange,
    peak: row.peak,
    purge_pending: row.purgePending,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

/** The values that an ETag is made of. */
type Tagged = Pick<
  ClipRow,
  'revision' | 'playCount' | 'purgePending' | 'analysis' | 'loudness' | 'loudnessRange' | 'peak'
>

/**
 * The ETag of a clip's JSON. It is strong: it changes with everything that the JSON shows. First comes the revision, which
 * is all that a conditional edit compares; then what changes without an edit. Otherwise each play would fail an edit.
 */
export function clipETag({ revision, playCount, purgePending, analysis, ...levels }: Tagged): string {
  const { loudness, loudnessRange, peak } = levels
  const rest = [playCount, Number(purgePending), analysis, loudness, loudnessRange, peak]
  return `"${revision}.${rest.join('_')}"`
}

/** The ETag of a new clip. */
export const newClipETag = clipETag({
  revision: 1,
  playCount: 0,
  purgePending: false,
  analysis: 'pending',
  loudness: null,
  loudnessRange: null,
  peak: null,
})

/** The revision in an ETag; undefined if the tag is not ours. */
export function revisionOf(tag: string): number | undefined {
  const revision = /^"(\d{1,9})\./.exec(tag)?.[1]
  return revision === undefined ? undefined : Number(revision)
}

/** The ETag as the document describes it. */
export const describedETag = {
  ETag: 'A strong validator of this JSON. Its first number is the revision, which `If-Match` of PATCH and DELETE compares.',
}
