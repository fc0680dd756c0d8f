/** Keyset cursors: the position after which a list continues. They are opaque, and bound to the query they came from. */
import { z } from 'zod'
import type { ClipPosition } from '../db/clipSearch.ts'
import { Problem } from '../http/problem.ts'

const CursorContent = z.tuple([z.string(), z.uuid(), z.string()])

/** The cursor for the page after `position` in the list of `query`. */
export async function writeCursor({ value, id }: ClipPosition, query: string): Promise<string> {
  const content = JSON.stringify([value, id, await fingerprint(query)])
  return new TextEncoder().encode(content).toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** The position in a cursor. Throws `bad-cursor` if it is malformed, or came from another query. */
export async function readCursor(
  cursor: string,
  query: string,
  valueForm: z.ZodType<string>,
): Promise<ClipPosition> {
  const content = CursorContent.safeParse(decode(cursor))
  if (!content.success)
    throw new Problem('bad-cursor', { detail: 'It is malformed. Start again without `cursor`.' })
  const [value, id, queryOfCursor] = content.data
  if (queryOfCursor !== (await fingerprint(query))) {
    throw new Problem('bad-cursor', {
      detail: 'It came from a query with other parameters. Start again without `cursor`.',
    })
  }
  if (!valueForm.safeParse(value).success) {
    throw new Problem('bad-cursor', { detail: 'It is malformed. Start again without `cursor`.' })
  }
  return { value, id }
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
