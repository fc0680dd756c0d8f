/** The cron: its steps, by name. Each step fails by itself. */
import type { Stores } from '../audio/jobs.ts'
import { connect } from '../db/connection.ts'
import type { CachedContext } from '../http/cache.ts'
import { describeError, logLine } from '../http/log.ts'
import { readSettings } from '../http/settings.ts'
import { collectKeys } from './collectKeys.ts'
import { pruneClipIds, pruneIdempotencyKeys, prunePlays } from './prune.ts'
import { reconcile } from './reconcile.ts'
import { requestAnalyses } from './requestAnalyses.ts'
import { retryPurges } from './retryPurges.ts'

/** What the steps work on. */
export type ScheduledStores = Stores & { analyses: Queue }

/** A step. Its result goes to the log. */
export type Step = {
  name: string
  run: (stores: ScheduledStores, now: Date) => Promise<Record<string, unknown>>
}

const steps: Step[] = [
  { name: 'reconcile', run: runReconcile },
  // It repairs and purges what the reconciler has marked.
  { name: 'purges', run: retryPurges },
  { name: 'api-keys', run: collectKeys },
  { name: 'idempotency-keys', run: async ({ db }) => ({ pruned: await pruneIdempotencyKeys(db) }) },
  { name: 'clip-ids', run: async ({ db }) => ({ pruned: await pruneClipIds(db) }) },
  { name: 'analyses', run: requestAnalyses },
  { name: 'plays', run: async ({ db }) => ({ pruned: await prunePlays(db) }) },
]

/** The time is the scheduled one. If the cron runs late, things look younger, and are deleted later, never earlier. */
export async function scheduledHandler(
  { scheduledTime }: Pick<ScheduledController, 'scheduledTime'>,
  env: Env,
  context: CachedContext,
): Promise<void> {
  const db = connect(readSettings(env).database)
  const stores = { db, bucket: env.BUCKET, cached: context.exports.Cached, analyses: env.ANALYSES }
  await runSteps(steps, stores, new Date(scheduledTime))
}

/** Runs and logs every step. Then throws if one failed, so that Cloudflare's record of the cron shows it too. */
export async function runSteps(todo: Step[], stores: ScheduledStores, now: Date): Promise<void> {
  const failed: string[] = []
  for (const { name, run } of todo) {
    const startedMs = Date.now()
    try {
      const done = await run(stores, now)
      logLine('info', 'maintenance', { step: name, ...done, duration_ms: Date.now() - startedMs })
    } catch (error) {
      failed.push(name)
      logLine('error', 'maintenance-failed', { step: name, error: describeError(error) })
    }
  }
  if (failed.length > 0) throw new Error(`maintenance failed: ${failed.join(', ')}`)
}

async function runReconcile(stores: Stores, now: Date): Promise<Record<string, unknown>> {
  const { finishedPass, missingAudio, foreignKeys, ...done } = await reconcile(stores, now)
  return {
    finished_pass: finishedPass,
    scanned: done.scanned,
    deleted_orphans: done.deletedOrphans,
    deleted_incoming: done.deletedIncoming,
    mismatched: done.mismatched,
    missing_audio: missingAudio.count,
    missing: missingAudio.named,
    foreign_keys: foreignKeys.count,
    foreign: foreignKeys.named,
  }
}
