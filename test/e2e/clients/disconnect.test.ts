/** Many listeners disconnect in the middle: the product stops reading for them. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { downloadedSha256 } from '../curl.ts'
import { wav } from './longClips.ts'
import { memoryOf, readersOf } from './openAudio.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

const url = new URL(inject('clipsUrl'))
const state = inject('clipsState')
const listeners = 50
/** Each is far larger than the buffers of a connection. */
const ranges = [undefined, 'bytes=1000-', 'bytes=0-9999999,15000000-25000000']
const patience = { timeout: 30_000, interval: 100 }
let stage: Stage
let served: ServedClip

beforeAll(async () => {
  stage = await setStage(url.origin)
  served = await stage.serve(wav, 150)
})
afterAll(async () => await stage?.close())

it('has no audio open after listeners disconnect, and no more memory than before', async () => {
  const memory: number[] = []
  for (let round = 0; round < 4; round++) {
    const sockets = await Promise.all(Array.from({ length: listeners }, (_, at) => startListening(at)))
    await vi.waitFor(() => expect(readersOf(state)).toHaveLength(listeners), patience)
    memory.push(memoryOf(theOnly(new Set(readersOf(state)))))
    for (const socket of sockets) socket.destroy()
    await vi.waitFor(() => expect(readersOf(state)).toEqual([]), patience)
  }
  // 4 GB of what they requested were never sent.
  const [first = NaN, ...later] = memory
  expect(Math.max(...later) - first).toBeLessThan(3 * served.bytes.length)
})

it('serves all other listeners', async () => {
  const health = await fetch(new URL('/api/health', url))
  expect({ status: health.status, body: await health.json() }).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  })
  expect(await downloadedSha256(served.clip.audio_url)).toBe(served.sha256)
  expect(await downloadedSha256(served.clip.audio_url, '-r', '0-')).toBe(served.sha256)
})

/** Requests the clip in one of several ways, reads its start, and then no more. */
async function startListening(at: number): Promise<Socket> {
  const range = ranges[at % ranges.length]
  const socket = connect(Number(url.port), url.hostname)
  const head = [
    `GET ${new URL(served.clip.audio_url).pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    ...(range === undefined ? [] : [`Range: ${range}`]),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const [received]: unknown[] = await once(socket, 'data')
  socket.pause()
  expect(String(received)).toMatch(range === undefined ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 206 /)
  return socket
}

function theOnly<Value>(values: Set<Value>): Value {
  const [value] = values
  if (value === undefined || values.size > 1) throw new Error(`one is expected, not ${values.size}`)
  return value
}
