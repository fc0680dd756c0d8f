/** Forms over the limit are refused at once: none of these bodies ever ends. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { asAdmin, countRows, emptyLibrary, expectProblem, fixture, storedKeys } from './api.ts'
import { callWith } from './faults.ts'
import { filePart, part } from './support/forms.ts'
import { utf8 } from './support/bytes.ts'

const post = {
  method: 'POST',
  headers: { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' },
}

beforeEach(emptyLibrary)

async function expectNothingLeft(): Promise<void> {
  expect(await storedKeys()).toEqual([])
  expect(await countRows()).toBe(0)
}

describe('over the limit', () => {
  const small = { ...env, MAX_UPLOAD_BYTES: '1000' }

  it('a form that says so is refused before it is read', async () => {
    let pulled = 0
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 })
    const headers = { ...post.headers, 'Content-Length': '3000000' }
    await expectProblem(await callWith(small, '/api/clips', { ...post, headers, body }), 413, 'too-large')
    expect(pulled).toBe(0)
  })

  it('a file in a form is refused at once, not at its end', async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(filePart(fixture('pcm.wav')).subarray(0, -2)),
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    })
    await expectProblem(await callWith(small, '/api/clips', { ...post, body: endless }), 413, 'too-large')
    await expectNothingLeft()
  })

  it('so is what is sent around the file', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8('pre'.repeat(10_000))),
    })
    await expectProblem(await callWith(small, '/api/clips', { ...post, body: endless }), 413, 'too-large')
  })

  it('and headers of a part without an end', async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(part('X-First: 1', utf8(''))),
      pull: (controller) => controller.enqueue(utf8('--b\r\nX-Other: '.padEnd(10_000, 'x'))),
    })
    await expectProblem(await callWith(small, '/api/clips', { ...post, body: endless }), 413, 'too-large')
  })
})
