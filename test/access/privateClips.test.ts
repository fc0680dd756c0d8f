/** To strangers, a private clip looks like one that does not exist: in the answer, and in the work that it took. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  bearer,
  emptyLibrary,
  expectProblem,
  fixture,
  makeKey,
  unknownId,
  uploadAs,
  uploaded,
} from '../support/api.ts'
import { type Counts, countingBucket } from '../support/counting.ts'
import { callWith } from '../support/product.ts'

let hidden: string
let strangersKey: string

beforeAll(async () => {
  await emptyLibrary()
  hidden = (await uploaded(fixture('opus.opus'), { title: 'Hidden', visibility: 'private' })).id
  strangersKey = (await makeKey(['read'])).key
})

async function ask(path: string, init: RequestInit) {
  const counts: Counts = { r2: [], sql: 0 }
  const response = await callWith({ ...env, BUCKET: countingBucket(env.BUCKET, counts) }, path, init)
  return { response, r2: counts.r2 }
}

const ranges = [
  undefined,
  'bytes=0-',
  'bytes=0-0',
  'bytes=-1',
  'bytes=-0',
  'bytes=999999999-',
  'bytes=0-0,5000-',
]

describe.each(['GET', 'HEAD'])('a stream asked for by %s', (method) => {
  describe.each(['a stranger', 'a stranger with a key'])('by %s', (who) => {
    it.each(ranges)('with the range %s takes the same operations', async (range) => {
      const headers = {
        ...(range !== undefined && { Range: range }),
        ...(who.endsWith('key') && { Authorization: `Bearer ${strangersKey}` }),
      }
      const [one, other] = [
        await ask(`/api/clips/${hidden}/stream`, { method, headers }),
        await ask(`/api/clips/${unknownId}/stream`, { method, headers }),
      ]
      expect([one.response.status, other.response.status]).toEqual([404, 404])
      expect(one.r2).toEqual(other.r2)
    })
  })
})

describe('an owner whose key may not read', () => {
  it.each(ranges)('is told so, by the JSON and by the stream: range %s', async (range) => {
    const { key } = await makeKey(['write'])
    const { id } = await uploadAs(key)
    const headers = { ...bearer(key), ...(range !== undefined && { Range: range }) }
    for (const path of [`/api/clips/${id}`, `/api/clips/${id}/stream`]) {
      const { response } = await ask(path, { headers })
      const problem = await expectProblem(response, 403, 'forbidden')
      expect(problem.detail).toBe('This requires a key with the scope `read`.')
    }
    const { response } = await ask(`/api/clips/${id}/stream`, { method: 'HEAD', headers })
    expect(response.status).toBe(403)
  })
})

it.each(['', '/stream', '/stats'])('a 404 of a clip%s has no Server-Timing', async (suffix) => {
  for (const id of [hidden, unknownId]) {
    const { response } = await ask(`/api/clips/${id}${suffix}`, {})
    expect(response.headers.get('Server-Timing')).toBeNull()
    await expectProblem(response, 404, 'clip-not-found')
  }
})
