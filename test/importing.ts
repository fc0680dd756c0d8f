/** Imports by URL, as the tests ask for them. */
import { expect, inject, vi } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call } from './api.ts'

/** Where the sources of `startSource.ts` are. */
export const source = inject('sourceUrl')

/** What sources say that must not be quoted. */
export const secret = /hunter2|app\.js|\bat \w+ \(|doctype|Error/

export function asking(body: unknown): RequestInit {
  const headers = { ...asAdmin, 'Content-Type': 'application/json' }
  return { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

/** Imports from a path of the sources, or from a whole URL. */
export async function importFrom(url: string, fields: object = { title: 'Imported' }): Promise<Response> {
  return await call('/api/clips', asking({ url: new URL(url, source).href, ...fields }))
}

export async function imported(...args: Parameters<typeof importFrom>): Promise<Clip> {
  const response = await importFrom(...args)
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(201)
  return Clip.parse(body)
}

/** What the sources say of themselves. */
export async function fromSource(path: string): Promise<unknown> {
  return await (await fetch(new URL(path, source).href)).json()
}

/** Whatever came of it, no connection is left open. */
export async function noneOpen(): Promise<void> {
  await vi.waitFor(async () => expect(await fromSource('/open')).toBe(0), { timeout: 5000 })
}
