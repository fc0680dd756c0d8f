import { z } from 'zod'
import { Problem, type FieldError, type ProblemName } from './problem.ts'
import { readBody } from './requestBody.ts'

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

/** No JSON body here has a use for more. */
const maxJsonBytes = 64 * 1024
const maxJsonLevels = 16

/** A JSON body. What cannot be parsed is a 400; another content type is a 415; too many bytes are a 413 at once. */
export async function readJson(request: Request, contentTypes: string[]): Promise<unknown> {
  return parseJson(await readJsonBytes(request, contentTypes))
}

/** Its bytes as they came. Throws 413 and 415. */
export async function readJsonBytes(request: Request, contentTypes: string[]): Promise<Uint8Array> {
  const contentType = (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (!contentTypes.includes(contentType ?? '')) {
    throw new Problem('unsupported-body', { detail: `Send ${contentTypes.join(' or ')}.` })
  }
  return await readBytes(request, maxJsonBytes)
}

/** The value of a JSON body. Throws 400. */
export function parseJson(bytes: Uint8Array): unknown {
  const json = decodeJson(bytes)
  if (isDeeperThan(maxJsonLevels, json)) {
    throw new Problem('malformed-json', { detail: `Nested more than ${maxJsonLevels} levels deep.` })
  }
  return json
}

function decodeJson(bytes: Uint8Array): unknown {
  try {
    // RFC 8259 §8.1: UTF-8, and what is not must not become replacement characters in a title.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new Problem('malformed-json')
  }
}

/** A length may be declared falsely or not at all, so what comes is counted. */
async function readBytes({ headers, body }: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new Problem('too-large', { detail: `At most ${maxBytes} bytes of JSON are accepted.` })
  if (Number(headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ? readBody(body) : []) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Looks no further than the limit, so that no depth can exhaust the stack. */
function isDeeperThan(levels: number, json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false
  return levels === 0 || Object.values(json).some((inner) => isDeeperThan(levels - 1, inner))
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
