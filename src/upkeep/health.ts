/** GET /api/health: whether what the service stands on answers. */
import { z } from '@hono/zod-openapi'
import { connect } from '../db/connection.ts'
import { selectHealth } from '../db/health.ts'
import type { Handler } from '../http/router.ts'

const Check = z.enum(['ok', 'failed'])

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded']),
    checks: z.object({ database: Check, storage: Check }),
  })
  .openapi('Health')

export const health: Handler = async (c) => {
  const [database, storage] = await Promise.all([
    answers(selectHealth(connect(c.var.settings.database))),
    answers(c.env.BUCKET.list({ limit: 1 })),
  ])
  const healthy = database === 'ok' && storage === 'ok'
  const body = { status: healthy ? 'ok' : 'degraded', checks: { database, storage } }
  return c.json(body, healthy ? 200 : 503, healthy ? {} : { 'Retry-After': '5' })
}

async function answers(question: Promise<unknown>): Promise<z.output<typeof Check>> {
  return await question.then(
    () => 'ok' as const,
    () => 'failed' as const,
  )
}
