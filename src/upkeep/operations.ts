/** The routes for those who run the service, as OpenAPI describes them. */
import { jsonResponse, type Operation } from '../http/documentation.ts'
import { Health } from './health.ts'

export const upkeepOperations: Operation[] = [
  {
    operationId: 'health',
    method: 'get',
    path: '/api/health',
    tags: ['Service'],
    summary: 'Whether the service and what it stands on are well, and what reconciling found',
    responses: {
      200: jsonResponse('All is well.', Health),
      503: jsonResponse('Something is away; streaming needs the storage alone.', Health),
    },
  },
]
