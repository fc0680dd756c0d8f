/** The HTTP clients of programming languages: Node's fetch and http, Python's urllib. */
import { Agent, get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { sha256 } from '../curl.ts'
import { wav } from './longClips.ts'
import { outputOf } from './programs.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage
let served: ServedClip
/** Without the proxy. */
let url: string

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
  served = await stage.serve(wav, 30)
  url = served.clip.audio_url
})
afterAll(async () => await stage?.close())

it('fetch reads the whole clip, a range, and revalidates', async () => {
  const whole = await fetch(url)
  expect(sha256(await whole.bytes())).toBe(served.sha256)
  const etag = whole.headers.get('ETag') ?? ''
  const part = await fetch(url, { headers: { Range: 'bytes=5000-5999', 'If-Range': etag } })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.bytes()).equals(served.bytes.subarray(5000, 6000))).toBe(true)
  const again = await fetch(url, { headers: { 'If-None-Match': etag } })
  expect(again.status).toBe(304)
})

it('fetch is aborted in the middle and resumes', async () => {
  const aborting = new AbortController()
  const chunks: Uint8Array[] = []
  const { body, headers } = await fetch(url, { signal: aborting.signal })
  await expect(async () => {
    for await (const chunk of body ?? []) {
      chunks.push(chunk)
      aborting.abort()
    }
  }).rejects.toThrow('aborted')
  const received = Buffer.concat(chunks)
  expect(received.length).toBeLessThan(served.bytes.length)
  const rest = await fetch(url, {
    headers: { Range: `bytes=${received.length}-`, 'If-Range': headers.get('ETag') ?? '' },
  })
  expect(rest.status).toBe(206)
  expect(sha256(Buffer.concat([received, await rest.bytes()]))).toBe(served.sha256)
})

it('http reads a hundred ranges over one connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const connections = new Set<unknown>()
  const parts: Buffer[] = []
  const length = Math.ceil(served.bytes.length / 100)
  for (let first = 0; first < served.bytes.length; first += length) {
    const headers = { Range: `bytes=${first}-${first + length - 1}` }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent, headers }, resolve).on('error', reject)
    })
    connections.add(answer.socket)
    parts.push(await buffer(answer))
  }
  agent.destroy()
  expect(sha256(Buffer.concat(parts))).toBe(served.sha256)
  expect(connections.size).toBe(1)
})

const joinHalves = `
import hashlib, sys, urllib.request
url, half = sys.argv[1], int(sys.argv[2])
digest = hashlib.sha256()
for asked in (f'bytes=0-{half - 1}', f'bytes={half}-'):
    with urllib.request.urlopen(urllib.request.Request(url, headers={'Range': asked})) as answer:
        assert answer.status == 206, answer.status
        digest.update(answer.read())
print(digest.hexdigest())
`

it('urllib reads two halves of the clip', async () => {
  const half = String(served.bytes.length / 2)
  expect((await outputOf('python3', '-c', joinHalves, url, half)).toString().trim()).toBe(served.sha256)
})
