/** Finds the workerd process that runs our Worker, and its inspector. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { z } from 'zod'

export type WorkerProcess = { pid: number; inspector: string }

const Targets = z.array(z.object({ id: z.string() }))

/** `ancestor` started it, directly or not; wrangler's own proxy is a workerd too, without our Worker. */
export async function findWorkerProcess(ancestor: number): Promise<WorkerProcess> {
  for (const pid of descendants(ancestor)) {
    if (!readProc(pid, 'cmdline').includes('--inspector-addr')) continue
    for (const port of listeningPorts(pid)) {
      const inspector = `127.0.0.1:${port}`
      if ((await inspectorTargets(inspector)).includes('core:user:clips')) return { pid, inspector }
    }
  }
  throw new Error('no workerd runs the Worker "clips"')
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1]) * 1024
}

/** User and system time of a process, in seconds. A tick of Linux is a hundredth. */
export function cpuSeconds(pid: number): number {
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function descendants(ancestor: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(readProc(Number(name), 'status'))?.[1]))
  }
  const isUnder = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && (parent === ancestor || isUnder(parent))
  }
  return [...parents.keys()].filter(isUnder)
}

function listeningPorts(pid: number): number[] {
  const folder = `/proc/${pid}/fd`
  const sockets = new Set(
    readdirSync(folder).map((fd) => /^socket:\[(\d+)\]/.exec(linkOf(`${folder}/${fd}`))?.[1]),
  )
  const listening = '0A'
  return readProc(pid, 'net/tcp')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === listening && sockets.has(columns[9]))
    .map((columns) => parseInt(columns[1]?.split(':')[1] ?? '', 16))
}

async function inspectorTargets(address: string): Promise<string[]> {
  try {
    const response = await fetch(`http://${address}/json`, { signal: AbortSignal.timeout(2000) })
    return Targets.parse(await response.json()).map(({ id }) => id)
  } catch {
    // Another port of the same process.
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
