/** Writes generated files, which another process may be reading. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
// Of wrangler, which deletes what is left there after a day.
const unfinished = join(root, '.wrangler/tmp')

/** Writes only what is not there yet, and replaces files as a whole: another `npm run dev` may serve them meanwhile. */
export async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(content)) return
  for (const folder of [dirname(path), unfinished]) await mkdir(folder, { recursive: true })
  const file = join(unfinished, `asset-${randomUUID()}`)
  await writeFile(file, content)
  await rename(file, path)
}
