/** A router that validates input by the declaration of each route, and throws what is invalid as a Problem. */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { messageFor, wholeNumberMessage } from './messages.ts'
import { Problem, type FieldError, type Place, type ProblemName } from './problem.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** True in the Cached entrypoint, for a request that the default entrypoint has checked and forwarded. */
    isForwarded: boolean | undefined
  }
}

/** The bindings of every route. A file that sets a variable declares it in hono's `ContextVariableMap`. */
export type AppEnv = { Bindings: Env }

export type Middleware = MiddlewareHandler<AppEnv>

/** A check of a route, and the problems that it may throw. */
export type Check<Name extends ProblemName = ProblemName> = Middleware & { problems: readonly Name[] }

/**
 * Makes a check. A route that uses it declares its problems too (`problems` in responses.ts). The default entrypoint runs it,
 * and the Cached entrypoint does not repeat it: what is forwarded says nothing of its sender.
 */
export function check<Name extends ProblemName>(
  problems: readonly Name[],
  middleware: Middleware,
): Check<Name> {
  const unlessForwarded: Middleware = async (c, next) =>
    c.get('isForwarded') ? await next() : await middleware(c, next)
  return Object.assign(unlessForwarded, { problems })
}

export function isCheck(middleware: object): middleware is Check {
  return 'problems' in middleware
}

/** The checks of a route, in the order in which they run, all before its validators. */
export function inOrder<List extends Middleware[]>(...checks: List): List {
  return checks
}

// It replaces the English locale, which zod sets when it is imported.
z.config({ localeError: messageFor })

/** The part of a request that a validator reads. */
type Target = 'query' | 'param' | 'header' | 'json' | 'form' | 'cookie'

/** A router whose validators throw: 422, with the place of each invalid value. */
export function createRouter() {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error, result.target)
    },
  })
}

/** Parses input that no validator of the router has seen: the fields in the body of an upload. */
export function parseFields<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalidFields(parsed.error, 'json')
  return parsed.data
}

/** More errors than this help nobody, and would make a large answer of a small request. */
const maxErrors = 20

function invalidFields({ issues }: z.ZodError, target: Target): Problem {
  const errors = issues.flatMap((issue) => fieldErrors(issue, target))
  return new Problem('invalid-fields', { errors: errors.slice(0, maxErrors) })
}

function fieldErrors({ path, message, ...issue }: z.core.$ZodIssue, target: Target): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ ...placeOf(path, target), detail: message }]
  const kind = target === 'json' ? 'field' : 'parameter'
  return issue.keys.map((key) => ({
    ...placeOf([...path, key], target),
    detail: `No such ${kind}. ${message}`,
  }))
}

function placeOf(path: PropertyKey[], target: Target): Place {
  if (target === 'header') return { header: String(path[0]) }
  if (target === 'query' || target === 'param') return { parameter: String(path[0]) }
  return { pointer: pointerTo(path) }
}

/** A JSON pointer (RFC 6901 §3). */
export function pointerTo(path: PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The path parameters of a route about one thing. What is no UUID names nothing: `notFound`, a 404. */
export function idParams(notFound: ProblemName) {
  const id = z.string().transform((text) => {
    const { data } = z.uuid().safeParse(text)
    if (data === undefined) throw new Problem(notFound)
    return data.toLowerCase()
  })
  return z.object({
    id: id.openapi({
      param: { name: 'id', in: 'path' },
      type: 'string',
      format: 'uuid',
      example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11',
    }),
  })
}

/** `true` or `false` in a query; `1` and `0` are the same. */
export const QueryBoolean = z
  .stringbool({
    truthy: ['true', '1'],
    falsy: ['false', '0'],
    error: ({ input }) => (Array.isArray(input) ? undefined : 'Must be `true` or `false`.'),
  })
  .openapi({ type: 'boolean' })

/** A whole number in a JSON body. */
export function integer(min: number, max: number) {
  const error = wholeNumberMessage(min, max)
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A whole number in a query. */
export function queryInteger(min: number, max: number) {
  const error = wholeNumberMessage(min, max)
  return z
    .string({ error })
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(integer(min, max))
    .openapi({ type: 'integer', minimum: min, maximum: max })
}
