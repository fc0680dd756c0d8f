import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Either the file is ours until `release`, or the process that has it. */
export type PidClaim = { release: () => void } | { heldBy: number }

/** Claims what a pid file stands for; a file left behind by a dead process is taken over. */
export function claimPidFile(path: string): PidClaim {
  const holder = livingHolder(path)
  if (holder !== undefined) return { heldBy: holder }
  rmSync(path, { force: true })
  // Of two processes that get here at once, `wx` fails for one.
  writeFileSync(path, `${process.pid}\n`, { flag: 'wx' })
  return { release: () => rmSync(path, { force: true }) }
}

function livingHolder(path: string): number | undefined {
  const pid = Number(readIfThere(path))
  // A container starts everything under the same pids again: our own number is a leftover.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || pid === process.ppid) return undefined
  return isAlive(pid) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
