/** The audio routes as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { problemResponses, type Operation } from '../http/documentation.ts'

const bytes = { 'audio/*': { schema: z.string().openapi({ format: 'binary' }) } }

export const audioOperations: Operation[] = [
  {
    operationId: 'streamClip',
    method: 'get',
    path: '/api/clips/{id}/stream',
    tags: ['Audio'],
    summary: 'Stream the audio',
    description:
      'The bytes as they were uploaded. Ranges are honoured (RFC 9110 §14); HEAD answers as GET would.',
    request: {
      params: z.object({ id: z.uuid() }),
      headers: z.object({ Range: z.string().optional().openapi({ example: 'bytes=0-' }) }),
    },
    responses: {
      200: { description: 'The whole audio.', content: bytes },
      206: { description: 'The part that `Range` asked for.', content: bytes },
      ...problemResponses('clip-not-found', 'unsatisfiable-range', 'storage-away'),
    },
  },
]
