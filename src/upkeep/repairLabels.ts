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

/** A label that R2 does not take keeps the edits after it waiting for this long. */
const stuckAfterMs = 60 * 60_000

/**
 * Looks at what was edited since the last run, so that a clip made private does not stay public for as long as a
 * pass takes. What could not be repaired is looked at again next time, until it is left to the pass.
 */
export async function repairEdited(run: Run): Promise<void> {
  const rows = await selectEditedAfter(run.stores.db, run.state.editsThrough, run.bounds.edits)
  const wrong = await selectMislabelled(run.stores.bucket, rows)
  const tried = takeTurns(wrong, Math.min(run.bounds.editedLabels, run.labelsLeft))
  const untried = idsOf(wrong.filter((row) => !tried.includes(row)))
  const failed = await repairLabels(run, [...idsOf(tried)])
  const passed = rowsToPass(rows, { untried, failed }, run.now)
  const stuck = idsOf(passed.filter(({ id }) => failed.has(id)))
  if (stuck.size > 0) logLine('error', 'labels-stuck', { clip: [...stuck].join(' ') })
  run.state.editsThrough = passed.at(-1) ?? run.state.editsThrough
}

/** Repairs the labels of these clips, no more than are left to the run, and answers those that are still wrong. */
export async function repairLabels(run: Run, ids: string[]): Promise<Set<string>> {
  const failed = new Set<string>()
  for (const id of ids) {
    run.labelsLeft -= 1
    if (!(await repairLabel(run, id))) failed.add(id)
  }
  return failed
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

/** What must be hidden first. But a quarter goes by the time of the edit, or what is stuck could take every turn. */
function takeTurns(wrong: EditedRow[], most: number): EditedRow[] {
  const urgent = wrong.filter(({ visibility }) => visibility === 'private')
  const first = urgent.slice(0, most - Math.floor(most / 4))
  return [...new Set([...first, ...wrong])].slice(0, most)
}

/** The rows before the first that may still be settling, that had no turn, or that is wrong but not yet given up on. */
function rowsToPass(
  rows: EditedRow[],
  { untried, failed }: { untried: Set<string>; failed: Set<string> },
  now: Date,
): EditedRow[] {
  const isOpen = ({ id, updatedAt }: EditedRow) => {
    const ageMs = now.getTime() - updatedAt.getTime()
    return untried.has(id) || ageMs <= (failed.has(id) ? stuckAfterMs : editSettlesMs)
  }
  const open = rows.findIndex(isOpen)
  return open === -1 ? rows : rows.slice(0, open)
}

function idsOf(rows: EditedRow[]): Set<string> {
  return new Set(rows.map(({ id }) => id))
}
