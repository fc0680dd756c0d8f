/** The cron: what it runs, and what it logs. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { audioKey } from '../../src/audio/objects.ts'
import { runSteps } from '../../src/maintenance/scheduled.ts'
import { call, emptyLibrary, storedKeys } from '../support/api.ts'
import { disagreements, runCron } from '../support/cron.ts'
import { idOf, stores } from '../support/reconciling.ts'
import { withQueries } from '../support/withQueries.ts'

const twoHours = 2 * 60 * 60_000
const twoHoursLater = () => new Date(Date.now() + twoHours)

beforeEach(emptyLibrary)
afterEach(() => vi.restoreAllMocks())

describe('the cron', () => {
  it('runs the reconciler', async () => {
    await disagreements()
    await runCron(twoHoursLater())
    expect(await storedKeys()).toEqual([audioKey(idOf(2)), 'clips/readme.txt'])
  })

  it('uses its scheduled time: objects that are young then stay', async () => {
    await disagreements()
    await runCron(new Date(Date.now() - twoHours))
    await runCron(new Date())
    expect(await storedKeys()).toContain(audioKey(idOf(1)))
  })

  it('logs what each step did', async () => {
    const lines = vi.spyOn(console, 'info')
    await disagreements()
    await runCron(twoHoursLater())
    const written = lines.mock.calls.map(([line]) =>
      z.looseObject({ event: z.string() }).parse(JSON.parse(String(line))),
    )
    expect(written).toEqual([
      {
        level: 'info',
        event: 'maintenance',
        step: 'reconcile',
        finished_pass: true,
        scanned: 3,
        deleted_orphans: 1,
        deleted_incoming: 0,
        mismatched: 0,
        missing_audio: 1,
        missing: [idOf(3)],
        foreign_keys: 1,
        foreign: ['clips/readme.txt'],
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'maintenance',
        step: 'purges',
        purged: 0,
        pending: 0,
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'maintenance',
        step: 'api-keys',
        scanned: 0,
        deleted: 0,
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'maintenance',
        step: 'idempotency-keys',
        pruned: 0,
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'maintenance',
        step: 'clip-ids',
        pruned: 0,
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'maintenance',
        step: 'analyses',
        requested: 2,
        duration_ms: expect.any(Number),
      },
      { level: 'info', event: 'maintenance', step: 'plays', pruned: 0, duration_ms: expect.any(Number) },
    ])
  })

  it('updates the metrics', async () => {
    expect(await (await call('/metrics')).text()).not.toContain('clips_reconcile')
    await disagreements()
    await runCron(twoHoursLater())
    const metrics = await (await call('/metrics')).text()
    expect(metrics).toContain('\nclips_reconcile_deleted_orphans 1\n')
    expect(metrics).toContain('\nclips_reconcile_missing_audio 1\n')
  })

  it('deletes nothing without Postgres, and logs the failure', async () => {
    await disagreements()
    const lines = vi.spyOn(console, 'error')
    const cron = withQueries(
      async () => await Promise.reject(new Error('unavailable')),
      async () => await runCron(twoHoursLater()),
    )
    await expect(cron).rejects.toThrow('maintenance failed: reconcile, purges')
    expect(String(lines.mock.calls[0])).toContain('maintenance-failed')
    expect(await storedKeys()).toHaveLength(3)
  })

  it('goes on after a step that fails', async () => {
    const done: string[] = []
    const step = (name: string) => ({ name, run: async () => ({ pruned: done.push(name) }) })
    const failing = { name: 'b', run: async () => await Promise.reject(new Error('no')) }
    const run = runSteps([step('a'), failing, step('c')], stores(), new Date())
    await expect(run).rejects.toThrow('maintenance failed: b')
    expect(done).toEqual(['a', 'c'])
  })
})
