/** The product with bindings that a test chooses, and a cache in front if the test wants one. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app, cachedApp } from '../../src/app.ts'
import type { CachedEntrypoint } from '../../src/http/cache.ts'
import { columns } from '../../src/observability/dataPoints.ts'
import { cacheInFront } from './cacheInFront.ts'

/** An execution context whose `exports.Cached` is this entrypoint. */
export function contextWith(cached: CachedEntrypoint): ExecutionContext {
  return Object.defineProperty(createExecutionContext(), 'exports', { value: { Cached: cached } })
}

/** The Cached entrypoint on these bindings, without a cache. */
export function uncached(bindings: Env = env): CachedEntrypoint {
  return {
    fetch: async (request) => await cachedApp.fetch(request, bindings, createExecutionContext()),
    purge: async () => {},
  }
}

/** The bindings, with other values where the generated type only knows those of wrangler.toml. */
export type Bindings = { [Name in keyof Env]: Env[Name] extends string ? string : Env[Name] }

type Call = (path: string, init?: RequestInit) => Promise<Response>

/** Sends a request through the product, reads the answer, and waits for all work that the request started. */
export function productWith(changed: object, withCache = false): Call {
  const bindings: Env = Object.assign({ ...env }, changed)
  const cached = withCache ? cacheInFront(uncached(bindings).fetch) : uncached(bindings)
  return async (path, init) => {
    const context = contextWith(cached)
    const response = await app.fetch(new Request(`https://clips.test${path}`, init), bindings, context)
    const body = await response.bytes()
    await waitOnExecutionContext(context)
    return new Response(hasBody(response) ? body : null, response)
  }
}

/** Sends one request through the product with the given bindings. */
export async function callWith(bindings: Bindings, path: string, init?: RequestInit): Promise<Response> {
  return await productWith(bindings)(path, init)
}

function hasBody({ status }: Response): boolean {
  return ![101, 204, 205, 304].includes(status)
}

/** An ANALYTICS binding that keeps the points. */
export function keepingPoints(points: AnalyticsEngineDataPoint[]): AnalyticsEngineDataset {
  return { writeDataPoint: (point) => void (point && points.push(point)) }
}

/** A point by the names of its columns. */
export function byName({ indexes = [], blobs = [], doubles = [] }: AnalyticsEngineDataPoint) {
  const values: Record<string, unknown[]> = { index: indexes, blob: blobs, double: doubles }
  return Object.fromEntries(
    Object.entries(columns).map(([column, { name }]) => {
      const [, kind = '', number] = /^([a-z]+)(\d+)$/.exec(column) ?? []
      return [name, values[kind]?.[Number(number) - 1]]
    }),
  )
}
