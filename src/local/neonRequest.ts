/** Requests of the Neon driver: one statement, or a batch that is one transaction. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { IsolationLevel, Statement, TransactionOptions } from './database.ts'

export type NeonRequest =
  | { kind: 'single'; statement: Statement }
  | { kind: 'batch'; statements: Statement[]; options: TransactionOptions }

/** A request that the driver would not send. */
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
  // A web page cannot send this header: it needs a preflight, and OPTIONS is refused.
  'neon-connection-string': z.string(),
  // The driver always wants text in arrays. Other forms are not supported.
  'neon-raw-text-output': z.literal('true'),
  'neon-array-mode': z.literal('true'),
  'neon-batch-isolation-level': isolationLevel.optional(),
  'neon-batch-read-only': flag,
  'neon-batch-deferrable': flag,
})

/** Parses a request like Neon's SQL-over-HTTP proxy. Throws `MalformedRequest`. */
export function readNeonRequest(rawHeaders: IncomingHttpHeaders, text: string): NeonRequest {
  const options = parsed(headers, rawHeaders)
  const sent = parsed(body, parsedJson(text))
  if (!('queries' in sent)) return { kind: 'single', statement: sent }
  return {
    kind: 'batch',
    statements: sent.queries,
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
