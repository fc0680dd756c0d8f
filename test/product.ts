/** The product with bindings of a test's own, for one request after the other; a cache in front if wished. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { cachedApp, createApp } from '../src/app.ts'
import { columns } from '../src/http/dataPoint.ts'
import { cacheInFront } from './cacheInFront.ts'

type Call = (path: string, init?: RequestInit) => Promise<Response>

/** Answers with the body read and everything that was left to do done. */
export function productWith(changed: object, withCache = false): Call {
  const bindings = { ...env, ...changed }
  const inner = async (request: Request) => await cachedApp.fetch(request, bindings, createExecutionContext())
  const app = createApp(withCache ? cacheInFront(inner) : { fetch: inner, purge: async () => {} })
  return async (path, init) => {
    const context = createExecutionContext()
    const response = await app.fetch(new Request(`https://clips.test${path}`, init), bindings, context)
    const body = await response.bytes()
    await waitOnExecutionContext(context)
    return new Response(hasBody(response) ? body : null, response)
  }
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
