/** The local database as a child process, which is restarted if it dies. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { Failure } from './failure.ts'

/** The message of databaseServer.ts: that it has started, or why it could not. */
export type StartReport = z.infer<typeof startReport>
const startReport = z.union([z.object({ endpoint: z.string() }), z.object({ failure: z.string() })])

export type DatabaseProcess = { endpoint: Promise<string>; stop: () => Promise<void> }
type Options = { state: string; postgres?: string | undefined; restartMs?: number }

/** Keeps the local database running. If it dies, it is started again on the same port. */
export function startDatabase({ state, postgres, restartMs = 2000 }: Options): DatabaseProcess {
  const started = Promise.withResolvers<string>()
  let child: ChildProcess
  let stopping = false
  let endpoint: string | undefined
  let failure: string | undefined

  const start = () => {
    failure = undefined
    child = forkServer(state, postgres, endpoint)
    child.once('message', (message) => {
      const report = startReport.parse(message)
      if ('failure' in report) {
        failure = report.failure
        return
      }
      if (endpoint !== undefined) console.log('The local database is running again.')
      endpoint = report.endpoint
      started.resolve(endpoint)
    })
    child.once('exit', async () => {
      if (stopping) return
      const reason = failure ?? 'The local database stopped.'
      if (endpoint === undefined) return started.reject(new Failure(reason))
      await delay(restartMs)
      // If everything stops at once, the database may end before `stop` is called.
      if (stopping) return
      console.error(`${reason} Starting it again.`)
      start()
    })
  }
  start()

  return {
    endpoint: started.promise,
    async stop() {
      stopping = true
      await end(child)
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  // PGlite cannot react during a long query. It recovers from its log at the next start.
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(timer)
}

function forkServer(state: string, postgres: string | undefined, endpoint: string | undefined): ChildProcess {
  // The Worker knows the first port, so a restarted database uses it again.
  const port = endpoint === undefined ? '0' : new URL(endpoint).port
  const from = postgres === undefined ? [] : ['--postgres', postgres]
  return fork(join(import.meta.dirname, 'databaseServer.ts'), ['--state', state, '--port', port, ...from])
}
