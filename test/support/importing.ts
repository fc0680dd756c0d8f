/** Imports by URL. */
import { expect, vi } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call } from './api.ts'
import { sourceUrl } from './services.ts'

/** What sources send that no answer may quote. */
export const secret = /hunter2|app\.js|\bat \w+ \(|doctype|Error/

export function asking(body: unknown): RequestInit {
  const headers = { ...asAdmin, 'Content-Type': 'application/json' }
  return { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

/** Imports from a path of the sources, or from a whole URL. */
export async function importFrom(url: string, fields: object = { title: 'Imported' }): Promise<Response> {
  return await call('/api/clips', asking({ url: new URL(url, sourceUrl).href, ...fields }))
}

/** The same, of audio that the library may have already. */
export async function importDuplicate(path: string, fields: object): Promise<Response> {
  return await call('/api/clips?allow_duplicate=1', asking({ url: new URL(path, sourceUrl).href, ...fields }))
}

export async function imported(...args: Parameters<typeof importFrom>): Promise<Clip> {
  const response = await importFrom(...args)
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(201)
  return Clip.parse(body)
}

/** What the source server records. */
export async function fromSource(path: string): Promise<unknown> {
  return await (await fetch(new URL(path, sourceUrl).href)).json()
}

/** Expects that no connection to the source server is left open. */
export async function noneOpen(): Promise<void> {
  await vi.waitFor(async () => expect(await fromSource('/open')).toBe(0), { timeout: 5000 })
}
