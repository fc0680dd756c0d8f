/** Keyset cursors: where a list goes on. They are opaque, have a version, and are bound to the query they came from. */
import { z } from 'zod'
import { Spellings } from '../db/clipScope.ts'
import type { ListCursor } from '../db/clipSearch.ts'
import { Problem } from '../http/problem.ts'

const version = 2

const CursorContent = z.tuple([
  z.literal(version),
  z.string(),
  z.int().min(0),
  z.string(),
  z.uuid(),
  z.iso.datetime().refine((at) => at.length < 30),
  Spellings.nullable(),
])

/** The cursor for the page that follows in the list of `query`. */
export async function writeCursor({ position, state }: ListCursor, query: string): Promise<string> {
  const { tier, value, id } = position
  const content = [
    version,
    await fingerprint(query),
    tier,
    value,
    id,
    state.startedAt,
    state.spellings ?? null,
  ]
  const bytes = new TextEncoder().encode(JSON.stringify(content))
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/**
 * Reads a cursor; `forms` are those of the value in each tier. Throws `bad-cursor` if it is malformed, or came from another
 * query.
 */
export async function readCursor(
  cursor: string,
  query: string,
  forms: readonly (z.ZodType<string> | undefined)[],
): Promise<ListCursor> {
  const content = CursorContent.safeParse(decode(cursor))
  if (!content.success) throw malformed()
  const [, queryOfCursor, tier, value, id, startedAt, spellings] = content.data
  if (queryOfCursor !== (await fingerprint(query))) {
    throw new Problem('bad-cursor', {
      detail: 'It came from a query with other parameters. Start again without `cursor`.',
    })
  }
  if (!forms[tier]?.safeParse(value).success) throw malformed()
  return { position: { tier, value, id }, state: { startedAt, spellings: spellings ?? undefined } }
}

function malformed(): Problem {
  return new Problem('bad-cursor', { detail: 'It is malformed. Start again without `cursor`.' })
}

function decode(cursor: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: 'base64url' })
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return undefined
  }
}

async function fingerprint(query: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(query))
  return new Uint8Array(digest, 0, 8).toHex()
}
