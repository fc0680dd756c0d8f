/** Clients that disconnect before the answer: a change that has begun is completed. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { readMetadata, audioKey } from '../../src/audio/objects.ts'
import { surviveDisconnect } from '../../src/http/headers.ts'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  fixture,
  makeKey,
  storedKeys,
  uploaded,
} from '../support/api.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(emptyLibrary)

const json = { ...asAdmin, 'Content-Type': 'application/json' }

/**
 * Sends a request whose client disconnects while the first query with this text is answered, and waits until `isDone`.
 * By then, the runtime has cancelled the request if it ever does.
 */
async function disconnectDuring(
  text: string,
  path: string,
  init: RequestInit,
  isDone: () => Promise<boolean>,
) {
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

describe('after the client disconnects', () => {
  it('a clip that is being hidden becomes private in R2 too', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const init = { method: 'PATCH', headers: json, body: JSON.stringify({ visibility: 'private' }) }
    await disconnectDuring('update \\"clips\\"', `/api/clips/${id}`, init, async () => {
      const head = await env.BUCKET.head(audioKey(id))
      return head !== null && readMetadata(head).visibility === 'private'
    })
  })

  it('a clip that is being deleted leaves no object', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const init = { method: 'DELETE', headers: asAdmin }
    await disconnectDuring('delete from \\"clips\\"', `/api/clips/${id}`, init, async () => {
      return (await storedKeys()).length === 0
    })
  })

  it('a clip that is being created is stored, and nothing else', async () => {
    const init = {
      method: 'POST',
      headers: { ...asAdmin, 'Content-Type': 'audio/ogg' },
      body: fixture('opus.opus'),
    }
    await disconnectDuring('select \\"id\\"', '/api/clips?title=x', init, async () => {
      return (await countRows()) === 1 && (await storedKeys()).length === 1
    })
  })

  it('a key that is being revoked is revoked in Postgres and in R2', async () => {
    const { id } = await makeKey(['read'])
    const init = { method: 'DELETE', headers: asAdmin }
    await disconnectDuring('from \\"api_keys\\"', `/api/keys/${id}`, init, async () => {
      const listed = await (await call('/api/keys', { headers: asAdmin })).text()
      return /"revoked_at":"2/.test(listed) && (await storedKeys()).length === 0
    })
  })
})

it('every route that changes something survives a disconnect', () => {
  const { routes } = app
  const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
  const changing = routes.filter(({ method }) => !['GET', 'ALL'].includes(method)).map(named)
  const surviving = routes.filter(({ handler }) => handler === surviveDisconnect).map(named)
  // A link is computed, not stored.
  expect(new Set(changing).difference(new Set(surviving))).toEqual(new Set(['POST /api/clips/:id/links']))
})
