/** Sees to it that streaming goes by what the row says, whoever else is writing. */
import type { Database } from '../db/connection.ts'
import { selectLabel } from '../db/upkeep.ts'
import { Problem } from '../http/problem.ts'
import { relabelAudio } from './relabelAudio.ts'

/** A label is written and looked at again so many times at most, while edits go on. */
const tries = 4

/**
 * Whether anything was written, whether label and row agreed in the end, and the row's revision that was looked at
 * last: undefined if there is no row.
 */
export type Settled = { written: boolean; agrees: boolean; revision: number | undefined }

/**
 * Gives the audio the label of its row, as the row is now, and looks again: an edit that came between reading the
 * row and writing the label has either written its own label after ours, or is seen by the second look. So whoever
 * writes last has seen the last row. A clip that is gone agrees with anything.
 */
export async function settleLabel(bucket: R2Bucket, db: Database, clipId: string): Promise<Settled> {
  let revision: number | undefined
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const row = await selectLabel(db, clipId)
    revision = row?.revision
    const written = attempt > 0
    if (!row || !(await isRelabelled(bucket, clipId, row))) return { written, agrees: true, revision }
  }
  return { written: true, agrees: false, revision }
}

async function isRelabelled(bucket: R2Bucket, clipId: string, row: Parameters<typeof relabelAudio>[2]) {
  try {
    return await relabelAudio(bucket, clipId, row)
  } catch (error) {
    // Deleted meanwhile, or without its audio, which the reconciler reports.
    if (error instanceof Problem && error.problem === 'clip-not-found') return false
    throw error
  }
}
