/** The OpenAPI document and the documentation page. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { app, routes } from '../../src/app.ts'
import { problemNames, problemType } from '../../src/http/problem.ts'
import { rejections } from '../../src/plays/play.ts'
import { call } from '../support/api.ts'

const Document = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ operationId: z.string(), description: z.string().optional() })),
  ),
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
})

describe('the documentation page', () => {
  it('loads nothing from another host', async () => {
    const response = await call('/api/docs')
    const html = await response.text()
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  })

  it.each(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'])(
    '%s comes from this Worker',
    async (asset) => {
      // Cloudflare serves assets before it asks the Worker.
      const response = await env.ASSETS.fetch(`https://clips.test/api/docs/${asset}`)
      expect(response.status).toBe(200)
      expect((await response.text()).length).toBeGreaterThan(50)
    },
  )
})
