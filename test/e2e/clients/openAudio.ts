/** Which stored audio the processes of this machine have open. */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** The processes that have stored audio open, once for each time that they have. */
export function readersOf(state: string): number[] {
  // Where Miniflare, which stands in for R2, keeps what is stored.
  const stored = new RegExp(`^${RegExp.escape(join(realpathSync(state), 'wrangler/v3/r2'))}/[^/]+/blobs/`)
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.flatMap((pid) =>
    openFiles(pid)
      .filter((path) => stored.test(path))
      .map(() => Number(pid)),
  )
}

/** Bytes of memory that a process has. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((name) => linkAt(join(folder, name)))
  } catch {
    return [] // it has ended, or is someone else's
  }
}

function linkAt(path: string): string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    return [] // closed meanwhile
  }
}
