/**
 * Reconciles R2 with Postgres. One pass lists the objects of all clips and asks Postgres about them; another samples rows and
 * looks for their audio. README.md says what is deleted, repaired and reported, and why nothing else is.
 */
import type { Stores } from '../audio/jobs.ts'
import { purgeClips } from '../audio/purgeCache.ts'
import { audioKey, clipIdOf, clipsPrefix, incomingPrefix } from '../audio/objects.ts'
import { selectIdsAfter, selectRowStates } from '../db/maintenance.ts'
import { retryStorageRead } from '../http/storage.ts'
import { actOn, findInPage, orphanGraceMs, toStoredObject } from './comparePage.ts'
import {
  addFound,
  addTallies,
  nothingFound,
  readState,
  saveState,
  toFound,
  withPass,
  type Found,
  type ReconcileState,
  type Tally,
} from './reconcileState.ts'

/** The most that one run does. */
export type Bounds = {
  /** Pages of the listing, and objects in a page. */
  pages: number
  pageSize: number
  /** Orphans that are deleted. They cannot be restored, so whatever goes wrong must go wrong slowly. */
  orphans: number
  /** Rows whose audio is looked for. */
  samples: number
  /** Objects of `incoming/` that are listed. */
  incoming: number
}

/**
 * A cron has 1,000 subrequests. 60 pages with up to 5, 50 orphans with 1, and 60 samples with up to 3 make 530 at most; 50
 * purges with up to 7 and 75 deletions of expired rows make 425. R2 lists about 100 objects a page with their metadata.
 */
export const usualBounds: Bounds = {
  pages: 60,
  pageSize: 100,
  orphans: 50,
  samples: 60,
  incoming: 1000,
}

/** Heads at the same time. A Worker has six connections, and Postgres needs some. */
const headsAtOnce = 4

/** An upload stays in `incoming/` for minutes. */
const incomingGraceMs = 24 * 60 * 60_000

/** What a run did, and whether it finished a pass. */
export type Reconciled = Tally & { missingAudio: Found; finishedPass: boolean }

type Run = {
  stores: Stores
  now: Date
  bounds: Bounds
  /** Changes after each part of the work, so that it can be saved whenever the run ends. */
  state: ReconcileState
  done: Tally
  toPurge: Set<string>
}

/**
 * One run continues where the last one ended. If a part fails, the parts before it count, and the failure is thrown. Without
 * Postgres the state cannot be read, and nothing is done.
 */
export async function reconcile(
  stores: Stores,
  now: Date,
  bounds: Bounds = usualBounds,
): Promise<Reconciled> {
  const state = await readState(stores.db)
  const run: Run = { stores, now, bounds, state, done: nothingFound, toPurge: new Set() }
  try {
    const finishedPass = await comparePages(run)
    const missingAudio = await sampleRows(run)
    await clearIncoming(run)
    await saveState(stores.db, withPass(run.state, run.done, finishedPass, now))
    return { ...run.done, missingAudio, finishedPass }
  } catch (error) {
    // If this fails too, the next run repeats the same work and finds it done.
    await saveState(stores.db, { ...run.state, pass: addTallies(run.state.pass, run.done) }).catch(() => {})
    throw error
  } finally {
    await purgeClips(stores.cached, [...run.toPurge])
  }
}

/** True if the listing has come to its end. */
async function comparePages(run: Run): Promise<boolean> {
  const storedBefore = new Date(run.now.getTime() - orphanGraceMs)
  let { orphans } = run.bounds
  for (let page = 0; page < run.bounds.pages; page += 1) {
    const listed = await run.stores.bucket.list({
      prefix: clipsPrefix,
      limit: run.bounds.pageSize,
      include: ['customMetadata'],
      ...(run.state.after && { startAfter: run.state.after }),
    })
    const ids = listed.objects.map(({ key }) => clipIdOf(key)).filter((id) => id !== undefined)
    const rows = await selectRowStates(run.stores.db, [...new Set(ids)])
    const found = findInPage(listed.objects.map(toStoredObject), rows, { storedBefore, orphans })
    const deleted = await actOn(found, run.stores)
    for (const id of deleted) run.toPurge.add(id)
    orphans -= found.orphans.length
    addToRun(run, {
      scanned: found.scanned,
      deletedOrphans: deleted.length,
      mismatched: found.mismatched.length,
      foreignKeys: toFound(found.foreign),
    })
    // The position moves last: a page that failed is compared again.
    run.state = { ...run.state, after: found.lastKey ?? run.state.after }
    if (found.full) return false
    if (!listed.truncated) return true
    if (listed.objects.length === 0) throw new Error('R2 says that there is more, and lists nothing')
  }
  return false
}

/** Looks for the audio of some rows, in turns. Missing audio is reported and never deleted: a backup may have the bytes. */
async function sampleRows(run: Run): Promise<Found> {
  const { db, bucket } = run.stores
  const ids = await selectIdsAfter(db, run.state.sampledAfter, run.bounds.samples)
  const suspects: string[] = []
  for (let first = 0; first < ids.length; first += headsAtOnce) {
    const some = ids.slice(first, first + headsAtOnce)
    const heads = await Promise.all(
      some.map(async (id) => await retryStorageRead(async () => await bucket.head(audioKey(id)))),
    )
    suspects.push(...some.filter((_, nth) => heads[nth] === null))
  }
  // A clip that was deleted meanwhile is not missing.
  const rows = suspects.length === 0 ? new Map() : await selectRowStates(db, suspects)
  const found = toFound(suspects.filter((id) => rows.get(id) === 'public' || rows.get(id) === 'private'))
  const missingSoFar = addFound(run.state.missingSoFar, found)
  run.state =
    ids.length < run.bounds.samples
      ? { ...run.state, sampledAfter: null, missingSoFar: toFound([]), missing: missingSoFar }
      : { ...run.state, sampledAfter: ids.at(-1) ?? null, missingSoFar }
  return found
}

/** Deletes what uploads have left in `incoming/`. The bucket's lifecycle rule does the same, where there is one. */
async function clearIncoming(run: Run): Promise<void> {
  const { bucket } = run.stores
  const listed = await bucket.list({
    prefix: incomingPrefix,
    limit: run.bounds.incoming,
    ...(run.state.incomingAfter && { startAfter: run.state.incomingAfter }),
  })
  const storedBefore = run.now.getTime() - incomingGraceMs
  const old = listed.objects.filter(({ uploaded }) => uploaded.getTime() < storedBefore)
  if (old.length > 0) await bucket.delete(old.map(({ key }) => key))
  addToRun(run, { deletedIncoming: old.length })
  run.state = { ...run.state, incomingAfter: (listed.truncated && listed.objects.at(-1)?.key) || '' }
}

function addToRun(run: Run, done: Partial<Tally>): void {
  run.done = addTallies(run.done, { ...nothingFound, ...done })
}
