/** Two hundred uploads at the same time: every 201 has its bytes and its row, and nothing else is left. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Clip, everyClip } from './library.ts'
import { startProduct, type Product } from './startProduct.ts'
import { storedKeys } from './storedKeys.ts'

const uploads = 200
const headers = { Authorization: 'Bearer clips_local' }

let product: Product
let state: string

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'clips-many-'))
  product = await startProduct(state, '--no-demo')
})

afterAll(async () => {
  await product.stop()
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

it(`${uploads} uploads at the same time`, async () => {
  const sent = Array.from({ length: uploads }, (_, n) => noise(20_000 + n * 500))
  const answers = await Promise.all(sent.map(async (bytes, n) => await upload(bytes, n)))
  for (const [n, clip] of answers.entries()) expect(clip.audio.sha256).toBe(sha256(sent[n]))
  for (const [n, clip] of answers.entries()) {
    const streamed = await (await fetch(clip.audio_url)).arrayBuffer()
    expect(sha256(new Uint8Array(streamed))).toBe(sha256(sent[n]))
  }
  const listed = await everyClip(product.url)
  expect(listed.map(({ id }) => id).toSorted()).toEqual(answers.map(({ id }) => id).toSorted())
  expect(storedKeys(state)).toEqual(answers.map(({ id }) => `clips/${id}/audio`).toSorted())
})

/** As a form, as the bytes themselves, and as a stream of unknown length, in turn. */
async function upload(bytes: Uint8Array<ArrayBuffer>, n: number): Promise<Clip> {
  const query = `title=Noise+${n}`
  const raw = { ...headers, 'Content-Type': 'audio/wav' }
  const body = [form(bytes, n), bytes, new Blob([bytes]).stream()][n % 3]
  const init = { method: 'POST', headers: n % 3 === 0 ? headers : raw, body, duplex: 'half' }
  const response = await fetch(`${product.url}/api/clips?${n % 3 === 0 ? '' : query}`, init)
  const text = await response.text()
  expect(response.status, text).toBe(201)
  return Clip.parse(JSON.parse(text))
}

function form(bytes: Uint8Array<ArrayBuffer>, n: number): FormData {
  const fields = new FormData()
  fields.append('title', `Noise ${n}`)
  fields.append('file', new File([bytes], 'noise.wav'))
  return fields
}

/** A WAV file of so many bytes of noise: mono, 16 bit, 8 kHz. */
function noise(size: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + size, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(size, 40)
  return new Uint8Array(Buffer.concat([header, randomBytes(size)]))
}

function sha256(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
}
