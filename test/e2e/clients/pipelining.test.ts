/** A client that pipelines requests gets the answers in order, each with its exact length. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { valuesOf } from '../../conformance/readAnswer.ts'
import { exchange } from '../../conformance/rawClient.ts'
import { wav } from './longClips.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

const url = new URL(inject('clipsUrl'))
let stage: Stage
let served: ServedClip

beforeAll(async () => {
  stage = await setStage(url.origin)
  served = await stage.serve(wav, 10)
})
afterAll(async () => await stage?.close())

function requestFor(range: string) {
  const path = `/api/clips/${served.clip.id}/stream`
  const head = `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nRange: ${range}\r\n\r\n`
  return { method: 'GET', bytes: Buffer.from(head, 'latin1') }
}

it('answers ranges of all sizes in order, over one connection', async () => {
  const lengths = [1, 65_536, 2, 300_000, 17, 4096, 1, 100_000, 65_537, 3]
  const spans = lengths.map((length, at) => ({ first: at * 150_000 + at, length }))
  const requests = spans.map(({ first, length }) => requestFor(`bytes=${first}-${first + length - 1}`))
  const answers = await exchange({ host: url.hostname, port: Number(url.port) }, requests)
  expect(answers).toHaveLength(spans.length)
  for (const [at, { first, length }] of spans.entries()) {
    const answer = answers[at]!
    expect(answer.status).toBe(206)
    expect(valuesOf(answer, 'Content-Length')).toEqual([String(length)])
    const range = `bytes ${first}-${first + length - 1}/${served.bytes.length}`
    expect(valuesOf(answer, 'Content-Range')).toEqual([range])
    expect(answer.body.equals(served.bytes.subarray(first, first + length))).toBe(true)
  }
})

it('keeps the order after an unsatisfiable range and after several ranges', async () => {
  const requests = ['bytes=99999999-', 'bytes=0-0,5000-5001', 'bytes=-5'].map(requestFor)
  const answers = await exchange({ host: url.hostname, port: Number(url.port) }, requests)
  expect(answers.map(({ status }) => status)).toEqual([416, 206, 206])
  expect(answers[2]?.body.equals(served.bytes.subarray(-5))).toBe(true)
})
