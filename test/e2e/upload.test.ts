/** The library stores what curl sends, in every format and by every way of sending. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { downloadedSha256, sha256, uploadWays } from './curl.ts'
import { Clip, everyClip } from './library.ts'
import { decodedDuration, record, recordings, statedDuration } from './recordings.ts'
import { storedKeys } from './storedKeys.ts'

const url = inject('clipsUrl')
const state = inject('clipsState')
const ways = Object.entries(uploadWays)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-recordings-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

describe.each(recordings)('$file', (recording) => {
  let path: string
  let digest: string
  let duration: number

  beforeAll(async () => {
    path = await record(folder, recording)
    digest = sha256(await readFile(path))
    // Without a Xing header, ffprobe divides the size by the bit rate of the first frame. Decoding gives the true duration.
    const measure = recording.file.includes('no-xing') ? decodedDuration : statedDuration
    duration = await measure(path)
  })

  it.each(ways)('is stored as it was sent, as %s', async (way, upload) => {
    const title = `${recording.file} as ${way}`
    const answer = await upload({ path, title, contentType: recording.contentType }, url)
    expect(answer.status, answer.body).toBe(201)
    const clip = Clip.parse(JSON.parse(answer.body))
    expect(clip.title).toBe(title)
    expect(clip.audio.content_type).toBe(recording.contentType)
    expect(Math.abs(clip.duration - duration), `${clip.duration} s, not ${duration} s`).toBeLessThan(0.1)
    expect(clip.audio.sha256).toBe(digest)
    expect(await downloadedSha256(clip.audio_url)).toBe(digest)
    expect(storedKeys(state)).toContain(`clips/${clip.id}/audio`)
  })
})

describe('text with the name of audio', () => {
  // More than 5 MiB is uploaded in parts.
  it.each([
    { size: 3000, way: 'a form' },
    { size: 3000, way: 'its bytes' },
    { size: 6_000_000, way: 'a form' },
    { size: 6_000_000, way: 'its bytes in chunks' },
  ] as const)('is refused and leaves nothing: $size bytes as $way', async ({ size, way }) => {
    const path = join(folder, 'song.mp3')
    await writeFile(path, 'This is not a song, whatever its name.\n'.repeat(size / 39))
    const before = { clips: await everyClip(url), keys: storedKeys(state) }
    const answer = await uploadWays[way]({ path, title: 'Not a song', contentType: 'audio/mpeg' }, url)
    expect(answer).toMatchObject({ status: 415, contentType: 'application/problem+json' })
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:clips:problem:not-audio', status: 415 })
    expect({ clips: await everyClip(url), keys: storedKeys(state) }).toEqual(before)
    expect(before.keys.filter((key) => key.startsWith('incoming/'))).toEqual([])
  })
})
