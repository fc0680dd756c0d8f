/** What the cron does, by name. Each step fails by itself. */
import { connect, type Database } from '../db/connection.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { readSettings } from '../http/settings.ts'
import { prunePlays } from '../plays/prunePlays.ts'
import { pruneKeys } from './pruneKeys.ts'
import { purgePending } from './purgePending.ts'
import { reconcile } from './reconcile.ts'
import type { Stores } from './run.ts'

/** A step of upkeep: what it did goes to the log. */
export type Step = { name: string; run: (stores: Stores, now: Date) => Promise<Record<string, unknown>> }

/** What grows and expires: a name, and the statement that deletes what has expired and answers how much it was. */
const prunes: Record<string, (db: Database, now: Date) => Promise<number>> = {
  'idempotency-keys': async (db) => await pruneKeys(db),
  plays: async (db) => await prunePlays(db),
}

const steps: Step[] = [
  { name: 'reconcile', run: runReconcile },
  // After it, because it may find more to purge, and what is purged before its label is right comes back.
  { name: 'purges', run: purgePending },
  ...Object.entries(prunes).map(([name, prune]) => ({
    name,
    run: async ({ db }: Stores, now: Date) => ({ pruned: await prune(db, now) }),
  })),
]

/**
 * The cron's handler. Its time is the scheduled one: what runs late takes things for younger than they are, and so
 * deletes later, never earlier.
 */
export function keepsUp(purge: PurgeCached): ExportedHandlerScheduledHandler<Env> {
  return async ({ scheduledTime }, env) => {
    const db = connect(readSettings(env).database)
    await runSteps(steps, { db, bucket: env.BUCKET, purge }, new Date(scheduledTime))
  }
}

/** Runs every step and logs a line for each; then throws if one failed, so that the cron's own record says so too. */
export async function runSteps(todo: Step[], stores: Stores, now: Date): Promise<void> {
  const failed: string[] = []
  for (const { name, run } of todo) {
    const startedMs = Date.now()
    try {
      const done = await run(stores, now)
      logLine('info', 'upkeep', { step: name, ...done, duration_ms: Date.now() - startedMs })
    } catch (error) {
      failed.push(name)
      logLine('error', 'upkeep-failed', { step: name, error: describeError(error) })
    }
  }
  if (failed.length > 0) throw new Error(`upkeep failed: ${failed.join(', ')}`)
}

async function runReconcile(stores: Stores, now: Date): Promise<Record<string, unknown>> {
  const { finishedPass, missingAudio, foreignKeys, ...done } = await reconcile(stores, now)
  return {
    finished_pass: finishedPass,
    scanned: done.scanned,
    deleted_orphans: done.deletedOrphans,
    deleted_incoming: done.deletedIncoming,
    relabelled: done.relabelled,
    missing_audio: missingAudio.count,
    missing: missingAudio.named,
    foreign_keys: foreignKeys.count,
    foreign: foreignKeys.named,
  }
}
