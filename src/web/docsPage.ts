/** GET /api/docs: the interactive documentation. All its assets are served by us. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { html } from 'hono/html'
import { problemNames, problemType, problemTypes, type ProblemName } from '../http/problem.ts'

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles from script, and its icons are data: images.
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  // It plays the audio that an operation has answered with.
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page. `key` is the API key that it fills in, where everyone may know it. */
function page(key: string | undefined) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Clips API</title>
        <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
        <link rel="stylesheet" href="/api/docs/docs.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <main>
          <div id="docs" data-key="${key ?? ''}">
            <noscript
              >This page needs JavaScript. The <a href="/api/openapi.json">OpenAPI document</a> does
              not.</noscript
            >
          </div>
          ${problemTable}
        </main>
        <script src="/api/docs/swagger-ui-bundle.js"></script>
        <script src="/api/docs/start.js"></script>
      </body>
    </html>`
}

const problemTable = html`<section id="problems">
  <h2>Problems</h2>
  <p>
    Every error is <code>application/problem+json</code>, as in
    <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>, with one of these types. A type never
    changes its meaning.
  </p>
  <table>
    <thead>
      <tr>
        <th>Status</th>
        <th>Type</th>
        <th>Title</th>
      </tr>
    </thead>
    <tbody>
      ${problemNames.map(problemRow)}
    </tbody>
  </table>
</section>`

function problemRow(name: ProblemName) {
  const { status, title } = problemTypes[name]
  return html`<tr>
    <td>${status}</td>
    <td><code>${problemType(name)}</code></td>
    <td>${title}</td>
  </tr>`
}

export const docsPage = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/docs',
    hide: true,
    responses: { 200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } } },
  }),
  handler: async (c) => {
    c.header('Content-Security-Policy', pagePolicy)
    const key = c.var.settings.docsKey
    c.header('Cache-Control', key === undefined ? 'public, max-age=300' : 'no-store')
    return await c.html(page(key))
  },
})
