/** Routes declare what they answer: every status, every body, and every problem of their checks. */
import { createRoute, defineOpenAPIRoute, z, type RouteConfig } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { app, routes } from '../../src/app.ts'
import { problemType } from '../../src/http/problem.ts'
import { json, NoQuery, problems } from '../../src/http/responses.ts'
import { check, inOrder, isCheck } from '../../src/http/router.ts'
import { client } from '../support/api.ts'
import { declarationOf, requireDeclared } from '../support/declared.ts'

const Answer = z.object({ answer: z.int() })
const checks = inOrder(check(['unauthorized'], async (_, next) => await next()))
const route = createRoute({
  method: 'get',
  path: '/answers',
  middleware: checks,
  request: { query: NoQuery },
  responses: { 200: json('The answer.', Answer), ...problems(checks, 'clip-not-found') },
})

describe('a declaration', () => {
  it('types the answers of the handler', () => {
    defineOpenAPIRoute({ route, handler: (c) => c.json({ answer: 42 }, 200) })
    // @ts-expect-error -- 201 is not declared
    defineOpenAPIRoute({ route, handler: (c) => c.json({ answer: 42 }, 201) })
    // @ts-expect-error -- the declared body has a number
    defineOpenAPIRoute({ route, handler: (c) => c.json({ answer: 'forty-two' }, 200) })
    // @ts-expect-error -- a route declares its responses
    createRoute({ method: 'get', path: '/undeclared', request: { query: NoQuery } })
  })

  it('fails for an undeclared status', async () => {
    await expect(
      requireDeclared(route, 'GET', Response.json({ answer: 42 }, { status: 201 })),
    ).rejects.toThrow('GET /answers answers 201, which it does not declare')
  })

  it('fails for another body', async () => {
    await expect(requireDeclared(route, 'GET', Response.json({ answer: 'x' }))).rejects.toThrow('another 200')
    await expect(requireDeclared(route, 'GET', Response.json({ answer: 42 }))).resolves.toBeUndefined()
  })

  it('includes the problems of its checks', () => {
    expect(route.responses[401].description).toContain(problemType('unauthorized'))
    expect(route.responses[404].description).toContain(problemType('clip-not-found'))
  })

  it.each(routes.map(({ route: one }) => [`${one.method} ${one.path}`, one] as const))(
    '%s',
    (_, declared) => {
      const all: Record<string, { description: string }> = declared.responses
      const thrown = [...declared.middleware].flatMap((one: object) => (isCheck(one) ? one.problems : []))
      const text = Object.values(all)
        .map(({ description }) => description)
        .join('\n')
      for (const name of thrown) expect(text).toContain(`:${name}\``)
      expect(declarationOf(declared.method.toUpperCase(), declared.path.replace('{id}', 'x'))).toBe(declared)
    },
  )
})

it('every route of the app but pages and the document is declared', () => {
  const undeclared = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !declarationOf(method, path))
    .map(({ path }) => path)
  expect(new Set(undeclared)).toEqual(new Set(['/', '/api/docs', '/api/openapi.json']))
})

describe('the typed client', () => {
  it('knows paths, parameters, statuses and bodies', async () => {
    const response = await client.api.clips.$get({ query: { limit: '1', sort: 'newest' }, header: {} })
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    const { items, next_cursor: next } = await response.json()
    expect(items).toEqual(expect.any(Array))
    expect(next === null || typeof next === 'string').toBe(true)
    // @ts-expect-error -- no such route
    expect(client.api.songs.$get).toBeDefined()
  })
})

const jsonOperations = routes
  .map(({ route: one }): RouteConfig => one)
  .filter(({ path }) => !/^\/metrics$|\/(stream|waveform|waveform\.svg)$/.test(path))

it.each(jsonOperations.map(({ method, path, request }) => [`${method} ${path}`, request?.query] as const))(
  '%s rejects unknown parameters',
  (_, query) => {
    const { error } = z.instanceof(z.ZodObject).parse(query).safeParse({ q: 'rain' })
    const unknown = error?.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
    expect(unknown).toEqual(['q'])
  },
)
