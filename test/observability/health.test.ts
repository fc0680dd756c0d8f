/** GET /api/health: Postgres, R2 and the reconciler. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Health } from '../../src/observability/health.ts'
import { readReconcileResult } from '../../src/maintenance/reconcileState.ts'
import { asAdmin, call, database, emptyLibrary } from '../support/api.ts'
import { disagreements, runCron } from '../support/cron.ts'
import { r2Error, withoutDatabase } from '../support/faults.ts'
import { callWith } from '../support/product.ts'
import { idOf, runLater } from '../support/reconciling.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

const twoHoursLater = () => new Date(Date.now() + 2 * 60 * 60_000)

beforeEach(emptyLibrary)

async function health(headers: Record<string, string> = {}) {
  const response = await call('/api/health', { headers })
  expect(response.status).toBe(200)
  return Health.parse(await response.json())
}

describe('health', () => {
  it('is degraded without Postgres', async () => {
    const response = await callWith(withoutDatabase, '/api/health')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'degraded',
      checks: { database: 'failed', storage: 'ok' },
      reconcile: null,
    })
  })
})

describe('the reconciler in /api/health', () => {
  it('is null before the first run', async () => {
    expect(await health()).toEqual({
      status: 'ok',
      checks: { database: 'ok', storage: 'ok' },
      reconcile: null,
    })
    expect(await readReconcileResult(database())).toBeNull()
  })

  it('has the figures of the last pass until the next is finished', async () => {
    await disagreements()
    const at = twoHoursLater()
    await runCron(at)
    const figures = {
      deleted_orphans: 1,
      deleted_incoming: 0,
      missing_audio: 1,
      mismatched: 0,
    }
    const times = { last_run_at: at.toISOString(), finished_pass_at: at.toISOString() }
    expect((await health()).reconcile).toEqual({ ...times, ...figures })
    expect(await readReconcileResult(database())).toMatchObject({ missingAudio: { named: [idOf(3)] } })

    await runLater(3, { pages: 1, pageSize: 1 })
    const later = (await health()).reconcile
    expect(later).toMatchObject({ finished_pass_at: at.toISOString(), ...figures })
    expect(Date.parse(later?.last_run_at ?? '')).toBeGreaterThan(at.getTime())
  })

  it('has the figures of the first pass while it is under way', async () => {
    await disagreements()
    await runLater(2, { pages: 1, pageSize: 2 })
    expect((await health()).reconcile).toMatchObject({
      finished_pass_at: null,
      deleted_orphans: 1,
    })
    expect((await health(asAdmin)).reconcile).toMatchObject({ finished_pass_at: null, scanned: 2 })
  })

  it('has the number of compared keys for an admin only: it would reveal the number of private clips', async () => {
    await disagreements()
    await runCron(twoHoursLater())
    expect((await health()).reconcile).not.toHaveProperty('scanned')
    expect((await health(asAdmin)).reconcile).toHaveProperty('scanned', 3)
    expect(await (await call('/metrics')).text()).not.toContain('clips_reconcile_scanned')
    const admin = await (await call('/metrics', { headers: asAdmin })).text()
    expect(admin).toContain('\nclips_reconcile_scanned 3\n')
  })

  it('stays null after a failed run', async () => {
    await disagreements()
    const bucket = wrapBucket(env.BUCKET, r2Error)
    await expect(runLater(2, {}, { bucket })).rejects.toThrow('10001')
    expect((await health()).reconcile).toBeNull()
  })
})
