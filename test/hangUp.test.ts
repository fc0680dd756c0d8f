/** Clients that hang up before their answer: what a request has begun to change is changed all the way. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.ts'
import { CreatedApiKey } from '../src/access/keys.ts'
import { readLabel } from '../src/audio/label.ts'
import { audioKey } from '../src/audio/objectKeys.ts'
import { cachedEntrypoint } from '../src/http/cachedEntrypoint.ts'
import { finishesAnyway } from '../src/http/finishesAnyway.ts'
import { asAdmin, call, countRows, emptyLibrary, fixture, sendJson, storedKeys, uploaded } from './api.ts'
import { withQueries } from './faults.ts'

beforeEach(emptyLibrary)

const json = { ...asAdmin, 'Content-Type': 'application/json' }

/**
 * Sends a request whose client hangs up while the first query with this text in it is answered, and waits until
 * `isDone`: the runtime has cancelled the request by then, or it never will.
 */
async function hangUpDuring(text: string, path: string, init: RequestInit, isDone: () => Promise<boolean>) {
  const client = new AbortController()
  await withQueries(
    async (query, real) => {
      const answer = await real()
      if (query.includes(text)) client.abort()
      return answer
    },
    async () => {
      await expect(call(path, { ...init, signal: client.signal })).rejects.toThrow()
      await expect.poll(isDone, { timeout: 10_000 }).toBe(true)
    },
  )
}

describe('after the client hung up', () => {
  it('a clip that is being hidden is silent', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const init = { method: 'PATCH', headers: json, body: JSON.stringify({ visibility: 'private' }) }
    await hangUpDuring('update \\"clips\\"', `/api/clips/${id}`, init, async () => {
      const head = await env.BUCKET.head(audioKey(id))
      return head !== null && readLabel(head).visibility === 'private'
    })
  })

  it('a clip that is being deleted leaves no audio', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const init = { method: 'DELETE', headers: asAdmin }
    await hangUpDuring('delete from \\"clips\\"', `/api/clips/${id}`, init, async () => {
      return (await storedKeys()).length === 0
    })
  })

  it('a clip that is being made is there, and nothing else', async () => {
    const init = {
      method: 'POST',
      headers: { ...asAdmin, 'Content-Type': 'audio/ogg' },
      body: fixture('opus.opus'),
    }
    await hangUpDuring('select \\"id\\"', '/api/clips?title=x', init, async () => {
      return (await countRows()) === 1 && (await storedKeys()).length === 1
    })
  })

  it('a key that is being revoked is revoked everywhere', async () => {
    const { id } = CreatedApiKey.parse(
      await (await sendJson('POST', '/api/keys', { name: 'x', scopes: ['read'] }, asAdmin)).json(),
    )
    const init = { method: 'DELETE', headers: asAdmin }
    await hangUpDuring('from \\"api_keys\\"', `/api/keys/${id}`, init, async () => {
      const listed = await (await call('/api/keys', { headers: asAdmin })).text()
      return /"revoked_at":"2/.test(listed) && (await storedKeys()).length === 0
    })
  })
})

it('every route that changes something finishes anyway', () => {
  const { routes } = createApp(cachedEntrypoint)
  const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
  const changing = routes.filter(({ method }) => !['GET', 'ALL'].includes(method)).map(named)
  const finishing = routes.filter(({ handler }) => handler === finishesAnyway).map(named)
  // A link is computed and kept nowhere.
  expect(new Set(changing).difference(new Set(finishing))).toEqual(new Set(['POST /api/clips/:id/links']))
})
