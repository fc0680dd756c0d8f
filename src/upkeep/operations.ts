/** The routes for those who run the service, as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, problemResponses, type Operation } from '../http/documentation.ts'
import { Health } from './health.ts'

export const upkeepOperations: Operation[] = [
  {
    operationId: 'health',
    method: 'get',
    path: '/api/health',
    tags: ['Service'],
    summary: 'Whether the service and what it stands on are well, and what reconciling found',
    description: 'An admin key adds how much reconciling has compared.',
    responses: {
      ...problemResponses('unauthorized', 'too-many-requests'),
      200: jsonResponse('All is well.', Health),
      503: jsonResponse('Something is away; streaming needs the storage alone.', Health),
    },
  },
  {
    operationId: 'metrics',
    method: 'get',
    path: '/metrics',
    tags: ['Service'],
    summary: 'How the service does, for Prometheus',
    description:
      'Clips, stored bytes, plays and listeners, the most played clips; requests and latencies where Analytics Engine ' +
      'may be asked. Public clips only; an admin key adds how many private ones there are and their bytes, and how ' +
      'much reconciling has compared. While the database is away, `clips_database_up` is 0.',
    responses: {
      200: {
        description: 'The Prometheus text exposition format.',
        content: { 'text/plain': { schema: z.string().openapi({ example: 'clips_database_up 1' }) } },
      },
      ...problemResponses('unauthorized', 'too-many-requests', 'database-away'),
    },
  },
]
