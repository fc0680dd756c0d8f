/** Writes the assets of the documentation page to `.assets/api/docs/`, from where wrangler serves them. */
import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const docs = join(root, '.assets/api/docs')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

await mkdir(docs, { recursive: true })
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  await copyFile(join(swagger, file), join(docs, file))
}
await cp(join(root, 'src/web/docs'), docs, { recursive: true })
// They change only with a release.
await writeFile(
  join(root, '.assets/_headers'),
  '/api/docs/*\n  Cache-Control: public, max-age=86400\n  X-Content-Type-Options: nosniff\n',
)
