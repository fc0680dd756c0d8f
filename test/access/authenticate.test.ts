/** What a key opens: the clips of its owner, and no others. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Clip } from '../../src/clips/clip.ts'
import {
  bearer,
  call,
  emptyLibrary,
  expectProblem,
  fixture,
  makeKey,
  sendJson,
  uploadAs,
} from '../support/api.ts'
import { callWith } from '../support/product.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(emptyLibrary)

describe('without Postgres', () => {
  it('the owner can stream a private clip', async () => {
    const { key } = await makeKey(['read', 'write'])
    const { id } = await uploadAs(key)
    await withQueries(
      async () => await Promise.reject(new Error('away')),
      async () => {
        const response = await callWith(env, `/api/clips/${id}/stream`, { headers: bearer(key) })
        expect(await response.bytes()).toEqual(fixture('opus.opus'))
      },
    )
  })
})

describe('ownership', () => {
  it('hides private clips from other keys, and keeps them from changing public clips', async () => {
    const [mine, other] = [await makeKey(['read', 'write']), await makeKey(['read', 'write'])]
    const secret = await uploadAs(mine.key)
    const shown = await uploadAs(mine.key, 'public')
    const ids = async (headers: HeadersInit) =>
      (await (await call('/api/clips', { headers })).json<{ items: Clip[] }>()).items.map(({ id }) => id)
    expect((await ids(bearer(mine.key))).toSorted()).toEqual([secret.id, shown.id].toSorted())
    expect(await ids(bearer(other.key))).toEqual([shown.id])
    expect(await ids({})).toEqual([shown.id])
    const patch = async (id: string) =>
      await sendJson('PATCH', `/api/clips/${id}`, { title: 'x' }, bearer(other.key))
    await expectProblem(await patch(secret.id), 404, 'clip-not-found')
    await expectProblem(await patch(shown.id), 403, 'forbidden')
    const remove = { method: 'DELETE', headers: bearer(other.key) }
    await expectProblem(await call(`/api/clips/${secret.id}`, remove), 404, 'clip-not-found')
    await expectProblem(await call(`/api/clips/${shown.id}`, remove), 403, 'forbidden')
  })

  it('does not reveal duplicates that another owner has', async () => {
    const [mine, other] = [await makeKey(['write']), await makeKey(['write'])]
    const send = async (key: string) =>
      await call('/api/clips?title=x', {
        method: 'POST',
        headers: { ...bearer(key), 'Content-Type': 'audio/ogg' },
        body: fixture('opus.opus'),
      })
    expect((await send(mine.key)).status).toBe(201)
    expect((await send(other.key)).status).toBe(201)
    expect((await send(mine.key)).status).toBe(409)
  })
})
