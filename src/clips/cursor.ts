/** Keyset cursors: where a list goes on, opaque to clients and bound to the query they came from. */
import { z } from 'zod'
import type { ClipPosition } from '../db/clips.ts'
import { Problem } from '../http/problem.ts'

const CursorContent = z.tuple([z.string(), z.uuid(), z.string()])

/** Writes a cursor for the page after `position` of the list that `query` describes. */
export async function writeCursor({ value, id }: ClipPosition, query: string): Promise<string> {
  const json = JSON.stringify([value, id, await fingerprint(query)])
  return new TextEncoder().encode(json).toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Reads a cursor back. One that is garbled, or of another query, is a 400 `bad-cursor`. */
export async function readCursor(
  cursor: string,
  query: string,
  valueForm: z.ZodType<string>,
): Promise<ClipPosition> {
  const content = CursorContent.safeParse(parseContent(cursor))
  if (!content.success) throw new Problem('bad-cursor', { detail: 'The cursor cannot be read.' })
  const [value, id, of] = content.data
  if (of !== (await fingerprint(query))) {
    throw new Problem('bad-cursor', { detail: 'The cursor came from a query with other parameters.' })
  }
  if (!valueForm.safeParse(value).success) {
    throw new Problem('bad-cursor', { detail: 'The cursor cannot be read.' })
  }
  return { value, id }
}

function parseContent(cursor: string): unknown {
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
