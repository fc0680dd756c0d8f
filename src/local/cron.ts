/** Runs the cron of wrangler.toml on this machine, where nothing else triggers it. */
import { join } from 'node:path'
import { Cron } from 'croner'
import { oneLineMessage } from './failure.ts'

const triggerTimeoutMs = 120_000

/** The schedules of wrangler.toml. */
export async function readCrons(): Promise<string[]> {
  // wrangler takes a second to load, and nothing waits for it here.
  const { unstable_readConfig } = await import('wrangler')
  return (
    unstable_readConfig({ config: join(import.meta.dirname, '../../wrangler.toml') }).triggers.crons ?? []
  )
}

/**
 * Triggers the Worker at `url` by the schedules, in UTC as on Cloudflare, and once at the start: a session may be shorter than
 * an interval. A run that fails is printed, and the next one comes nevertheless.
 */
export function startCron(schedules: string[], url: string): { stop: () => void } {
  const jobs = schedules.map((schedule) => {
    const run = async () => await trigger(url, schedule)
    return new Cron(schedule, { timezone: 'UTC', protect: true }, run)
  })
  for (const job of jobs) void job.trigger()
  return {
    stop: () => {
      for (const job of jobs) job.stop()
    },
  }
}

async function trigger(url: string, schedule: string): Promise<void> {
  try {
    const query = new URLSearchParams({ cron: schedule })
    const response = await fetch(`${url}/cdn-cgi/handler/scheduled?${query.toString()}`, {
      signal: AbortSignal.timeout(triggerTimeoutMs),
    })
    if (!response.ok) console.error(`The cron failed: ${response.status} ${await response.text()}`)
  } catch (error) {
    console.error(`The cron could not be triggered: ${oneLineMessage(error)}`)
  }
}
