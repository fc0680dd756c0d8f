/** Analyses as the queue delivers them. Nobody consumes that queue in the tests. */
import { createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { queueHandler } from '../../src/maintenance/queues.ts'
import { asAdmin, call } from './api.ts'
import { contextWith, uncached, type Bindings } from './product.ts'

/** Delivers an analysis: whether it was acknowledged, or the seconds until it comes again. */
export async function deliverAnalysis(body: unknown, changed: Partial<Bindings> = {}, attempts = 1) {
  const batch = createMessageBatch('clips-analyses', [{ id: '1', timestamp: new Date(), attempts, body }])
  const retried = batch.messages.map((message) => vi.spyOn(message, 'retry'))
  const context = contextWith(uncached())
  await queueHandler(batch, Object.assign({ ...env }, changed), context)
  const { explicitAcks } = await getQueueResult(batch, context)
  return { acked: explicitAcks.length === 1, again: retried[0]?.mock.lastCall?.[0]?.delaySeconds }
}

export const done = { acked: true, again: undefined }
/** It comes again after so many seconds. */
export const again = (seconds: number) => ({ acked: false, again: seconds })

/** Analyses a clip, and reads it. */
export async function analysed(clip: string): Promise<Clip> {
  const { acked } = await deliverAnalysis({ clip })
  if (!acked) throw new Error('the analysis failed')
  return await readClip(clip)
}

export async function readClip(id: string): Promise<Clip> {
  return Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
}
