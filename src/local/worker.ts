/** The Worker on this machine: `wrangler dev`, started again if it ends or if its Worker stays dead after a crash. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkPortIsFree } from './devOptions.ts'
import { Failure } from './failure.ts'
import { probePath } from './workerOutput.ts'
import { startWranglerDev } from './wranglerDev.ts'
import type { WranglerDev } from './wranglerDev.ts'

export type WorkerProcess = {
  url: string
  /** Resolves when wrangler listens on the port. Before that, another program may answer there. */
  listening: Promise<void>
  /** Rejects if wrangler ends before it listens, or would have to be started again too often. */
  failed: Promise<never>
  /** From now on, requests are printed. Those of the start are not. */
  printRequests: () => void
  stop: () => Promise<void>
}
type Options = {
  port: number
  state: string
  vars: Record<string, string>
  /** Whether all that wrangler prints is printed, as it is. */
  verbose: boolean
  /** Another main module than that of wrangler.toml. */
  main?: string
}

/** What lasts longer than one run of wrangler. */
type Session = { listened: () => void; hasListened: boolean; printsRequests: boolean; stopping: boolean }
type Run = Pick<WranglerDev, 'stop'> & { over: Promise<{ reason: string; exitCode: number }> }

const restartMs = 2000
const portFreeMs = 15_000
const healthyMs = 60_000
const requestMs = 3000
// wrangler itself starts what crashed again, within seconds.
const answerMs = 10_000
const restartLimit = { count: 5, withinMs: 600_000 }

/** Keeps `wrangler dev` running. `vars` override those of wrangler.toml and .dev.vars. */
export function startWorker(options: Options): WorkerProcess {
  const listening = Promise.withResolvers<void>()
  const session: Session = {
    listened: listening.resolve,
    hasListened: false,
    printsRequests: false,
    stopping: false,
  }
  let run = startRun(options, session)

  const keepRunning = async (): Promise<never> => {
    let restarts: number[] = []
    for (;;) {
      const { reason, exitCode } = await run.over
      await run.stop()
      restarts = [...restarts, Date.now()]
      if (session.stopping) return await forever
      if (!session.hasListened) throw new Failure(reason, exitCode)
      if (isTooOften(restarts)) throw new Failure(`${reason} That happened too often.`, exitCode)
      console.error(`${reason} Starting it again.`)
      await delay(restartMs)
      await waitUntilPortIsFree(options.port)
      if (session.stopping) return await forever
      run = startRun(options, session)
      void reportAnswer(urlOf(options))
    }
  }
  return {
    url: urlOf(options),
    listening: listening.promise,
    failed: keepRunning(),
    printRequests: () => void (session.printsRequests = true),
    async stop() {
      session.stopping = true
      await run.stop()
    },
  }
}

const forever = new Promise<never>(() => undefined)
const urlOf = ({ port }: Options) => `http://127.0.0.1:${port}`

/** Whether a part that was started again at these times is not to be started any more. */
export function isTooOften(restarts: readonly number[], { count, withinMs } = restartLimit): boolean {
  const [last = 0, first = -Infinity] = [restarts.at(-1), restarts.at(-1 - count)]
  return last - first < withinMs
}

/** Runs wrangler until it ends, or until a crash has left its Worker dead. */
function startRun(options: Options, session: Session): Run {
  const dead = Promise.withResolvers<{ reason: string; exitCode: number }>()
  let crashes = 0
  // Only a crash leads to a check: a Worker may be busy, reload, or be stopped in a debugger.
  const onCrash = async () => {
    const crash = ++crashes
    const answered = await answersWithin(urlOf(options), session.hasListened ? answerMs : healthyMs)
    // A later crash has a check of its own.
    if (!answered && crash === crashes) dead.resolve({ reason: 'The Worker does not answer.', exitCode: 1 })
  }
  const registry = join(options.state, 'wrangler/registry')
  const run = startWranglerDev(argumentsOf(options), registry, (line, raw, print) => {
    if (options.verbose) print(raw)
    else if (line && line.text !== '' && (line.about !== 'request' || session.printsRequests))
      print(line.text)
    if (line?.about === 'crash' && !session.stopping) void onCrash()
    if (line?.about !== 'listening') return
    session.hasListened = true
    session.listened()
  })
  const exited = run.exited.then((how) => {
    // A start that ends by itself has failed, whatever wrangler says: killed, it ends with 0.
    return { reason: `wrangler dev ended (${how}).`, exitCode: typeof how === 'number' && how > 0 ? how : 1 }
  })
  return { stop: run.stop, over: Promise.race([exited, dead.promise]) }
}

function argumentsOf({ port, state, vars, main }: Options): string[] {
  const args = main === undefined ? [] : [main]
  args.push('--ip', '127.0.0.1', '--port', String(port), '--persist-to', join(state, 'wrangler'))
  // Any free inspector port, so that two Workers can run at the same time.
  args.push('--inspector-port', '0', '--show-interactive-dev-session=false')
  for (const [name, value] of Object.entries(vars)) args.push('--var', `${name}:${value}`)
  return args
}

/** A killed process may hold its port for a moment. wrangler would fail. */
async function waitUntilPortIsFree(port: number): Promise<void> {
  const deadline = Date.now() + portFreeMs
  for (;;) {
    try {
      return await checkPortIsFree(port)
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(200)
    }
  }
}

/** Whether the Worker serves an asset, which needs no database. wrangler's proxy answers for a dead Worker, with an error. */
async function answersWithin(url: string, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms
  while (Date.now() < deadline) {
    try {
      const signal = AbortSignal.timeout(requestMs)
      if ((await fetch(url + probePath, { method: 'HEAD', signal })).ok) return true
    } catch {
      // Not listening yet, or no answer yet.
    }
    await delay(200)
  }
  return false
}

async function reportAnswer(url: string): Promise<void> {
  if (await answersWithin(url, healthyMs)) console.log('The Worker is running again.')
}

/** Waits until the Worker, its database and its storage are healthy. */
export async function waitUntilHealthy({ url, listening }: WorkerProcess): Promise<void> {
  const deadline = Date.now() + healthyMs
  await Promise.race([listening, delay(healthyMs, undefined, { ref: false })])
  let last = 'no answer'
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5000) })
      if (response.ok) return
      last = `${response.status} ${await response.text()}`
    } catch {
      // Not listening yet.
    }
    await delay(200)
  }
  throw new Failure(`The Worker did not become healthy in ${healthyMs / 1000} s: ${last}`)
}
