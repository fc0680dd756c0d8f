/** Writes the assets of the documentation page to `.assets/api/docs/`, from where wrangler serves them. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const docs = join(root, '.assets/api/docs')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const start = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: true,
  validatorUrl: null,
})
`

await mkdir(docs, { recursive: true })
await copyFile(join(swagger, 'swagger-ui.css'), join(docs, 'swagger-ui.css'))
await copyFile(join(swagger, 'swagger-ui-bundle.js'), join(docs, 'swagger-ui-bundle.js'))
await writeFile(join(docs, 'start.js'), start)
// They change only with a release.
await writeFile(
  join(root, '.assets/_headers'),
  '/api/docs/*\n  Cache-Control: public, max-age=86400\n  X-Content-Type-Options: nosniff\n',
)
