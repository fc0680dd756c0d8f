/** Starts what the tests in workerd need outside of it: one set of services for each vitest worker. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TestProject } from 'vitest/node'
import type { Services } from './serviceThread.ts'

declare module 'vitest' {
  interface ProvidedContext {
    services: Services[]
  }
}

/** Each worker takes some 500 MB, so a large machine gets no more than four. */
export const maxWorkers = Math.min(4, availableParallelism())

export default async function startServices(project: TestProject) {
  const threads = Array.from(
    { length: maxWorkers },
    () => new Worker(join(import.meta.dirname, 'serviceThread.ts')),
  )
  const started = threads.map(async (thread): Promise<Services> => {
    const [services] = await once(thread, 'message')
    return services
  })
  project.provide('services', await Promise.all(started))
  return async () => void (await Promise.all(threads.map(async (thread) => await thread.terminate())))
}
