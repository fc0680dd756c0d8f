/** The tables of plays, clips to play, and plays of past days. */
import { v7 as uuidv7 } from 'uuid'
import { insertRow } from './clipRows.ts'
import { recordPlays, type PlayEvent } from '../../src/db/plays.ts'
import { database } from './api.ts'
import { Tables, tablesStatement } from './playModel.ts'

/** Inserts rows without audio, which counting does not need. */
export async function insertClips(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7())
  for (const id of ids) {
    await insertRow(database(), {
      id,
      title: id,
      contentType: 'audio/mpeg',
      size: 1,
      sha256: id.replaceAll('-', '').repeat(2),
    })
  }
  return ids
}

export async function readTables(): Promise<Tables> {
  const [row] = await database().$client.query(tablesStatement)
  return Tables.parse(row)
}

const dayMs = 86_400_000

/** A past day, UTC. */
export function dateOf(daysAgo: number): string {
  return new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10)
}

export function listener(n: number): string {
  return String(n).padStart(64, '0')
}

/** A start of a clip at the midnight that began a past day. */
export function start(clip: string, daysAgo: number, change: Partial<PlayEvent> = {}): PlayEvent {
  const at = `${dateOf(daysAgo)}T00:00:00.000Z`
  return { id: uuidv7(), clip, listener: listener(1), country: 'CZ', at, ...change }
}

/** Records starts as the consumer of the queue does. */
export async function record(...events: PlayEvent[]): Promise<void> {
  await recordPlays(database(), events, 30)
}
