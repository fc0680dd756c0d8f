/** Sends the analyses that are due: of clips that an older version has analysed, or whose job was lost. */
import { z } from 'zod'
import { sendAnalyses } from '../audio/jobs.ts'
import { isAnalysisDue, selectUnanalysed } from '../db/analyses.ts'
import type { Database } from '../db/connection.ts'
import { selectState, upsertState } from '../db/maintenance.ts'
import { analysisVersion } from '../sound/analyseSound.ts'

/** Uploads wait behind them in the queue: for some minutes. */
const analysesPerRun = 500
/** The job of a younger clip is under way, or comes again by itself. */
const graceMs = 15 * 60_000
/** Runs that wait for the clip that was sent last. If it takes longer than these, its job is lost, or it cannot be analysed. */
const maxWaits = 8

/** The state: the clip that was sent last, and how many runs have waited for it. */
const stateName = 'analyses'
const State = z.object({ last: z.uuid(), waits: z.int() })

/** Sends the first ones that are due. While those of an earlier run are not done, it waits: the queue does not grow. */
export async function requestAnalyses(
  { db, analyses }: { db: Database; analyses: Queue },
  now: Date,
): Promise<Record<string, unknown>> {
  const sent = State.safeParse(await selectState(db, stateName)).data
  if (sent && sent.waits < maxWaits && (await isAnalysisDue(db, sent.last, analysisVersion))) {
    await upsertState(db, stateName, { ...sent, waits: sent.waits + 1 })
    return { requested: 0, waiting: true }
  }
  const createdBefore = new Date(now.getTime() - graceMs)
  const due = await selectUnanalysed(db, analysisVersion, createdBefore, analysesPerRun)
  const requested = await sendAnalyses(analyses, due)
  const last = due[requested - 1]
  if (last !== undefined) await upsertState(db, stateName, { last, waits: 0 })
  return { requested }
}
