/** Sends the analyses that are due: of clips that an older version has analysed, or whose job was lost. */
import { z } from 'zod'
import { sendAnalyses } from '../audio/jobs.ts'
import { selectUnanalysed, type AnalysisPosition } from '../db/analyses.ts'
import type { Database } from '../db/connection.ts'
import { selectState, upsertState } from '../db/maintenance.ts'
import { analysisVersion } from '../sound/analyseSound.ts'

/** Ten batches of the queue. */
const analysesPerRun = 1000
/** The job of a younger clip is under way, or comes again by itself. */
const graceMs = 15 * 60_000

/** The state: the clip that was sent last. */
const stateName = 'analyses'
const State = z.object({ after: z.object({ version: z.int(), id: z.uuid() }).nullable() })

/**
 * Sends the next ones, in turns. A clip that waits in the queue may be sent again by the next turn: the second job finds
 * nothing to do.
 */
export async function requestAnalyses(
  { db, analyses }: { db: Database; analyses: Queue },
  now: Date,
): Promise<Record<string, unknown>> {
  const after = State.safeParse(await selectState(db, stateName)).data?.after ?? undefined
  const createdBefore = new Date(now.getTime() - graceMs)
  const due = await selectUnanalysed(db, analysisVersion, createdBefore, after, analysesPerRun)
  const next: AnalysisPosition | null = due.length < analysesPerRun ? null : (due.at(-1) ?? null)
  if (due.length === 0 && after === undefined) return { requested: 0 }
  await sendAnalyses(
    analyses,
    due.map(({ id }) => id),
  )
  await upsertState(db, stateName, { after: next })
  return { requested: due.length }
}
