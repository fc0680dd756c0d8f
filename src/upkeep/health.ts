/** GET /api/health: whether what the service stands on answers, and what the reconciler last found. */
import { z } from '@hono/zod-openapi'
import { isAdmin } from '../access/scope.ts'
import { connect } from '../db/connection.ts'
import { selectHealth } from '../db/health.ts'
import type { Handler } from '../http/router.ts'
import { readReconcileResult, type ReconcileResult } from './reconcileResult.ts'

const Check = z.enum(['ok', 'failed'])

const Reconcile = z
  .object({
    last_run_at: z.iso.datetime().openapi({ description: 'When it last ran to its end.' }),
    finished_pass_at: z.iso.datetime().nullable().openapi({
      description: 'When it last had been through the whole library; the figures are of that pass.',
    }),
    scanned: z.int().optional().openapi({
      description: 'Objects, and rows without one; to an admin key alone, as private clips are among them.',
    }),
    deleted_orphans: z.int().openapi({ description: 'Objects of clips that do not exist.' }),
    deleted_incoming: z.int().openapi({ description: 'What uploads had left behind.' }),
    missing_audio: z.int().openapi({ description: 'Clips whose audio is not there: somebody must look.' }),
    relabelled: z.int().openapi({ description: 'Clips whose audio said another title or visibility.' }),
  })
  .openapi('Reconcile')

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded']),
    checks: z.object({ database: Check, storage: Check }),
    reconcile: Reconcile.nullable().openapi({
      description:
        'What comparing storage with database found; null before the first time, and when unknown.',
    }),
  })
  .openapi('Health')

export const health: Handler = async (c) => {
  const db = connect(c.var.settings.database)
  const [database, storage, result] = await Promise.all([
    answers(selectHealth(db)),
    answers(c.env.BUCKET.list({ limit: 1 })),
    readReconcileResult(db).catch(() => null),
  ])
  const healthy = database === 'ok' && storage === 'ok'
  const body: z.output<typeof Health> = {
    status: healthy ? 'ok' : 'degraded',
    checks: { database, storage },
    reconcile: result && showReconcile(result, isAdmin(c.var.caller)),
  }
  return c.json(body, healthy ? 200 : 503, healthy ? {} : { 'Retry-After': '5' })
}

/** How much there is less the public clips, which anyone can count, is how many private ones there are. */
function showReconcile(result: ReconcileResult, admin: boolean): z.output<typeof Reconcile> {
  return {
    last_run_at: result.lastRunAt,
    finished_pass_at: result.finishedPassAt,
    ...(admin && { scanned: result.scanned }),
    deleted_orphans: result.deletedOrphans,
    deleted_incoming: result.deletedIncoming,
    missing_audio: result.missingAudio.count,
    relabelled: result.relabelled,
  }
}

async function answers(question: Promise<unknown>): Promise<z.output<typeof Check>> {
  return await question.then(
    () => 'ok' as const,
    () => 'failed' as const,
  )
}
