/** Starts the product for the end-to-end tests, with a state folder that is deleted afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startProduct } from './startProduct.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the product answers, such as `http://127.0.0.1:8900`. */
    clipsUrl: string
    /** Its state folder. */
    clipsState: string
  }
}

export default async function startClips(project: TestProject) {
  const state = await mkdtemp(join(tmpdir(), 'clips-e2e-'))
  const product = await startProduct(state)
  project.provide('clipsUrl', product.url)
  project.provide('clipsState', state)
  return async () => {
    await product.stop()
    await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
