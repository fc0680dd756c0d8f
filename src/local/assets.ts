/** Writes the assets of the documentation page to `.assets/api/docs/`, from where wrangler serves them. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const assets = join(root, '.assets')
const docs = join(assets, 'api/docs')
// Of wrangler, which deletes what is left there after a day.
const unfinished = join(root, '.wrangler/tmp')
const own = join(root, 'src/web/docs')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

/** Writes only what is not there yet, and replaces files as a whole: another `npm run dev` may serve them meanwhile. */
async function writeAsset(path: string, content: Buffer): Promise<void> {
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(content)) return
  const file = join(unfinished, `asset-${randomUUID()}`)
  await writeFile(file, content)
  await rename(file, path)
}

for (const folder of [docs, unfinished]) await mkdir(folder, { recursive: true })
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  await writeAsset(join(docs, file), await readFile(join(swagger, file)))
}
for (const file of await readdir(own)) await writeAsset(join(docs, file), await readFile(join(own, file)))
// They change only with a release.
const headers = '/api/docs/*\n  Cache-Control: public, max-age=86400\n  X-Content-Type-Options: nosniff\n'
await writeAsset(join(assets, '_headers'), Buffer.from(headers))
