/** The audio route as OpenAPI describes it. */
import { z } from '@hono/zod-openapi'
import { describedHeaders, problemResponses, type Operation } from '../http/documentation.ts'

const bytes = z.string().openapi({ format: 'binary' })

const header = (description: string, example: string) =>
  z.string().optional().openapi({ description, example })

const request = {
  params: z.object({ id: z.uuid() }),
  query: z.object({
    expires: z.string().optional().openapi({ description: 'Of a signed link: until when it is good.' }),
    signature: z.string().optional().openapi({ description: 'Of a signed link.' }),
    download: z
      .literal('1')
      .optional()
      .openapi({ description: 'To save it: `Content-Disposition: attachment`.' }),
  }),
  headers: z.object({
    Range: header('One or several byte ranges.', 'bytes=0-'),
    'If-Range': header('The range only of the audio with this tag or date, else the whole.', '"9b2cf5"'),
    'If-Match': header('Only the audio with one of these tags, else 412.', '"9b2cf5"'),
    'If-None-Match': header('Not the audio with one of these tags: 304.', '"9b2cf5"'),
    'If-Modified-Since': header('304 unless it is newer.', 'Sun, 22 Nov 2026 10:00:00 GMT'),
    'If-Unmodified-Since': header('412 if it is newer.', 'Sun, 22 Nov 2026 10:00:00 GMT'),
    'Want-Repr-Digest': header('Which digests are of use (RFC 9530); sha-256 is on offer.', 'sha-256=5'),
  }),
}

const validators = {
  ETag: 'A strong validator.',
  'Last-Modified': 'When the bytes were stored.',
  'Repr-Digest': 'SHA-256 of the whole audio (RFC 9530), whatever part is sent.',
}

const description =
  'The bytes as they were uploaded. Conditions and ranges are honoured as RFC 9110 has it; several ranges come as ' +
  '`multipart/byteranges`, those that overlap or nearly touch as one. It needs no key for public clips and never asks the ' +
  'database.'

export const streamOperation: Operation = {
  operationId: 'streamClip',
  method: 'get',
  path: '/api/clips/{id}/stream',
  tags: ['Audio'],
  summary: 'Stream the audio',
  description,
  request,
  responses: {
    200: {
      description: 'The whole audio. HEAD answers with these headers alone.',
      content: { 'audio/*': { schema: bytes } },
      headers: describedHeaders({
        ...validators,
        'Accept-Ranges': '`bytes`',
        'Content-Disposition': 'A name for the file, from the title.',
      }),
    },
    206: {
      description: 'The part or parts that `Range` asked for.',
      content: { 'audio/*': { schema: bytes }, 'multipart/byteranges': { schema: bytes } },
      headers: describedHeaders({
        'Content-Range': 'Which bytes these are, for one range.',
        ...validators,
      }),
    },
    304: { description: 'The audio that the client has is the current one.' },
    ...problemResponses(
      'unauthorized',
      'link-expired',
      'clip-not-found',
      'precondition-failed',
      'unsatisfiable-range',
      'too-many-requests',
      'storage-away',
    ),
  },
}
