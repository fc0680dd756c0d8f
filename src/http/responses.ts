/** The parts that a route's declaration is made of: responses, problems and described headers. */
import { z } from '@hono/zod-openapi'
import { problemNames, problemType, problemTypes, type ProblemName } from './problem.ts'
import { isCheck, type Check, type Middleware } from './router.ts'

const ProblemDetails = z
  .object({
    type: z.string().openapi({ description: 'Stable name of the problem.' }),
    title: z
      .string()
      .openapi({ description: 'What the problem is; the same for every problem of this type.' }),
    status: z.int().openapi({ description: 'HTTP status.' }),
    detail: z.string().optional().openapi({ description: 'What is wrong in this request.' }),
    request_id: z.string().optional().openapi({ description: 'Id of the request, for support.' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().openapi({ description: 'JSON pointer into the body (RFC 6901).' }),
          parameter: z.string().optional().openapi({ description: 'Name of a parameter.' }),
          header: z.string().optional().openapi({ description: 'Name of a header.' }),
          detail: z.string().openapi({ description: 'What the value must be.' }),
        }),
      )
      .optional()
      .openapi({
        description: 'The invalid values. Each has one of `pointer`, `parameter` and `header`.',
      }),
    clip_id: z.string().optional().openapi({ description: 'Of `duplicate-audio`: the clip that there is.' }),
    clip_url: z.string().optional().openapi({ description: 'Of `duplicate-audio`: its address.' }),
    'mismatching-digests': z
      .array(
        z.object({
          algorithm: z.string(),
          header: z.string().openapi({ description: 'The header with the digest.' }),
          'provided-digest': z.string().openapi({ description: 'As the header has it.' }),
          'computed-digest': z.string().openapi({ description: 'Of the bytes that arrived.' }),
        }),
      )
      .optional()
      .openapi({ description: 'Of `digest-mismatching-values`: each digest that does not match.' }),
  })
  .openapi('Problem', {
    description: `Problem details (RFC 9457). The types:\n\n${problemNames
      .map(
        (name) => `- \`${problemType(name)}\` (${problemTypes[name].status}): ${problemTypes[name].title}.`,
      )
      .join('\n')}`,
  })

/** Problems that every route may answer with: they are thrown before its own checks run. */
const commonProblems = [
  'malformed-request',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
  'misconfigured',
] as const

type StatusOf<Name extends ProblemName> = (typeof problemTypes)[Name]['status']

/** The problems of a route's checks. Middleware that throws none has no list. */
type ProblemsOf<Checks extends readonly Middleware[]> = Checks[number] extends infer One
  ? One extends Check<infer Name>
    ? Name
    : never
  : never

type ProblemResponses<Name extends ProblemName> = {
  [Status in StatusOf<Name | (typeof commonProblems)[number]>]: {
    description: string
    content: {
      'application/problem+json': { schema: typeof ProblemDetails; examples: Record<string, Example> }
    }
  }
}

/** An example in the document (OpenAPI 3.1, Example Object). */
type Example = { summary: string; value: object }

/** What the example of a problem has beside the members of every problem. */
const exampleMembers: Partial<Record<ProblemName, object>> = {
  'invalid-fields': {
    errors: [
      { pointer: '/title', detail: 'Must not be empty.' },
      { parameter: 'limit', detail: 'Must be a whole number from 1 to 100.' },
    ],
  },
  'digest-mismatching-values': {
    'mismatching-digests': [
      {
        algorithm: 'sha-256',
        'provided-digest': ':AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:',
        'computed-digest': ':ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:',
        header: 'Repr-Digest',
      },
    ],
  },
  'duplicate-audio': {
    clip_id: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11',
    clip_url: 'https://clips.example/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11',
  },
}

/** An example of a problem: what the API answers, without a `detail`. */
function exampleOf(name: ProblemName): Example {
  const { status, title } = problemTypes[name]
  const request = '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'
  const value = { type: problemType(name), title, status, request_id: request, ...exampleMembers[name] }
  return { summary: `${title}.`, value }
}

/** The responses of a route for the problems of its checks and of its handler, grouped by status. */
export function problems<const Checks extends readonly Middleware[], Name extends ProblemName = never>(
  checks: Checks,
  ...names: Name[]
): ProblemResponses<ProblemsOf<Checks> | Name>
export function problems(checks: readonly Middleware[], ...names: ProblemName[]): object {
  const thrown = checks.flatMap((one) => (isCheck(one) ? one.problems : []))
  const byStatus = Map.groupBy(
    new Set([...thrown, ...names, ...commonProblems]),
    (name: ProblemName) => problemTypes[name].status,
  )
  const responses = [...byStatus].map(([status, group]) => [
    status,
    {
      description: group.map((name) => `\`${problemType(name)}\`: ${problemTypes[name].title}.`).join('\n\n'),
      content: {
        'application/problem+json': {
          schema: ProblemDetails,
          examples: Object.fromEntries(group.map((name) => [name, exampleOf(name)])),
        },
      },
    },
  ])
  return Object.fromEntries(responses)
}

/** A response with a JSON body. */
export function json<Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  headers: Record<string, string> = {},
) {
  return { description, content: { 'application/json': { schema } }, headers: describeHeaders(headers) }
}

/** A required JSON body of a request. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { content: { 'application/json': { schema } }, required: true }
}

/** Optional request headers, by name and meaning. Their validator accepts any text: the handler reads them. */
export function requestHeaders(headers: Record<string, string>) {
  const described = Object.entries(headers).map(
    ([name, description]) => [name, z.string().optional().openapi({ description })] as const,
  )
  return z.object(Object.fromEntries(described))
}

/** Response headers, by name and meaning. */
export function describeHeaders(headers: Record<string, string>) {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ])
  return Object.fromEntries(described)
}

/** The query of a JSON operation that has no parameters: any parameter is a 422. */
export const NoQuery = z.strictObject({})

/** Marks an operation that needs an API key. */
export const needsKey = { security: [{ key: [] }] }
