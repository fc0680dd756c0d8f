/** The OpenAPI document: each flow lists its operations, this writes them down. */
import { OpenAPIHono, z, type RouteConfig } from '@hono/zod-openapi'
import { problemNames, problems, problemType, type ProblemName } from './problem.ts'

/** One operation of the API, as OpenAPI describes it. */
export type Operation = RouteConfig & { operationId: string }

const ProblemDetails = z
  .object({
    type: z
      .string()
      .openapi({ description: 'Which problem it is; stable.', example: problemType('clip-not-found') }),
    title: z.string().openapi({ example: problems['clip-not-found'].title }),
    status: z.int().openapi({ description: 'The HTTP status.', example: 404 }),
    detail: z.string().optional().openapi({ description: 'What is wrong this time.' }),
    request_id: z.string().optional().openapi({ description: 'To be named when asking for help.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .openapi({
        description: 'The invalid fields, by JSON pointer.',
        example: [{ pointer: '/title', detail: '…' }],
      }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' })

/** What any request may be answered with. */
const always: ProblemName[] = ['malformed-request', 'internal-error']

/** The responses of an operation for the problems that it may answer with, grouped by status. */
export function problemResponses(...names: ProblemName[]): Operation['responses'] {
  const byStatus = Map.groupBy(new Set([...names, ...always]), (name) => problems[name].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((name) => `\`${problemType(name)}\`: ${problems[name].title}.`).join('\n\n'),
        content: { 'application/problem+json': { schema: ProblemDetails } },
      },
    ]),
  )
}

/** A 200-like response with a JSON body. */
export function jsonResponse(description: string, schema: z.ZodType, headers: Record<string, string> = {}) {
  return {
    description,
    content: { 'application/json': { schema } },
    headers: describedHeaders(headers),
  }
}

/** Response headers, by name and meaning. */
export function describedHeaders(headers: Record<string, string>) {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ])
  return Object.fromEntries(described)
}

/** Names the key that an operation needs. */
export const needsKey = { security: [{ key: [] }] }

/** Writes the document for the given operations, as served from `origin`. */
export function writeDocument(operations: Operation[], origin: string): object {
  const writer = new OpenAPIHono()
  for (const operation of operations) writer.openAPIRegistry.registerPath(operation)
  writer.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key.',
  })
  return writer.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Clips',
      version: '1',
      description: about,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
    },
    servers: [{ url: origin }],
  })
}

const about = `A lightweight audio library: list, search, fetch and stream short audio clips, and upload new ones.

JSON is snake_case, times are RFC 3339 in UTC, ids are UUIDv7. Every error is \`application/problem+json\` with one of
these types:

${problemNames
  .map((name) => `- \`${problemType(name)}\` (${problems[name].status}): ${problems[name].title}.`)
  .join('\n')}`
