/** Holds responses against what their routes declare: the status, and the shape of a JSON body. */
import type { RouteConfig } from '@hono/zod-openapi'
import { z } from 'zod'
import { routes } from '../../src/app.ts'

type Declared = Pick<RouteConfig, 'method' | 'path' | 'responses'>

/** The declaration of the route that a request reaches; undefined for pages, preflights and unknown URLs. */
export function declarationOf(method: string, path: string): Declared | undefined {
  const named = method === 'HEAD' ? 'get' : method.toLowerCase()
  return routes
    .map(({ route }): Declared => route)
    .find((route) => route.method === named && patternOf(route.path).test(path))
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

/** Throws if the route does not declare this status, or if the JSON does not have the declared shape. */
export async function requireDeclared(route: Declared, method: string, response: Response): Promise<void> {
  const name = `${route.method.toUpperCase()} ${route.path}`
  const declared: unknown = route.responses[response.status]
  if (declared === undefined) throw new Error(`${name} answers ${response.status}, which it does not declare`)
  const contentType = (response.headers.get('Content-Type') ?? '').split(';')[0] ?? ''
  if (method === 'HEAD' || !contentType.includes('json')) return
  const content = z
    .object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) })
    .safeParse(declared)
  const schema = content.data?.content[contentType]?.schema
  if (!(schema instanceof z.ZodType))
    throw new Error(`${name} declares no ${contentType} for ${response.status}`)
  const parsed = schema.safeParse(await response.clone().json())
  if (!parsed.success) throw new Error(`${name} answers another ${response.status}: ${parsed.error.message}`)
}
