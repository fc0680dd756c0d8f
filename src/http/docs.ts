/** The OpenAPI document, and the interactive documentation that shows it. */
import { createRoute, defineOpenAPIRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { problemNames, problemType, problemTypes } from './problem.ts'
import type { AppEnv } from './router.ts'

/** A section of the document. */
export type DocumentTag = { name: string; description: string }

const about = `A lightweight audio library: list, search, fetch and stream short audio clips, and upload new ones.

JSON is snake_case, times are RFC 3339 in UTC, ids are UUIDv7. Every error is \`application/problem+json\` with one of
these types:

${problemNames
  .map((name) => `- \`${problemType(name)}\` (${problemTypes[name].status}): ${problemTypes[name].title}.`)
  .join('\n')}`

/** The OpenAPI 3.1 document of an app that is served from `origin`. */
export function openApiDocument(app: OpenAPIHono<AppEnv>, origin: string, tags: DocumentTag[]): object {
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
  return { ...document, components: { ...document.components, securitySchemes: { key } } }
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Clips API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles from script, and its icons are data: images.
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The documentation page. All its assets are served by us. */
export const docsPage = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/docs',
    hide: true,
    responses: { 200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } } },
  }),
  handler: (c) =>
    c.html(page, 200, {
      'Content-Security-Policy': pagePolicy,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'public, max-age=300',
    }),
})
