/** GET /api/health: whether Postgres and R2 answer, and what the reconciler found. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { isAdmin } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { selectHealth } from '../db/metrics.ts'
import { json, NoQuery, problems } from '../http/responses.ts'
import { inOrder } from '../http/router.ts'
import { readReconcileResult, type ReconcileResult } from '../maintenance/reconcileState.ts'

const Check = z.enum(['ok', 'failed'])

const Reconcile = z
  .object({
    last_run_at: z.iso.datetime().openapi({ description: 'When it last succeeded.' }),
    finished_pass_at: z.iso
      .datetime()
      .nullable()
      .openapi({ description: 'When it last finished the whole library; the figures are of that pass.' }),
    scanned: z
      .int()
      .optional()
      .openapi({ description: 'Objects that were compared. Only for an admin key.' }),
    deleted_orphans: z.int().openapi({ description: 'Objects without a clip.' }),
    deleted_incoming: z.int().openapi({ description: 'Unfinished uploads.' }),
    missing_audio: z.int().openapi({ description: 'Clips without audio. Somebody must look at them.' }),
    mismatched: z
      .int()
      .openapi({ description: 'Clips whose audio had another visibility. They are repaired.' }),
  })
  .openapi('Reconcile')

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded']),
    checks: z.object({ database: Check, storage: Check }),
    reconcile: Reconcile.nullable().openapi({
      description: 'What comparing storage and database found. Null before the first time, and if unknown.',
    }),
  })
  .openapi('Health')

const checks = inOrder(rateLimit('watch'), authenticate)
const refusals = problems(checks, 'invalid-fields')

export const health = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/health',
    operationId: 'health',
    tags: ['Service'],
    summary: 'Health of the service',
    description: 'Streaming needs the storage only. An admin key adds how much the reconciler has compared.',
    middleware: checks,
    request: { query: NoQuery },
    responses: {
      200: json('The service is healthy.', Health),
      ...refusals,
      503: {
        description: `The database or the storage is unavailable.\n\n${refusals[503].description}`,
        content: { 'application/json': { schema: Health }, ...refusals[503].content },
      },
    },
  }),
  handler: async (c) => {
    const { db, caller } = c.var
    const [database, storage, result] = await Promise.all([
      outcomeOf(selectHealth(db)),
      outcomeOf(c.env.BUCKET.list({ limit: 1 })),
      readReconcileResult(db).catch(() => null),
    ])
    const body = {
      checks: { database, storage },
      reconcile: result && showReconcile(result, isAdmin(caller)),
    }
    return database === 'ok' && storage === 'ok'
      ? c.json({ status: 'ok', ...body } as const, 200)
      : c.json({ status: 'degraded', ...body } as const, 503, { 'Retry-After': '5' })
  },
})

/** `scanned` minus the public clips, which anyone can count, would be the number of private ones. */
function showReconcile(result: ReconcileResult, admin: boolean): z.output<typeof Reconcile> {
  return {
    last_run_at: result.lastRunAt,
    finished_pass_at: result.finishedPassAt,
    ...(admin && { scanned: result.scanned }),
    deleted_orphans: result.deletedOrphans,
    deleted_incoming: result.deletedIncoming,
    missing_audio: result.missingAudio.count,
    mismatched: result.mismatched,
  }
}

async function outcomeOf(attempt: Promise<unknown>): Promise<z.output<typeof Check>> {
  return await attempt.then(
    () => 'ok' as const,
    () => 'failed' as const,
  )
}
