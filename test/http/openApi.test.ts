/** The OpenAPI document. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { app, routes } from '../../src/app.ts'
import { problemNames, problemType } from '../../src/http/problem.ts'
import { rejections } from '../../src/plays/play.ts'
import { call, origin } from '../support/api.ts'

const Examples = z.record(
  z.string(),
  z.object({ value: z.looseObject({ type: z.string(), status: z.int() }) }),
)
const Media = z.looseObject({ examples: Examples.optional() })
const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.looseObject({}) })).default([]),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), Media).optional() })),
})

const Document = z.object({
  openapi: z.string(),
  info: z.object({ description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

async function document() {
  return Document.parse(await (await call('/api/openapi.json')).json())
}

/** Routes that are not part of the API. */
const undocumented = ['/', '/api/docs', '/api/openapi.json']

describe('the OpenAPI document', () => {
  it('is 3.1 and names every route, and no other', async () => {
    const { openapi, paths } = await document()
    expect(openapi).toBe('3.1.0')
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routed = app.routes
      .filter((route) => route.method !== 'ALL' && !undocumented.includes(route.path))
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(described.toSorted()).toEqual([...new Set(routed)].toSorted())
  })

  it('describes every problem type that exists', async () => {
    const text = await (await call('/api/openapi.json')).text()
    for (const name of problemNames) expect(text).toContain(problemType(name))
    expect(problemType('not-audio')).toBe('urn:clips:problem:not-audio')
  })

  it('publishes what counts as a play', async () => {
    const text = await (await call('/api/openapi.json')).text()
    for (const reason of Object.keys(rejections)) expect(text).toContain(`\`${reason}\``)
  })

  it('has schemas with examples', async () => {
    const { components } = await document()
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['Clip', 'ClipPage', 'Problem', 'Audio']),
    )
    expect(JSON.stringify(components.schemas['Clip'])).toContain('Rain on a tin roof')
  })

  it('gives every operation an id of its own', () => {
    const ids = routes.map(({ route }) => route.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('shows each error with the status and the types of its response', async () => {
    const { paths } = await document()
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    for (const { operationId, responses } of operations) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400)
      expect(errors.length, operationId).toBeGreaterThan(3)
      for (const [status, { content }] of errors) {
        const examples = Object.values(content?.['application/problem+json']?.examples ?? {})
        expect(examples.length, `${operationId} ${status}`).toBeGreaterThan(0)
        for (const { value } of examples) expect(value.status, operationId).toBe(Number(status))
      }
    }
  })

  it('has no example of a condition, a digest or another header, which would be sent', async () => {
    const { paths } = await document()
    const parameters = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => operation.parameters),
    )
    const headers = parameters.filter((parameter) => parameter.in === 'header')
    expect(headers.length).toBeGreaterThan(10)
    for (const { name, schema } of headers) {
      expect(Object.keys(schema).toSorted(), name).toEqual(['description', 'type'])
    }
  })

  it('names its own host in examples', async () => {
    const text = await (await call('/api/openapi.json')).text()
    expect(text).toContain(`"url":"${origin}/api/docs/three-bells.mp3"`)
    expect(text).not.toContain('clips.example')
  })

  it('says in its first lines what the product is, and lists the problem types last', async () => {
    const { info, components } = await document()
    expect(info.description).toMatch(/^A lightweight audio library/)
    expect(info.description).not.toContain(problemType('not-audio'))
    expect(components.schemas['Problem']).toMatchObject({
      description: expect.stringContaining(problemType('not-audio')),
    })
  })
})
