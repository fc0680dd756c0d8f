/// <reference types="vite/types/importMeta.d.ts" />
/** The API as the tests use it: requests to the Worker, and what R2 and Postgres hold afterwards. */
import { env, exports } from 'cloudflare:workers'
import { neon } from '@neondatabase/serverless'
import { hc } from 'hono/client'
import { expect } from 'vitest'
import { z } from 'zod'
import { CreatedApiKey } from '../../src/access/apiKeys.ts'
import type { app } from '../../src/app.ts'
import { connect } from '../../src/db/connection.ts'
import { readSettings } from '../../src/http/settings.ts'
import { Clip } from '../../src/clips/clip.ts'
import { declarationOf, requireDeclared } from './declared.ts'

export const origin = 'https://clips.test'
export const adminKey = 'clips_test_admin'
export const bearer = (key: string) => ({ Authorization: `Bearer ${key}` })
export const asAdmin = bearer(adminKey)
/** A well-formed id that no clip has. */
export const unknownId = '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'

/** Sends a request through the Worker's default entrypoint. The response must be one that its route declares. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(new URL(path, origin), { redirect: 'manual', ...init })
  const response = await exports.default.fetch(request)
  const route = declarationOf(request.method, new URL(request.url).pathname)
  if (route) await requireDeclared(route, request.method, response)
  return response
}

/** The typed client: every path, parameter, status and body as the routes declare them. */
export const client = hc<typeof app>(origin, {
  fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
    const { url } = new Request(input)
    return await call(url, init)
  },
})

/** The audio in test/fixtures, by file name. */
const fixtures = import.meta.glob<string>('../fixtures/*.{mp3,m4a,mp4,flac,wav,ogg,opus,webm,aac,aiff}', {
  query: '?inline',
  import: 'default',
  eager: true,
})

export function fixture(name: string): Uint8Array {
  const url = fixtures[`../fixtures/${name}`]
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

export type MadeKey = z.output<typeof CreatedApiKey>

/** Makes an API key. */
export async function makeKey(scopes: string[], more: object = {}): Promise<MadeKey> {
  const response = await sendJson('POST', '/api/keys', { name: 'Test', scopes, ...more }, asAdmin)
  expect(response.status).toBe(201)
  return CreatedApiKey.parse(await response.json())
}

/** Uploads a clip with this key. */
export async function uploadAs(key: string, visibility = 'private'): Promise<Clip> {
  const response = await call(`/api/clips?title=Mine&visibility=${visibility}&allow_duplicate=1`, {
    method: 'POST',
    headers: { ...bearer(key), 'Content-Type': 'audio/ogg' },
    body: fixture('opus.opus'),
  })
  expect(response.status).toBe(201)
  return Clip.parse(await response.json())
}

const ProblemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  request_id: z.string(),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().optional(),
        parameter: z.string().optional(),
        header: z.string().optional(),
        detail: z.string(),
      }),
    )
    .optional(),
})

/** Expects problem details of this status and name, which no cache may store. */
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

/** Expects no object and no clip. */
export async function expectNothingStored(): Promise<void> {
  expect(await storedKeys()).toEqual([])
  expect(await countRows()).toBe(0)
}

let emptied = 0

/** Deletes every clip, object, key, play and other row. */
export async function emptyLibrary(): Promise<void> {
  // A truncate takes four times as long. Now and then, it removes the dead rows that deletions leave.
  if ((emptied += 1) % 100 === 0)
    await sql()`truncate clips, used_clip_ids, idempotency_keys, api_keys, maintenance_state, play_events, library_days cascade`
  else
    await sql()`with a as (delete from clips), b as (delete from idempotency_keys), c as (delete from api_keys),
      d as (delete from maintenance_state), e as (delete from play_events),
      f as (delete from used_clip_ids) delete from library_days`
  const keys = await storedKeys()
  const maxKeysAtOnce = 1000
  while (keys.length > 0) await env.BUCKET.delete(keys.splice(0, maxKeysAtOnce))
}

function sql() {
  const { url, endpoint } = readSettings(env).database
  connect({ url, endpoint })
  return neon(url)
}
