/** Clips for tests of lists: rows written in one statement, and walks from page to page. */
import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import { z } from 'zod'
import { call, database } from './api.ts'

export type ListedClip = {
  id: string
  title: string
  artist: string | null
  genre: string | null
  tags: string[]
  license: string | null
  description: string | null
  visibility: 'public' | 'private'
  owner: string | null
  duration: number | null
  plays: number
  trend: number
  created: string
}

export function listedClip(change: Partial<ListedClip> = {}): ListedClip {
  const unset = { artist: null, genre: null, license: null, description: null, owner: null, duration: null }
  const id = uuidv7()
  const created = '2026-01-01T00:00:00.000Z'
  return { id, title: id, tags: [], ...unset, visibility: 'public', plays: 0, trend: 0, created, ...change }
}

/** Inserts all in one statement. */
export async function insertListed(clips: ListedClip[]): Promise<void> {
  await database().execute(sql`
    insert into clips (id, title, artist, genre, tags, license, description, visibility, owner_id, duration, play_count, trend,
      created_at, content_type, size, sha256, deliberate_duplicate)
    select id, title, artist, genre, tags, license, description, visibility, owner, duration, plays, trend, created, 'audio/mpeg',
      1, repeat('0', 64), true
    from jsonb_to_recordset(${JSON.stringify(clips)}::jsonb) as clip (id uuid, title text, artist text, genre text, tags text[],
      license text, description text, visibility text, owner uuid, duration float8, plays bigint, trend float8, created timestamptz)`)
}

const Page = z.object({ items: z.array(z.object({ id: z.string() })), next_cursor: z.string().nullable() })

/** The ids of a list, page by page, and something that happens between two pages. */
export async function walkPages(
  query: string,
  limit: number,
  headers: HeadersInit = {},
  between = async () => {},
): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  const maxPages = 400
  for (let pages = 0; pages < maxPages; pages += 1) {
    const response = await call(`/api/clips?${query}&limit=${limit}${cursor}`, { headers })
    expect(response.status, query).toBe(200)
    const { items, next_cursor: next } = Page.parse(await response.json())
    ids.push(...items.map(({ id }) => id))
    if (next === null) return ids
    cursor = `&cursor=${next}`
    await between()
  }
  throw new Error(`${query} has no end`)
}

/** Gives a function of the database other constants while `work` runs. */
export async function withConstants(
  name: string,
  constants: Record<string, number>,
  work: () => Promise<void>,
): Promise<void> {
  const db = database()
  const { rows } = await db.execute(sql`select pg_get_functiondef(${name}::regproc) as definition`)
  const { definition } = z.object({ definition: z.string() }).parse(rows[0])
  let changed = definition
  for (const [constant, value] of Object.entries(constants)) {
    const declared = new RegExp(`(\\b${constant} CONSTANT int := )\\d+`)
    expect(changed).toMatch(declared)
    changed = changed.replace(declared, `$1${value}`)
  }
  await db.execute(sql.raw(changed))
  try {
    await work()
  } finally {
    await db.execute(sql.raw(definition))
  }
}
