/** Writes the assets of the documentation page to `.assets/api/docs/`, from where wrangler serves them. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root, writeWhole } from './writeWhole.ts'

const assets = join(root, '.assets')
const docs = join(assets, 'api/docs')
const own = join(root, 'src/web/docs')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  await writeWhole(join(docs, file), await readFile(join(swagger, file)))
}
for (const file of await readdir(own)) await writeWhole(join(docs, file), await readFile(join(own, file)))
// They change only with a release.
const headers = '/api/docs/*\n  Cache-Control: public, max-age=86400\n  X-Content-Type-Options: nosniff\n'
await writeWhole(join(assets, '_headers'), Buffer.from(headers))
