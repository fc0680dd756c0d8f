/** Uploads the suite's clip to a running Clips, as anyone with a key does. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileName } from './cases/contentDisposition.ts'
import type { Target } from './target.ts'

/** A well-formed id that no clip has. */
const unknownId = '01890000-0000-7000-8000-000000000000'

export async function readFixture(): Promise<Buffer> {
  return await readFile(join(import.meta.dirname, '../fixtures/vorbis.ogg'))
}

export async function uploadClip(clipsUrl: string): Promise<Target> {
  const bytes = await readFixture()
  const form = new FormData()
  form.append('file', new File([Uint8Array.from(bytes)], fileName, { type: 'audio/ogg' }))
  const response = await fetch(new URL('/api/clips', clipsUrl), {
    method: 'POST',
    headers: { Authorization: 'Bearer clips_local' },
    body: form,
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  const id = /"id":\s*"([0-9a-f-]{36})"/.exec(text)?.[1]
  if (response.status !== 201 || id === undefined) throw new Error(`not uploaded: ${response.status} ${text}`)
  const { hostname, port } = new URL(clipsUrl)
  return {
    host: hostname,
    port: Number(port || 80),
    path: `/api/clips/${id}/stream`,
    unknownPath: `/api/clips/${unknownId}/stream`,
    bytes,
  }
}
