/** Repairs and purges the clips whose purge is pending: the queue gave up on them, or the reconciler marked them. */
import { z } from 'zod'
import type { Stores } from '../audio/jobs.ts'
import { purgeClips } from '../audio/purgeCache.ts'
import { syncMetadata, type Synced } from '../audio/objects.ts'
import { clearPurgePending } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { selectPurgePending, selectState, upsertState } from '../db/maintenance.ts'
import { describeError, logLine } from '../http/log.ts'

/** Fewer than the tags of one purge, because each clip is read first. */
const purgesPerRun = 50

/** The state: the clip that was purged last. */
const stateName = 'purges'
const State = z.object({ after: z.uuid() })

/** A clip whose metadata cannot be written stays pending, and does not keep others from being purged. */
export async function retryPurges({ db, bucket, cached }: Stores): Promise<Record<string, unknown>> {
  const pending = await nextPending(db)
  const ready = new Map<string, Synced>()
  for (const id of pending) {
    const synced = await syncVisibility(bucket, db, id)
    if (synced?.inSync) ready.set(id, synced)
  }
  if (ready.size === 0 || !(await purgeClips(cached, [...ready.keys()]))) {
    return { purged: 0, pending: pending.length }
  }
  await Promise.all([...ready].map(async ([id, synced]) => await clearUnlessRepaired(db, id, synced)))
  return { purged: ready.size, pending: pending.length - ready.size }
}

/**
 * The clips of this run. They rotate by id: otherwise those that cannot be purged would come first for ever. The position
 * is saved before any work, so that a clip that breaks the run is behind the next one.
 */
async function nextPending(db: Database): Promise<string[]> {
  const after = State.safeParse(await selectState(db, stateName)).data?.after ?? null
  const rest = await selectPurgePending(db, after, purgesPerRun)
  const first = after === null ? [] : await selectPurgePending(db, null, purgesPerRun - rest.length)
  const pending = [...new Set([...rest, ...first])]
  const last = pending.at(-1)
  if (last !== undefined && pending.length === purgesPerRun) await upsertState(db, stateName, { after: last })
  return pending
}

/** A clip that was repaired just now is purged again by the next run: a cache miss may have been filling meanwhile. */
async function clearUnlessRepaired(db: Database, id: string, { written, revision }: Synced): Promise<void> {
  if (!written && revision !== undefined) await clearPurgePending(db, id, revision)
}

async function syncVisibility(bucket: R2Bucket, db: Database, id: string): Promise<Synced | undefined> {
  try {
    return await syncMetadata(bucket, db, id)
  } catch (error) {
    logLine('error', 'purge-not-ready', { clip: id, error: describeError(error) })
    return undefined
  }
}
