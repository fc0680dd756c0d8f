/** The statements of the health check and of /metrics. */
import { desc, inArray, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { clips, libraryHoldings, type ClipRow } from './schema.ts'

export type Visibility = ClipRow['visibility']

/** The cheapest statement that shows that Postgres answers and is migrated. */
export async function selectHealth(db: Database): Promise<void> {
  await db.execute(sql`select 1 from clips limit 1`)
}

export type LibraryFigures = {
  /** Clips and their bytes, by visibility. */
  holdings: { visibility: Visibility; clips: number; bytes: number }[]
  /** The most played public clips. */
  mostPlayed: { id: string; title: string; plays: number }[]
  plays: { total: number; today: number; listenersToday: number }
}

/** Reads all figures in one round trip. Of private clips there are sums only. */
export async function selectLibraryFigures(
  db: Database,
  visibilities: Visibility[],
  limit: number,
): Promise<LibraryFigures> {
  const [holdings, mostPlayed, days] = await db.batch([
    holdingsOf(db, visibilities),
    mostPlayedOf(db, limit),
    playsOf(db),
  ])
  return { holdings, mostPlayed, plays: days[0] ?? { total: 0, today: 0, listenersToday: 0 } }
}

function holdingsOf(db: Database, visibilities: Visibility[]) {
  return db
    .select()
    .from(libraryHoldings)
    .where(inArray(libraryHoldings.visibility, visibilities))
    .orderBy(desc(libraryHoldings.visibility))
}

/** The condition is that of the index, word for word. */
function mostPlayedOf(db: Database, limit: number) {
  return db
    .select({ id: clips.id, title: clips.title, plays: clips.playCount })
    .from(clips)
    .where(sql`${clips.visibility} = 'public'`)
    .orderBy(desc(clips.playCount), desc(clips.id))
    .limit(limit)
}

/** One row. Days are UTC days. The total never falls, because deleted clips stay in it. */
function playsOf(db: Database) {
  const today = sql`date = (now() at time zone 'utc')::date`
  return db
    .select({
      total: sql`coalesce(sum(plays), 0)`.mapWith(Number),
      today: sql`coalesce(sum(plays) filter (where ${today}), 0)`.mapWith(Number),
      listenersToday: sql`coalesce(sum(listeners) filter (where ${today}), 0)`.mapWith(Number),
    })
    .from(sql`library_days`)
}
