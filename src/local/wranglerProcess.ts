/**
 * Runs wrangler with this process's arguments, and ends as wrangler ends. The process leads a group of its own, to which
 * wrangler and workerd belong: whoever started it stops them by the group, and when that one is gone, so is the group.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const wranglerScript = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')

/** At once, for whoever starts again on the same state must not find workerd still writing there. */
function endGroup(): void {
  process.kill(-process.pid, 'SIGKILL')
}

// The process that started this one is gone, and did not stop it before.
process.on('disconnect', endGroup)
if (!process.connected) endGroup()
// It reaches the whole group; this process goes when wrangler has gone.
process.on('SIGTERM', () => undefined)

const wrangler = spawn(process.execPath, [wranglerScript, ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
wrangler.once('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
