/** The database process of the running product: what happens when it dies. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Kills the database, and again whenever it is restarted, until `release`. */
export function keepDatabaseDown(state: string): { release: () => Promise<void> } {
  const released = new AbortController()
  const kill = () => {
    const pid = databasePid(state)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  const hold = async () => {
    while (!released.signal.aborted) {
      await delay(50)
      kill()
    }
  }
  kill()
  const holding = hold()
  return {
    async release() {
      released.abort()
      await holding
    },
  }
}

/** The process named in the state folder, if it still is the database. */
function databasePid(state: string): number | undefined {
  const pid = parseInt(contents(join(state, 'postgres.pid')), 10)
  return pid > 0 && contents(`/proc/${pid}/cmdline`).includes('databaseServer') ? pid : undefined
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
