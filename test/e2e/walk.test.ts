/** Walks through 100,000 clips by cursor, on a real Postgres, while another client inserts and deletes. */
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClipFilter } from '../../src/db/clipScope.ts'
import { searchClips, selectClips, type ClipsPage, type ListCursor } from '../../src/db/clipSearch.ts'
import { parseSearch } from '../../src/clips/searchQuery.ts'
import { openPostgres } from '../../src/local/postgres.ts'
import { fillDatabase } from '../benchmarks/library/fillDatabase.ts'
import { createLibrary } from '../benchmarks/library/generator.ts'
import { startMigratedPostgres, type MigratedPostgres } from '../support/migratedPostgres.ts'

const clipCount = 100_000
let postgres: MigratedPostgres
let reader: Pool

beforeAll(async () => {
  postgres = await startMigratedPostgres()
  reader = new Pool({ connectionString: postgres.url })
  // The rebuilds take longer than a statement may.
  await reader.query('alter role postgres set statement_timeout = 0')
  const database = openPostgres(postgres.url)
  const library = createLibrary({ clips: clipCount, seed: 1, skewed: false, until: new Date('2026-11-01') })
  await fillDatabase(database, library)
  await database.close()
  await reader.query('alter role postgres reset statement_timeout')
}, 240_000)

afterAll(async () => {
  await reader.end()
  await postgres.stop()
})

const filter: ClipFilter = {
  genre: undefined,
  tags: [],
  artist: undefined,
  license: undefined,
  minDuration: undefined,
  maxDuration: undefined,
  visibility: undefined,
  owner: undefined,
  visible: 'public',
}

const orders = {
  newest: 'created_at desc, id desc',
  oldest: 'created_at, id',
  title: 'title_key collate "C", id',
  duration: `coalesce(duration, 'infinity'), id`,
  popular: 'play_count desc, id desc',
  trending: 'trend desc, id desc',
} as const

const orderNames = ['newest', 'oldest', 'title', 'duration', 'popular', 'trending'] as const

async function walk(read: (from: ListCursor | undefined) => Promise<ClipsPage>): Promise<string[]> {
  const ids: string[] = []
  let from: ListCursor | undefined
  for (;;) {
    const { found, stop, state }: ClipsPage = await read(from)
    ids.push(...found.map(({ row }) => row.id))
    const position = stop ?? (found.length === pageSize ? found.at(-1)?.position : undefined)
    if (!position) return ids
    from = { position, state }
  }
}

const pageSize = 100

/** Inserts copies of clips and deletes others, all over the orders, until it is stopped. */
async function disturb(work: () => Promise<void>): Promise<void> {
  const writer = new Client({ connectionString: postgres.url })
  await writer.connect()
  const stop = new AbortController()
  const writing = (async () => {
    while (!stop.signal.aborted) {
      await writer.query(`insert into clips (id, title, artist, tags, duration, play_count, trend, created_at, content_type, size,
          sha256, deliberate_duplicate)
        select gen_random_uuid(), title, artist, tags, duration, play_count, trend, created_at, content_type, size, sha256, true
        from (select * from clips tablesample system (0.1) limit 5) copied`)
      await writer.query(
        'delete from clips where id in (select id from clips tablesample system (0.1) limit 3)',
      )
    }
  })()
  try {
    await work()
  } finally {
    stop.abort()
    await writing
    await writer.end()
  }
}

async function idsOf(condition: string, order: string): Promise<string[]> {
  const { rows } = await reader.query<{ id: string }>(
    `select id from clips where ${condition} order by ${order}`,
  )
  return rows.map(({ id }) => id)
}

/** Every clip that is there before and afterwards must have been walked once, in order. */
async function expectExact(condition: string, order: string, walked: () => Promise<string[]>): Promise<void> {
  const before = new Set(await idsOf(condition, order))
  const ids = await walked()
  const stayed = (await idsOf(condition, order)).filter((id) => before.has(id))
  const staying = new Set(stayed)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => staying.has(id))).toEqual(stayed)
  expect(stayed.length).toBeGreaterThan(1000)
}

it('has each clip once, in every order', async () => {
  await disturb(async () => {
    const walks = orderNames.map(async (order) => {
      const read = async (from: ListCursor | undefined) =>
        await selectClips(postgres.db, filter, undefined, order, from, pageSize)
      await expectExact(`visibility = 'public'`, orders[order], async () => await walk(read))
    })
    await Promise.all(walks)
  })
})

it('has each clip once, by relevance of a frequent word', async () => {
  const query = parseSearch('"you"')
  if (!query) throw new Error('the search has no word')
  const search = { query, spellings: undefined }
  const has = `visibility = 'public' and exists (select from clip_documents d
    where d.id = clips.id and d.document @@ 'you'::tsquery)`
  const tiers = `(select case when document @@ '''=you'''::tsquery then 1 when document @@ '''^you'''::tsquery then 2 else 3 end
    from clip_documents d where d.id = clips.id), play_count desc, id desc`
  await disturb(async () => {
    await expectExact(
      has,
      tiers,
      async () =>
        await walk(async (from) => {
          const spellings = from?.state.spellings
          return await searchClips(postgres.db, filter, { ...search, spellings }, from, pageSize)
        }),
    )
  })
})
