/** Objects and rows that disagree, and runs of the reconciler on them. */
import { env } from 'cloudflare:workers'
import { audioKey, writeMetadata } from '../../src/audio/objects.ts'
import { reconcile, usualBounds, type Bounds, type Reconciled } from '../../src/maintenance/reconcile.ts'
import type { Stores } from '../../src/audio/jobs.ts'
import type { ScheduledStores } from '../../src/maintenance/scheduled.ts'
import { clips } from '../../src/db/schema.ts'
import { insertRow } from './clipRows.ts'
import { database } from './api.ts'

export type Visibility = 'public' | 'private'

const hour = 60 * 60_000

/** Ids in the order of their numbers, as UUIDv7 are in the order of their creation. */
export function idOf(n: number): string {
  return `0199a6c2-7b1e-7c3a-9a43-${String(n).padStart(12, '0')}`
}

export async function storeAudio(id: string, visibility: Visibility = 'public'): Promise<void> {
  const metadata = writeMetadata({
    contentType: 'audio/mpeg',
    fileName: 'tone.mp3',
    visibility,
    ownerId: null,
    revision: 1,
    storedAt: new Date(),
  })
  await env.BUCKET.put(audioKey(id), id, metadata)
}

export async function writeRow(id: string, visibility: Visibility = 'public'): Promise<void> {
  await insertRow(database(), rowOf(id, visibility))
}

function rowOf(id: string, visibility: Visibility = 'public') {
  const audio = { contentType: 'audio/mpeg', size: 36, sha256: '0'.repeat(64) }
  return { id, title: 'Tone', visibility, ...audio, deliberateDuplicate: true }
}

export async function makeClip(id: string): Promise<void> {
  await storeAudio(id)
  await writeRow(id)
}

/** Makes clips 1 to `count`. */
export async function makeClips(count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, nth) => idOf(nth + 1))
  await database()
    .insert(clips)
    .values(ids.map((id) => rowOf(id)))
  await Promise.all(ids.map(async (id) => await storeAudio(id)))
}

/** The cache tags that were purged. */
export const purged: string[] = []

export function stores(changed: Partial<Stores> = {}): ScheduledStores {
  const purge = async (tags: string[]) => void purged.push(...tags)
  return { db: database(), bucket: env.BUCKET, cached: { purge }, analyses: env.ANALYSES, ...changed }
}

/** Runs the reconciler as if it were so many hours later. R2 sets the dates of objects, so the run moves instead. */
export async function runLater(
  hours: number,
  bounds: Partial<Bounds> = {},
  changed: Partial<Stores> = {},
): Promise<Reconciled> {
  const now = new Date(Date.now() + hours * hour)
  return await reconcile(stores(changed), now, { ...usualBounds, ...bounds })
}

/** Runs the reconciler until a pass is finished, and answers the results of all runs. */
export async function wholePass(hours: number, bounds: Partial<Bounds> = {}): Promise<Reconciled[]> {
  const runs: Reconciled[] = []
  while (runs.length < 500) {
    const run = await runLater(hours, bounds)
    runs.push(run)
    if (run.finishedPass) return runs
  }
  throw new Error('the pass never ended')
}
