/** Goes through R2 and Postgres side by side, page by page: deletes orphans, repairs labels, reports the rest. */
import { readLabel } from '../audio/label.ts'
import { clipsPrefix } from '../audio/objectKeys.ts'
import { selectLabelsAfter, selectPresence } from '../db/upkeep.ts'
import { compareKeys, type Comparison, type Page } from './compareKeys.ts'
import { foundThese } from './reconcileState.ts'
import { repairLabels } from './repairLabels.ts'
import { count, type Run } from './run.ts'

/**
 * An object may be between commit and record for this long. To record it takes half a minute at most (three tries
 * of ten seconds); an hour leaves room for clocks that differ, and for a statement that Postgres finishes when
 * nobody waits for it any more.
 */
export const orphanGraceMs = 60 * 60_000

/** Compares as many pages as one run may. True when the pass has come to its end. */
export async function comparePages(run: Run): Promise<boolean> {
  for (let page = 0; page < run.bounds.pages; page += 1) {
    const { finished, full } = await comparePage(run)
    if (finished) return true
    if (full) return false
  }
  return false
}

/** The position moves last: a page that fails is compared again. */
async function comparePage(run: Run): Promise<Comparison> {
  const found = compareKeys(await readPage(run), {
    storedBefore: storedBefore(run),
    orphans: run.orphansLeft,
    mislabelled: run.labelsLeft,
  })
  // Before all else, for the sake of what should be private. What fails here is found again by the next pass.
  await repairLabels(run, found.mislabelled)
  const { orphans, missing } = await confirm(run, found)
  const deletedOrphans = await deleteOrphans(run, orphans)
  count(run, {
    scanned: found.scanned,
    deletedOrphans,
    missingAudio: foundThese(missing),
    foreignKeys: foundThese(found.foreign),
  })
  run.state.position = found.position
  return found
}

/** Rows first: a row is written after its audio, so the audio of what has a row by now is in the listing that follows. */
async function readPage({ stores, bounds, state: { position } }: Run): Promise<Page> {
  const rows = await selectLabelsAfter(stores.db, position.rowId, bounds.pageSize)
  const listed = await stores.bucket.list({
    prefix: clipsPrefix,
    limit: bounds.pageSize,
    include: ['customMetadata'],
    ...(position.key && { startAfter: position.key }),
  })
  if (listed.truncated && listed.objects.length === 0)
    throw new Error('R2 says there is more, and lists nothing')
  return {
    position,
    rows,
    moreRows: rows.length === bounds.pageSize,
    objects: listed.objects.map((object) => ({
      key: object.key,
      uploaded: object.uploaded,
      label: readLabel(object),
    })),
    moreObjects: listed.truncated,
  }
}

/**
 * Asks Postgres about every suspect once more: clips were made and deleted since the rows were read. An orphan is
 * what Postgres says, in so many words, to have no row; without an answer for each suspect the run ends here.
 */
async function confirm(
  { stores }: Run,
  { orphans, missing }: Comparison,
): Promise<Pick<Comparison, 'orphans' | 'missing'>> {
  const suspects = [...new Set([...orphans.map(({ id }) => id), ...missing])]
  if (suspects.length === 0) return { orphans, missing }
  const { present, absent } = await selectPresence(stores.db, suspects)
  if (!suspects.every((id) => present.has(id) || absent.has(id))) {
    throw new Error('Postgres did not say of every suspect whether it has a row')
  }
  return {
    orphans: orphans.filter(({ id }) => absent.has(id)),
    missing: missing.filter((id) => present.has(id)),
  }
}

/** Deletes those that are still as old as they were listed; answers how many. */
async function deleteOrphans(run: Run, orphans: Comparison['orphans']): Promise<number> {
  let deleted = 0
  for (const { key, id } of orphans) {
    // An upload that is tried again with its idempotency key may have stored it anew since it was listed.
    const head = await run.stores.bucket.head(key)
    if (!head || head.uploaded >= storedBefore(run)) continue
    await run.stores.bucket.delete(key)
    deleted += 1
    run.orphansLeft -= 1
    run.forget.add(id)
  }
  return deleted
}

function storedBefore({ now }: Run): Date {
  return new Date(now.getTime() - orphanGraceMs)
}
