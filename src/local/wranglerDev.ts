/** One run of `wrangler dev`, in a process group of its own. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { projectFolder } from './cloudflare.ts'
import { createReader } from './workerOutput.ts'
import type { Shown } from './workerOutput.ts'

export type WranglerDev = {
  /** The exit code of wrangler, or its signal. */
  exited: Promise<string | number>
  /** Ends all processes of the run. */
  stop: () => Promise<void>
}
/** `line` is undefined for what says nothing to the user. */
type OnLine = (line: Shown | undefined, raw: string, print: (text: string) => void) => void

// wrangler must not use the network: for metrics, a newer version, or a sample `request.cf`.
const offline = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}
const stopMs = 5000

/** Runs `wrangler dev` with these arguments. `registry` is the folder where running Workers find each other. */
export function startWranglerDev(args: string[], registry: string, onLine: OnLine): WranglerDev {
  const wrangler = fork(join(import.meta.dirname, 'wranglerProcess.ts'), ['dev', ...args], {
    cwd: projectFolder,
    env: {
      ...process.env,
      ...offline,
      // In the registry of the user, another `npm run dev` would replace our entry: both are named `clips`.
      CLOUDFLARE_DEV_REGISTRY_PATH: registry,
      // With fewer lines, nobody would see that the Worker crashed.
      WRANGLER_LOG: process.env['WRANGLER_LOG'] === 'debug' ? 'debug' : 'log',
    },
    // The channel closes when this process ends in any way, and that ends wrangler.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a process group of its own, workerd can be stopped with it.
    detached: true,
  })
  readOutput(wrangler, onLine)
  const exited = once(wrangler, 'exit').then(([code, signal]: unknown[]) =>
    typeof code === 'number' ? code : String(signal),
  )
  return {
    exited,
    async stop() {
      signalGroup(wrangler, 'SIGTERM')
      await Promise.race([exited, delay(stopMs, undefined, { ref: false })])
      // Ends what still runs, workerd included.
      signalGroup(wrangler, 'SIGKILL')
    },
  }
}

/** Reads the standard error apart from the standard output, because their blocks of lines must not mix. */
function readOutput({ stdout, stderr }: ChildProcess, onLine: OnLine): void {
  for (const [stream, print] of [
    [stdout, console.log],
    [stderr, console.error],
  ] as const) {
    if (!stream) continue
    const read = createReader()
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (raw) => onLine(read(raw), raw, print))
  }
}

function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  if (leader.pid === undefined) return
  try {
    process.kill(-leader.pid, signal)
  } catch {
    // The group has ended already.
  }
}
