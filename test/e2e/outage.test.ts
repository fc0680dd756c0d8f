/** The database dies while clips are played. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { openPlayer, type Player } from './chromium.ts'
import { downloadedSha256, sha256, uploadWays } from './curl.ts'
import { Clip, everyClip } from './library.ts'
import { keepDatabaseDown } from './localDatabase.ts'
import { record } from './recordings.ts'

const url = inject('clipsUrl')
let folder: string
let player: Player
let long: Clip
let longDigest: string
let before: Clip[]

/** Too large for any buffer on the way: 150 s of PCM are 29 MB. */
const longRecording = { file: 'long.wav', contentType: 'audio/wav', encoding: [] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-outage-'))
  player = await openPlayer()
  const path = await record(folder, longRecording, 150)
  longDigest = sha256(await readFile(path))
  const answer = await uploadWays['its bytes']({ path, title: 'Long', contentType: 'audio/wav' }, url)
  long = Clip.parse(JSON.parse(answer.body))
  before = await everyClip(url)
})
afterAll(async () => {
  await player?.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

it('every clip plays while the database is down, and afterwards the library is the same', async () => {
  let listening = true
  const listener = downloadedSha256(long.audio_url, '--limit-rate', '4M').finally(() => (listening = false))
  const database = keepDatabaseDown(inject('clipsState'))
  try {
    await expectNoList()
    expect(listening, 'the listener was to be in the middle').toBe(true)
    for (const clip of before.slice(0, 10)) {
      expect(await downloadedSha256(clip.audio_url), clip.title).toBe(clip.audio.sha256)
    }
    const short = before.toSorted((a, b) => a.duration - b.duration)[0]
    if (!short) throw new Error('no clip')
    await player.playToEnd(short.audio_url)
    expect(await listener).toBe(longDigest)
    await expectNoList()
  } finally {
    await database.release()
  }
  await vi.waitFor(async () => expect(await everyClip(url)).toEqual(before), {
    timeout: 60_000,
    interval: 500,
  })
})

async function expectNoList() {
  const response = await fetch(`${url}/api/clips`)
  expect(response.status).toBe(503)
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(await response.json()).toMatchObject({ type: 'urn:clips:problem:database-unavailable', status: 503 })
}
