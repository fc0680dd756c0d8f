/** Repairs labels: the audio of a clip says of it what the row says, also when an edit was cut short between both. */
import { readLabel } from '../audio/label.ts'
import { audioKey } from '../audio/objectKeys.ts'
import { settleLabel } from '../audio/settleLabel.ts'
import { readRetried } from '../http/storageAway.ts'
import { markPurgePending } from '../db/purges.ts'
import { selectEditedAfter, type EditedRow } from '../db/upkeep.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { sameLabel } from './compareKeys.ts'
import { count, type Run } from './run.ts'

/** An edit may still be on its way from row to label for this long: it is looked at again until then. */
const editSettlesMs = 2 * 60_000

/** R2 answers so many questions of one Worker at a time (six connections), with some left for Postgres. */
const headsAtOnce = 4

/**
 * Looks at what was edited since the last run, so that a clip made private does not stay public for as long as a
 * pass takes. What could not be repaired is looked at again next time.
 */
export async function repairEdited(run: Run): Promise<void> {
  const rows = await selectEditedAfter(run.stores.db, run.state.editsThrough, run.bounds.edits)
  const wrong = await selectMislabelled(run.stores.bucket, rows)
  const privateFirst = wrong.toSorted((one, other) => one.visibility.localeCompare(other.visibility))
  const left = await repairLabels(
    run,
    privateFirst.map(({ id }) => id),
  )
  run.state.editsThrough = settledThrough(rows, left, run.now) ?? run.state.editsThrough
}

/** Repairs the labels of these clips as far as the run's bounds allow, and answers those that are still wrong. */
export async function repairLabels(run: Run, ids: string[]): Promise<Set<string>> {
  const left = new Set(ids)
  for (const id of ids.slice(0, run.labelsLeft)) {
    run.labelsLeft -= 1
    if (await repairLabel(run, id)) left.delete(id)
  }
  return left
}

/** False if the label could not be written, or edits went on for too long. */
async function repairLabel(run: Run, id: string): Promise<boolean> {
  try {
    const { written, agrees } = await settleLabel(run.stores.bucket, run.stores.db, id)
    if (written) {
      // Purged at the end of this run, and by the step after it, again and again until it is accepted.
      run.forget.add(id)
      await markPurgePending(run.stores.db, id)
      count(run, { relabelled: 1 })
    }
    return agrees
  } catch (error) {
    logLine('error', 'label-not-repaired', { clip: id, error: describeError(error) })
    return false
  }
}

async function selectMislabelled(bucket: R2Bucket, rows: EditedRow[]): Promise<EditedRow[]> {
  const wrong: EditedRow[] = []
  for (let first = 0; first < rows.length; first += headsAtOnce) {
    const some = rows.slice(first, first + headsAtOnce)
    const heads = await Promise.all(
      some.map(async (row) => await readRetried(() => bucket.head(audioKey(row.id)))),
    )
    wrong.push(...some.filter((row, nth) => heads[nth] && !sameLabel(readLabel(heads[nth]), row)))
  }
  return wrong
}

/** The last row up to which every edit has settled and no label is left wrong. */
export function settledThrough(rows: EditedRow[], left: Set<string>, now: Date): EditedRow | undefined {
  const settledBefore = now.getTime() - editSettlesMs
  const open = rows.findIndex((row) => left.has(row.id) || row.updatedAt.getTime() >= settledBefore)
  return open === -1 ? rows.at(-1) : rows[open - 1]
}
