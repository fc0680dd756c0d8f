/** The product under other names than its own: a tunnel, a proxy, a forged Host. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { startRecordingProxy, type RecordingProxy } from './clients/recordingProxy.ts'
import { everyClip } from './library.ts'

const url = inject('clipsUrl')
let alias: RecordingProxy

beforeAll(async () => void (alias = await startRecordingProxy(url)))
afterAll(() => alias.close())

const firstClip = async (from: string) => (await everyClip(from))[0]

it('links have the name that was asked, if it is ours, else the main one', async () => {
  const localhost = url.replace('127.0.0.1', 'localhost')
  expect((await firstClip(url))?.audio_url).toContain(`${url}/`)
  expect((await firstClip(localhost))?.audio_url).toContain(`${localhost}/`)
  expect((await firstClip(alias.url))?.audio_url).toContain(`${url}/`)
})

it('an import from the product under another name is refused', async () => {
  const clip = await firstClip(url)
  const answer = await fetch(`${url}/api/clips?allow_duplicate=true`, {
    method: 'POST',
    headers: { Authorization: 'Bearer clips_local', 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: `${alias.url}/api/clips/${clip?.id}/stream` }),
  })
  expect([answer.status, await answer.text()]).toEqual([
    422,
    expect.stringContaining('The source answers with status 403.'),
  ])
  expect(alias.exchanges.at(-1)).toMatchObject({ path: `/api/clips/${clip?.id}/stream`, status: 403 })
})
