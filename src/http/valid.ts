import { z } from 'zod'
import { Problem, type FieldError, type ProblemName } from './problem.ts'

/** Parses input by its schema; what does not fit is a 422 that points at each field (RFC 6901 pointers). */
export function valid<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  problem: ProblemName = 'invalid-fields',
): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new Problem(problem, { errors: parsed.error.issues.flatMap(fieldErrors) })
}

/** An id from the path; one that is no UUID names nothing, so it is a 404. */
export function validId(id: string | undefined, problem: ProblemName): string {
  const parsed = z.uuid().safeParse(id)
  if (!parsed.success) throw new Problem(problem)
  return parsed.data.toLowerCase()
}

/** A JSON body. What cannot be parsed is a 400; another content type is a 415. */
export async function readJson(request: Request, contentTypes: string[]): Promise<unknown> {
  const contentType = (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (!contentTypes.includes(contentType ?? '')) {
    throw new Problem('unsupported-body', { detail: `Send ${contentTypes.join(' or ')}.` })
  }
  const text = await request.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('malformed-json')
  }
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const names = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
  return names.map((name) => ({
    pointer: pointerTo(name === undefined ? issue.path : [...issue.path, name]),
    detail: name === undefined ? issue.message : 'No such field.',
  }))
}

function pointerTo(path: PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
