import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mayRun, startOf } from './runningProcess.ts'

/** Either the file is ours until `release`, or the process that has it. */
export type PidClaim = { release: () => void } | { heldBy: number }

/** Claims what a pid file stands for; a file left behind by a dead process is taken over. */
export function claimPidFile(path: string): PidClaim {
  for (;;) {
    if (create(path)) return { release: () => rmSync(path, { force: true }) }
    const holder = livingHolder(readIfThere(path))
    if (holder !== undefined) return { heldBy: holder }
    // One at a time: a second would remove what the first has just made its own. Whoever has the turn goes before us.
    const turn = claimPidFile(`${path}.turn`)
    if ('heldBy' in turn) return turn
    try {
      const left = readIfThere(path)
      if (left !== undefined && livingHolder(left) === undefined) rmSync(path)
    } finally {
      turn.release()
    }
  }
}

/** Makes the file, unless it is there. A link, as it appears with its text or not at all. */
function create(path: string): boolean {
  const unlinked = `${path}.${randomUUID()}`
  try {
    // Numbers come into use again, so when the process started belongs to it.
    writeFileSync(unlinked, `${process.pid}\n${startOf(process.pid) ?? ''}\n`)
    linkSync(unlinked, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(unlinked, { force: true })
  }
}

function livingHolder(text = ''): number | undefined {
  const [number, start] = text.split('\n')
  const pid = Number(number)
  // A container starts everything under the same pids again: our own number is a leftover.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || pid === process.ppid) return undefined
  return mayRun(pid, start || undefined) ? pid : undefined
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
