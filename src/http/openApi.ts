/** The OpenAPI document, made of the declarations of the routes. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './router.ts'

/** A section of the document. */
export type DocumentTag = { name: string; description: string }

const about = `A lightweight audio library: list, search, fetch and stream short audio clips, upload new ones, see honest play counts.

Reading and playing public clips needs no key. Changes, private clips and API keys need one, as a bearer token.
JSON is snake_case, times are RFC 3339 in UTC, ids are UUIDv7. Every error is \`application/problem+json\`; the schema
\`Problem\` lists the types.`

/** The host that the examples in the declarations name. */
const exampleOrigin = 'https://clips.example'

/** The OpenAPI 3.1 document of an app that is served from `origin`, as JSON. Its examples name that origin. */
export function openApiDocument(app: OpenAPIHono<AppEnv>, origin: string, tags: DocumentTag[]): string {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Clips',
      version: '1',
      description: about,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
    },
    servers: [{ url: origin }],
    tags,
    // An operation without `security` of its own needs no key.
    security: [],
  })
  const key = { type: 'http', scheme: 'bearer', description: 'An API key.' }
  const complete = { ...document, components: { ...document.components, securitySchemes: { key } } }
  return JSON.stringify(complete).replaceAll(exampleOrigin, origin)
}
