/// <reference types="vite/types/importMeta.d.ts" />
/** The API as the tests use it: requests through the front door, and a look at what lies behind. */
import { env, exports } from 'cloudflare:workers'
import { neon } from '@neondatabase/serverless'
import { expect } from 'vitest'
import { z } from 'zod'
import { connect } from '../src/db/connection.ts'
import { readSettings } from '../src/http/settings.ts'
import { Clip } from '../src/clips/clip.ts'

export const origin = 'https://clips.test'
export const adminKey = 'clips_test_admin'
export const asAdmin = { Authorization: `Bearer ${adminKey}` }

/** Sends a request through the Worker's default entrypoint. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return await exports.default.fetch(new Request(new URL(path, origin), { redirect: 'manual', ...init }))
}

/** The audio in test/fixtures, by file name. */
const fixtures = import.meta.glob<string>('./fixtures/*.{mp3,m4a,mp4,flac,wav,ogg,opus,webm,aac,aiff}', {
  query: '?inline',
  import: 'default',
  eager: true,
})

export function fixture(name: string): Uint8Array {
  const url = fixtures[`./fixtures/${name}`]
  if (!url) throw new Error(`there is no fixture ${name}`)
  return Uint8Array.fromBase64(url.slice(url.indexOf(',') + 1))
}

/** Uploads a form; `fields` beside the file. */
export async function upload(
  file: Uint8Array,
  fields: Record<string, string | string[]> = {},
  fileName = 'song.mp3',
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
  form.append('file', new File([file], fileName))
  return await call('/api/clips?allow_duplicate=1', { method: 'POST', headers: asAdmin, body: form })
}

/** Uploads, and expects the clip. */
export async function uploaded(...args: Parameters<typeof upload>): Promise<Clip> {
  const response = await upload(...args)
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(201)
  return Clip.parse(body)
}

/** Sends JSON. */
export async function sendJson(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init = {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  return await call(path, init)
}

const ProblemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  request_id: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** Expects problem details of this status and name, and nothing that may be stored. */
export async function expectProblem(response: Response, status: number, name: string) {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const problem = ProblemBody.parse(JSON.parse(text))
  expect(problem.type).toBe(`urn:clips:problem:${name}`)
  expect(problem.status).toBe(status)
  return problem
}

export function database() {
  return connect(readSettings(env).database)
}

/** Every key in the bucket. */
export async function storedKeys(): Promise<string[]> {
  const keys: string[] = []
  let page: R2Objects | undefined
  do {
    page = await env.BUCKET.list({ cursor: page?.truncated ? page.cursor : undefined })
    keys.push(...page.objects.map(({ key }) => key))
  } while (page.truncated)
  return keys.toSorted()
}

export async function countRows(): Promise<number> {
  const rows = await sql()`select count(*)::int as n from clips`
  return z.object({ n: z.number() }).parse(rows[0]).n
}

/** No clip, no object, nothing remembered. */
export async function emptyLibrary(): Promise<void> {
  await sql()`truncate clips, idempotency_keys, api_keys, upkeep, play_events, library_days cascade`
  const keys = await storedKeys()
  const maxKeysAtOnce = 1000
  while (keys.length > 0) await env.BUCKET.delete(keys.splice(0, maxKeysAtOnce))
}

function sql() {
  const { url, endpoint } = readSettings(env).database
  connect({ url, endpoint })
  return neon(url)
}
