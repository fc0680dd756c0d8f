import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { IsolationLevel, Statement, TransactionOptions } from './database.ts'

/** What the driver asks for: one statement, or a batch that is one transaction. */
export type NeonRequest =
  | { kind: 'single'; statement: Statement }
  | { kind: 'batch'; statements: Statement[]; options: TransactionOptions }

/** A request that is not as the driver sends it. */
export class MalformedRequest extends Error {}

const param = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? null : String(value)))
const single = z
  .object({ query: z.string(), params: z.array(param).default([]) })
  .transform(({ query, params }): Statement => ({ text: query, params }))
const body = z.union([z.object({ queries: z.array(single) }), single])

const isolationLevel = z
  .enum(['ReadUncommitted', 'ReadCommitted', 'RepeatableRead', 'Serializable'])
  .transform((name) => isolationLevels[name])
const isolationLevels = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
} as const satisfies Record<string, IsolationLevel>

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
const headers = z.object({
  // No web page can make a browser send this here: it takes a preflight, and OPTIONS is refused.
  'neon-connection-string': z.string(),
  // The driver always asks for text in arrays; other forms have no reader here.
  'neon-raw-text-output': z.literal('true'),
  'neon-array-mode': z.literal('true'),
  'neon-batch-isolation-level': isolationLevel.optional(),
  'neon-batch-read-only': flag,
  'neon-batch-deferrable': flag,
})

/** Reads a request as Neon's SQL-over-HTTP proxy does. */
export function readNeonRequest(rawHeaders: IncomingHttpHeaders, text: string): NeonRequest {
  const options = parsed(headers, rawHeaders)
  const asked = parsed(body, parsedJson(text))
  if (!('queries' in asked)) return { kind: 'single', statement: asked }
  return {
    kind: 'batch',
    statements: asked.queries,
    options: {
      isolationLevel: options['neon-batch-isolation-level'],
      readOnly: options['neon-batch-read-only'],
      deferrable: options['neon-batch-deferrable'],
    },
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new MalformedRequest('the body is not JSON')
  }
}

function parsed<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new MalformedRequest(z.prettifyError(result.error))
}
