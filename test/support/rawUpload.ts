/** Uploads of a raw body, and what they leave. */
import { expect } from 'vitest'
import { asAdmin, call, countRows, fixture, storedKeys } from './api.ts'

export const rawHeaders = { ...asAdmin, 'Content-Type': 'audio/ogg' }

/** Uploads a raw body. */
export async function postRaw(
  headers: Record<string, string>,
  body: BodyInit = fixture('opus.opus'),
  query = 'title=x',
): Promise<Response> {
  return await call(`/api/clips?${query}`, { method: 'POST', headers: { ...rawHeaders, ...headers }, body })
}

/** A digest, in Base64. */
export async function digestOf(algorithm: string, data: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest(algorithm, data)).toBase64()
}

/** Expects so many clips, each with its row and its object, and nothing else. */
export async function expectClips(count: number): Promise<void> {
  const keys = await storedKeys()
  expect(await countRows()).toBe(count)
  expect(keys.filter((key) => key.startsWith('clips/'))).toHaveLength(count)
  expect(keys.filter((key) => key.startsWith('incoming/'))).toEqual([])
}
