/** How far the memory of a Worker rises above its idle level while something is done. */
import { setTimeout as delay } from 'node:timers/promises'
import { openIsolateHeap } from './isolateHeap.ts'
import { findWorkerProcess, residentBytes } from './workerProcess.ts'

/** In bytes: the whole process, the Worker's isolate, and the isolate of the stand-in for R2. */
export type Memory = { process: number; worker: number; storage: number }

export type MemoryGauge = {
  growthDuring: (action: () => Promise<void>) => Promise<Memory>
  /** The highest level itself. */
  peakDuring: (action: () => Promise<void>) => Promise<Memory>
  close: () => void
}

const sampleMs = 20
const settleMs = 1500

/** `ancestor` is the process that started workerd. */
export async function openMemoryGauge(ancestor: number): Promise<MemoryGauge> {
  const { pid, inspector } = await findWorkerProcess(ancestor)
  const worker = openIsolateHeap(inspector, 'core:user:clips')
  const storage = openIsolateHeap(inspector, 'r2:bucket')
  const sources: { [Part in keyof Memory]: () => number | Promise<number> } = {
    process: () => residentBytes(pid),
    worker: worker.usedBytes,
    storage: storage.usedBytes,
  }
  const idleLevels = async (): Promise<Memory> => ({
    process: await sources.process(),
    worker: await sources.worker(),
    storage: await sources.storage(),
  })
  const peakDuring = async (action: () => Promise<void>): Promise<Memory> => {
    const done = new AbortController()
    // Each on its own: an isolate answers between two pieces of its work, the process at once.
    const peaks = Promise.all([
      peakOf(sources.process, done.signal),
      peakOf(sources.worker, done.signal),
      peakOf(sources.storage, done.signal),
    ])
    await action().finally(() => done.abort())
    const [process, workerIsolate, storageIsolate] = await peaks
    return { process, worker: workerIsolate, storage: storageIsolate }
  }
  return {
    peakDuring,
    async growthDuring(action) {
      await delay(settleMs)
      // Before anything begins: an isolate that is busy, or a session that is opened anew, answers late.
      const idle = await idleLevels()
      const peak = await peakDuring(action)
      return {
        process: peak.process - idle.process,
        worker: peak.worker - idle.worker,
        storage: peak.storage - idle.storage,
      }
    },
    close() {
      worker.close()
      storage.close()
    },
  }
}

/** The highest of what is read until `done`, and once more then. */
async function peakOf(read: () => number | Promise<number>, done: AbortSignal): Promise<number> {
  let peak = 0
  do {
    peak = Math.max(peak, await read())
    await delay(sampleMs)
  } while (!done.aborted)
  return Math.max(peak, await read())
}
