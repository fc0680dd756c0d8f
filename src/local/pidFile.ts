import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mayRun, startOf } from './runningProcess.ts'

/** Either the file is ours until `release`, or the process that has it. */
export type PidClaim = { release: () => void } | { heldBy: number }

/** Claims what a pid file stands for; a file left behind by a dead process is taken over. */
export function claimPidFile(path: string): PidClaim {
  const holder = livingHolder(readIfThere(path))
  if (holder !== undefined) return { heldBy: holder }
  rmSync(path, { force: true })
  // Of two processes that get here at once, `wx` fails for one. Numbers come into use again, so when the process started
  // belongs to it.
  writeFileSync(path, `${process.pid}\n${startOf(process.pid) ?? ''}\n`, { flag: 'wx' })
  return { release: () => rmSync(path, { force: true }) }
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
