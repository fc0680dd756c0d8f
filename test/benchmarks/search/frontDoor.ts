/** The product's API in this process, on a database. */
import { z } from 'zod'
import { cachedApp } from '../../../src/app.ts'
import './bytesAsText.ts'

/** Answers a GET with its JSON; throws if it is no 200. The admin sees private clips. */
export type Ask = (path: string, as?: 'anonymous' | 'admin') => Promise<unknown>

const origin = 'http://localhost'
const adminKey = 'the key of a benchmark'

/** `endpoint` is where the driver posts its queries. */
export function openFrontDoor(endpoint: string): Ask {
  const settings = {
    DATABASE_URL: 'postgresql://clips:clips@localhost/clips',
    DATABASE_ENDPOINT: endpoint,
    ADMIN_KEY: adminKey,
    SIGNING_KEY: 'the key of links in a benchmark',
    RATE_LIMITS: 'off',
    MAX_UPLOAD_BYTES: '1',
    PLAY_WINDOW_SECONDS: '30',
    ALLOWED_ORIGINS: '*',
  }
  return async (path, as = 'anonymous') => {
    const url = new URL(path, origin)
    url.searchParams.set('public_origin', origin)
    const headers = as === 'admin' ? { Authorization: `Bearer ${adminKey}` } : undefined
    const response = await cachedApp.fetch(new Request(url, { headers }), settings)
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return await response.json()
  }
}

const Page = z.object({ items: z.array(z.object({ title: z.string() })), next_cursor: z.string().nullable() })

/** A page of a list. */
export async function askPage(ask: Ask, path: string) {
  return Page.parse(await ask(path))
}

export type Parameters = Record<string, string | number | readonly string[]>

/** The path with its query. A list of values repeats the parameter. */
export function withQuery(path: string, parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) query.append(name, String(one))
  }
  return `${path}?${query.toString()}`
}
