/** The routes of plays as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, problemResponses, type Operation } from '../http/documentation.ts'
import { StatsQuery } from './stats.ts'

const listeners = z.int().openapi({
  description: 'The sum over days of that day’s listeners: one who comes on two days counts twice.',
  example: 9,
})

const Day = z.object({
  date: z.iso.date().openapi({ description: 'UTC.', example: '2026-11-22' }),
  plays: z.int().openapi({ example: 3 }),
  listeners: z.int().openapi({ description: 'Distinct listeners of that day.', example: 2 }),
})

const daily = z.array(Day).openapi({ description: 'The last days, oldest first; those without plays too.' })
const id = z.uuid().openapi({ example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' })
const title = z.string().openapi({ example: 'Rain on a tin roof' })
const playCount = z.int().openapi({ example: 12 })

export const ClipStats = z
  .object({
    id,
    title,
    play_count: playCount,
    listeners,
    last_played_at: z.iso.datetime().nullable().openapi({
      description: 'When it was last started, repeats included. Null if never.',
      example: '2026-11-22T10:00:00.000Z',
    }),
    daily,
    countries: z
      .array(
        z.object({
          country: z
            .string()
            .nullable()
            .openapi({ description: 'ISO 3166-1, T1 for Tor; null where it is not known.', example: 'CZ' }),
          plays: z.int().openapi({ example: 7 }),
        }),
      )
      .openapi({ description: 'All plays by country, most first.' }),
  })
  .openapi('ClipStats')

export const LibraryStats = z
  .object({
    clips: z.int().openapi({ description: 'Public clips.', example: 6 }),
    bytes_stored: z.int().openapi({ description: 'Their audio.', example: 4_812_345 }),
    plays: z.int().openapi({ description: 'Of all clips, since deleted ones included.', example: 120 }),
    listeners,
    top_clips: z
      .array(z.object({ id, title, play_count: playCount }))
      .openapi({ description: 'The ten most played public clips.' }),
    daily,
  })
  .openapi('LibraryStats')

const caching = {
  'Cache-Control': 'Half a minute, as plays take some seconds to be counted; `no-store` for a private clip.',
}

export const playOperations: Operation[] = [
  {
    operationId: 'clipStats',
    method: 'get',
    path: '/api/clips/{id}/stats',
    tags: ['Plays'],
    summary: 'How a clip does',
    request: { params: z.object({ id }), query: StatsQuery },
    responses: {
      200: jsonResponse('Its figures.', ClipStats, caching),
      ...problemResponses(
        'unauthorized',
        'forbidden',
        'clip-not-found',
        'invalid-fields',
        'too-many-requests',
        'database-away',
      ),
    },
  },
  {
    operationId: 'libraryStats',
    method: 'get',
    path: '/api/stats',
    tags: ['Plays'],
    summary: 'How the library does',
    request: { query: StatsQuery },
    responses: {
      200: jsonResponse('Its figures.', LibraryStats, caching),
      ...problemResponses('unauthorized', 'invalid-fields', 'too-many-requests', 'database-away'),
    },
  },
]
