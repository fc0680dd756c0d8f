/** The demo clips, which an empty library gets. */
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from './failure.ts'

const demoFolder = join(import.meta.dirname, 'demo')
const demoClips = z.array(
  z.object({
    file: z.string(),
    title: z.string(),
    description: z.string(),
    artist: z.string(),
    genre: z.string(),
    tags: z.array(z.string()),
    license: z.string(),
  }),
)
type DemoClip = z.infer<typeof demoClips>[number]
const firstPage = z.object({ items: z.array(z.unknown()) })

/** Uploads the demo clips if the library is empty, and returns how many. */
export async function addDemoClips(url: string, key: string): Promise<number> {
  const listed = await fetch(`${url}/api/clips?limit=1`)
  if (!listed.ok) throw new Failure(`The library cannot be listed: ${listed.status}`)
  if (firstPage.parse(await listed.json()).items.length > 0) return 0
  const clips = demoClips.parse(JSON.parse(await readFile(join(demoFolder, 'clips.json'), 'utf8')))
  for (const clip of clips) await upload(url, key, clip)
  return clips.length
}

async function upload(url: string, key: string, clip: DemoClip): Promise<void> {
  const form = new FormData()
  for (const name of ['title', 'description', 'artist', 'genre', 'license'] as const)
    form.append(name, clip[name])
  for (const tag of clip.tags) form.append('tags', tag)
  form.append('file', await openAsBlob(join(demoFolder, clip.file)), clip.file)
  const headers = { authorization: `Bearer ${key}` }
  const response = await fetch(`${url}/api/clips`, { method: 'POST', headers, body: form })
  if (!response.ok) throw new Failure(`${clip.file} was refused: ${response.status} ${await response.text()}`)
}
