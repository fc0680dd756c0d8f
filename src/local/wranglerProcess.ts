/**
 * Runs wrangler with the arguments of this process, and ends like wrangler. It leads a process group, to which wrangler and
 * workerd belong. The parent stops the group; if the parent dies, the group ends too.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const wranglerScript = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')

/** At once: a new start on the same state must not meet a workerd that still writes there. */
function endGroup(): void {
  process.kill(-process.pid, 'SIGKILL')
}

// The parent has ended without stopping this process.
process.on('disconnect', endGroup)
if (!process.connected) endGroup()
// SIGTERM reaches the whole group. This process ends after wrangler.
process.on('SIGTERM', () => undefined)

const wrangler = spawn(process.execPath, [wranglerScript, ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
wrangler.once('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
