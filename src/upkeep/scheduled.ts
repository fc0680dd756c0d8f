/** What the cron trigger starts: one after the other, and none stops the next. */
import { connect } from '../db/connection.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { readSettings } from '../http/settings.ts'
import { prunePlays } from '../plays/prunePlays.ts'

export async function scheduled(_: ScheduledController, env: Env): Promise<void> {
  const { database } = readSettings(env)
  await run('prune-plays', async () => ({ pruned: await prunePlays(connect(database)) }))
}

async function run(job: string, work: () => Promise<Record<string, unknown>>): Promise<void> {
  try {
    logLine('info', job, await work())
  } catch (error) {
    logLine('error', job, { error: describeError(error) })
  }
}
