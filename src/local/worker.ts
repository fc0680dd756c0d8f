/** The Worker on this machine: `wrangler dev` in a process group of its own. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from './failure.ts'
import { createReader } from './workerOutput.ts'

export type WorkerProcess = {
  url: string
  /** Rejects if wrangler ends by itself. */
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

const projectFolder = join(import.meta.dirname, '../..')
// wrangler must not use the network: for metrics, a newer version, or a sample `request.cf`.
const offline = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}
const stopMs = 5000
const healthyMs = 60_000

/** Runs `wrangler dev`. `vars` override those of wrangler.toml and .dev.vars. */
export function startWorker({ port, state, vars, verbose, main }: Options): WorkerProcess {
  const options = ['--ip', '127.0.0.1', '--port', String(port), '--persist-to', join(state, 'wrangler')]
  // Any free inspector port, so that two Workers can run at the same time.
  options.push('--inspector-port', '0', '--show-interactive-dev-session=false')
  for (const [name, value] of Object.entries(vars)) options.push('--var', `${name}:${value}`)
  const wrangler = fork(
    join(import.meta.dirname, 'wranglerProcess.ts'),
    ['dev', ...(main === undefined ? [] : [main]), ...options],
    {
      cwd: projectFolder,
      env: { ...process.env, ...offline },
      // The channel closes when this process ends in any way, and that ends wrangler.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // In a process group of its own, workerd can be stopped with it.
      detached: true,
    },
  )
  const exited = once(wrangler, 'exit')
  const output = printOutput(wrangler, verbose)
  return {
    url: `http://127.0.0.1:${port}`,
    failed: exited.then(([code, signal]: unknown[]) => {
      throw new Failure(`wrangler dev ended (${String(code ?? signal)})`, typeof code === 'number' ? code : 1)
    }),
    printRequests: output.printRequests,
    async stop() {
      signalGroup(wrangler, 'SIGTERM')
      await Promise.race([exited, delay(stopMs, undefined, { ref: false })])
      // Ends what still runs, workerd included.
      signalGroup(wrangler, 'SIGKILL')
    },
  }
}

/** Prints what wrangler prints, made readable. Its standard error is read apart, because its blocks must not mix. */
function printOutput({ stdout, stderr }: ChildProcess, verbose: boolean) {
  let printsRequests = false
  for (const [stream, print] of [
    [stdout, console.log],
    [stderr, console.error],
  ] as const) {
    if (!stream) continue
    const read = createReader()
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      const shown = verbose ? { about: 'other', text: line } : read(line)
      if (shown?.about === 'other' || (shown && printsRequests)) print(shown.text)
    })
  }
  return { printRequests: () => void (printsRequests = true) }
}

function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  if (leader.pid === undefined) return
  try {
    process.kill(-leader.pid, signal)
  } catch {
    // The group has ended already.
  }
}

/** Waits until the Worker, its database and its storage are healthy. */
export async function waitUntilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + healthyMs
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
