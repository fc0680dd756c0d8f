/** The statements about the analysis of clips: begin, end, and which clips are due. */
import { and, asc, eq, lt, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { clips, type ClipRow } from './schema.ts'

/** What an analysis needs of its clip. `starts` counts those that began since the last result, with this one. */
export type BegunAnalysis = Pick<ClipRow, 'size' | 'duration' | 'channels'> & { starts: number }

/** Counts that an analysis begins. Undefined if there is nothing to do: the clip is gone, or this version has analysed it. */
export async function beginAnalysis(
  db: Database,
  id: string,
  version: number,
): Promise<BegunAnalysis | undefined> {
  const [row] = await db
    .update(clips)
    .set({ analysisStarts: sql`${clips.analysisStarts} + 1` })
    .where(isDue(id, version))
    .returning({
      size: clips.size,
      duration: clips.duration,
      channels: clips.channels,
      starts: clips.analysisStarts,
    })
  return row
}

/** Takes a begun analysis back, which failed for a reason that has nothing to do with its clip. */
export async function forgetAnalysisStart(db: Database, id: string, version: number): Promise<void> {
  await db
    .update(clips)
    .set({ analysisStarts: sql`greatest(0, ${clips.analysisStarts} - 1)` })
    .where(isDue(id, version))
}

/** What an analysis gives. Levels are in LUFS, LU and dBTP. */
export type AnalysisResult =
  | { state: 'done'; loudness: number | null; loudnessRange: number | null; peak: number | null }
  | { state: 'failed' | 'unsupported' }

/**
 * Saves the result; false if there was nothing to save it in: the clip is gone, or another run was faster. A clip that an
 * older version has analysed keeps what it has if this one fails.
 */
export async function saveAnalysis(
  db: Database,
  id: string,
  version: number,
  result: AnalysisResult,
): Promise<boolean> {
  const rows = await db
    .update(clips)
    .set({ ...columnsOf(result), analysisVersion: version, analysisStarts: 0 })
    .where(isDue(id, version))
    .returning({ id: clips.id })
  return rows.length > 0
}

function columnsOf(result: AnalysisResult) {
  if (result.state !== 'done') {
    return { analysis: sql`case ${clips.analysis} when 'done' then 'done' else ${result.state} end` }
  }
  const { state: analysis, ...levels } = result
  return { analysis, ...levels }
}

function isDue(id: string, version: number) {
  return and(eq(clips.id, id), lt(clips.analysisVersion, version))
}

/** Clips that this version has not analysed and that were created before a time: never analysed ones first, then by id. */
export async function selectUnanalysed(
  db: Database,
  version: number,
  createdBefore: Date,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: clips.id })
    .from(clips)
    .where(and(lt(clips.analysisVersion, version), lt(clips.createdAt, createdBefore)))
    .orderBy(asc(clips.analysisVersion), asc(clips.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Whether a clip exists that this version has not analysed. */
export async function isAnalysisDue(db: Database, id: string, version: number): Promise<boolean> {
  const rows = await db.select({ id: clips.id }).from(clips).where(isDue(id, version))
  return rows.length > 0
}
