/** The processes of this machine. */
import { spawnSync } from 'node:child_process'

export type Process = { pid: number; parent: number; command: string }

/** All running processes. A zombie (Z) has ended and only waits for its parent. */
function allProcesses(): Process[] {
  const listed = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return [...listed.stdout.matchAll(/^ *(\d+) +(\d+) +([^Z\s]\S*) +(.*)$/gm)].map(
    ([, pid, parent, , command]) => ({ pid: Number(pid), parent: Number(parent), command: command ?? '' }),
  )
}

/** What a process has started, directly or not. */
export function descendants(parent: number, all = allProcesses()): Process[] {
  return all
    .filter((one) => one.parent === parent)
    .flatMap((child) => [child, ...descendants(child.pid, all)])
}

/** Those that are still running. The command is compared too, because the system uses pids again. */
export function stillRunning(processes: Process[]): Process[] {
  const all = allProcesses()
  return processes.filter(({ pid, command }) => all.some((one) => one.pid === pid && one.command === command))
}
