import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether a process has this number and started then; where a start is not known, whether one has this number. */
export function mayRun(pid: number, start: string | undefined): boolean {
  if (!hasProcess(pid)) return false
  const found = startOf(pid)
  return start === undefined || found === undefined || found === start
}

/** When a process started, in its system's words; undefined where they cannot be had. */
export function startOf(pid: number): string | undefined {
  try {
    return (process.platform === 'linux' ? startInProc(pid) : startFromPs(pid)) || undefined
  } catch {
    return undefined
  }
}

/** Ticks since the system started (proc_pid_stat(5), field 22). */
function startInProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // Field 2, the command, may hold spaces and parentheses; field 3 follows its last parenthesis.
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fromThird[22 - 3]
}

function startFromPs(pid: number): string {
  // The same words whoever asks, and from wherever.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const args = ['-o', 'lstart=', '-p', String(pid)]
  return execFileSync('ps', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
