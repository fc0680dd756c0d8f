/** Locks a state folder with a pid file. The lock of a process that has ended is taken over. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, oneLineMessage } from './failure.ts'

/** The file is ours until `release`, or another process holds it. */
export type PidClaim = { release: () => void } | { heldBy: number }

/** Claims the folder under a name, and returns the release. Fails if another process has claimed it. */
export function claimStateFolder(state: string, name: string): () => void {
  const file = join(state, `${name}.pid`)
  const claim = claimWritable(state, file)
  if ('release' in claim) return claim.release
  throw new Failure(
    `The state folder ${state} is in use by process ${claim.heldBy}, according to ${file}. ` +
      'Stop that process, choose another folder with --state, or delete the file if it is wrong.',
  )
}

function claimWritable(state: string, file: string): PidClaim {
  try {
    mkdirSync(state, { recursive: true })
    return claimPidFile(file)
  } catch (error) {
    throw new Failure(
      `The state folder ${state} cannot be written: ${oneLineMessage(error)}. Choose another with --state.`,
    )
  }
}

/** Creates the pid file, or returns the running process that holds it. The file of a dead process is taken over. */
export function claimPidFile(path: string): PidClaim {
  for (;;) {
    if (create(path)) return { release: () => rmSync(path, { force: true }) }
    const holder = runningHolder(readIfExists(path))
    if (holder !== undefined) return { heldBy: holder }
    // One process at a time may take over: a second would remove the new file of the first.
    const turn = claimPidFile(`${path}.turn`)
    if ('heldBy' in turn) return turn
    try {
      const left = readIfExists(path)
      if (left !== undefined && runningHolder(left) === undefined) rmSync(path)
    } finally {
      turn.release()
    }
  }
}

/** Creates the file unless it exists. A hard link appears with its whole text, or not at all. */
function create(path: string): boolean {
  const unlinked = `${path}.${randomUUID()}`
  try {
    // Process numbers are reused, so the start of the process is written too.
    writeFileSync(unlinked, `${process.pid}\n${startTimeOf(process.pid) ?? ''}\n`)
    linkSync(unlinked, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(unlinked, { force: true })
  }
}

function runningHolder(text = ''): number | undefined {
  const [number, start] = text.split('\n')
  const pid = Number(number)
  // A container starts its processes with the same numbers again: our own number is a leftover.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || pid === process.ppid) return undefined
  return isRunning(pid, start || undefined) ? pid : undefined
}

function readIfExists(path: string): string | undefined {
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

/** Whether a process with this number runs, and started at that time if the time is known. */
function isRunning(pid: number, start: string | undefined): boolean {
  if (!hasProcess(pid)) return false
  const found = startTimeOf(pid)
  return start === undefined || found === undefined || found === start
}

/** When a process started, as its system says it; undefined if that is unknown. */
function startTimeOf(pid: number): string | undefined {
  try {
    return (process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)) || undefined
  } catch {
    return undefined
  }
}

/** Ticks since the system started (proc_pid_stat(5), field 22). */
function startTimeFromProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // Field 2, the command, may contain spaces and parentheses. Field 3 follows its last parenthesis.
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fromThird[22 - 3]
}

function startTimeFromPs(pid: number): string {
  // The same text in every locale and time zone.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const args = ['-o', 'lstart=', '-p', String(pid)]
  return execFileSync('ps', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
