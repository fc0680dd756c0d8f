/** The queue of analyses: measures the sound of a clip, stores its waveform, and saves its levels. */
import type { AnalysisJob } from '../audio/jobs.ts'
import { audioKey, waveformKey } from '../audio/objects.ts'
import {
  beginAnalysis,
  forgetAnalysisStart,
  saveAnalysis,
  type AnalysisResult,
  type BegunAnalysis,
} from '../db/analyses.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import { selectRowStates } from '../db/maintenance.ts'
import { describeError, logLine } from '../http/log.ts'
import { Problem } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import { awaitStorage, briefTimeoutMs, retryStorageRead } from '../http/storage.ts'
import { analyseSound, analysisVersion } from './analyseSound.ts'
import type { Analysis } from './measurement.ts'

/** An analysis that began so often and never came to its end, because it crashed the Worker or found no audio, has failed. */
const maxStarts = 3
/** Doubles with each delivery. */
const firstRetrySeconds = 30

type Stores = { db: Database; bucket: R2Bucket }

/** Analyses each clip. What fails is delivered again, later each time, and comes to the dead-letter queue in the end. */
export async function consumeAnalyses(jobs: Map<Message, AnalysisJob>, stores: Stores): Promise<void> {
  for (const [message, { clip }] of jobs) {
    try {
      await analyseClip(clip, stores)
      message.ack()
    } catch (error) {
      logLine('warn', 'analysis-interrupted', { clip, error: describeError(error) })
      message.retry({ delaySeconds: firstRetrySeconds * 2 ** Math.max(0, message.attempts - 1) })
    }
  }
}

/** Does nothing for a clip that is gone or analysed already, so that a job may come twice. */
async function analyseClip(clip: string, stores: Stores): Promise<void> {
  const { db } = stores
  const startedMs = Date.now()
  const begun = await retry(async () => await beginAnalysis(db, clip, analysisVersion), isDatabaseUnavailable)
  if (!begun) return
  try {
    const analysis = await analyse(clip, begun, stores)
    await save(clip, analysis, stores)
    const { state } = analysis
    const reason = 'reason' in analysis ? { reason: analysis.reason } : {}
    logLine('info', 'analysis', { clip, state, ...reason, duration_ms: Date.now() - startedMs })
  } catch (error) {
    if (isUnavailable(error)) await takeStartBack(clip, db)
    throw error
  }
}

/** Whether storage or database failed, so that the clip is not to blame. Anything else counts as a start that did not end. */
function isUnavailable(error: unknown): boolean {
  return isDatabaseUnavailable(error) || (error instanceof Problem && error.problem === 'storage-unavailable')
}

async function takeStartBack(clip: string, db: Database): Promise<void> {
  const forget = async () => await forgetAnalysisStart(db, clip, analysisVersion)
  await retry(forget, isDatabaseUnavailable).catch((error: unknown) =>
    logLine('warn', 'analysis-start-counted', { clip, error: describeError(error) }),
  )
}

async function analyse(clip: string, begun: BegunAnalysis, { bucket }: Stores): Promise<Analysis> {
  const { size, duration: seconds, channels, starts } = begun
  if (starts > maxStarts) return { state: 'failed', reason: 'it never came to its end' }
  return await analyseSound({ size, seconds, channels }, async (offset, length) => {
    const range = { offset, length }
    const object = await retryStorageRead(async () => await bucket.get(audioKey(clip), { range }))
    // A row without audio is not analysed for ever: this counts as a start.
    if (!object) throw new Error('the audio is missing')
    return new Uint8Array(await awaitStorage(object.arrayBuffer()))
  })
}

/** The waveform comes first, so that a row never promises one that is not there. */
async function save(clip: string, analysis: Analysis, stores: Stores): Promise<void> {
  const { db, bucket } = stores
  if (analysis.state === 'done') await storeWaveform(bucket, clip, analysis.waveform)
  const result = toResult(analysis)
  const saved = await retry(
    async () => await saveAnalysis(db, clip, analysisVersion, result),
    isDatabaseUnavailable,
  )
  if (!saved) await dropWaveformOfDeleted(clip, stores)
}

function toResult(analysis: Analysis): AnalysisResult {
  if (analysis.state !== 'done') return { state: analysis.state }
  const { loudness, loudnessRange, peak } = analysis
  return { state: 'done', loudness, loudnessRange, peak }
}

/** Writes the waveform, unless the very same is there: an earlier delivery may have come so far. */
async function storeWaveform(
  bucket: R2Bucket,
  clip: string,
  waveform: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const key = waveformKey(clip)
  const sha256 = await crypto.subtle.digest('SHA-256', waveform)
  const stored = await retryStorageRead(async () => await bucket.head(key))
  if (stored?.checksums.toJSON().sha256 === new Uint8Array(sha256).toHex()) return
  const httpMetadata = { contentType: 'application/octet-stream' }
  await awaitStorage(bucket.put(key, waveform, { sha256, httpMetadata }))
}

/** A clip that was deleted meanwhile leaves nothing behind. Its id is used up, so nothing else can be at its key. */
async function dropWaveformOfDeleted(clip: string, { db, bucket }: Stores): Promise<void> {
  const states = await selectRowStates(db, [clip])
  if (states.get(clip) === 'absent') {
    await awaitStorage(bucket.delete(waveformKey(clip)), briefTimeoutMs)
  }
}
