/** Conditional requests for the JSON of a clip, by readers and by writers: RFC 9110 §13. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Clip } from '../../src/clips/clip.ts'
import { editRow } from '../support/clipRows.ts'
import {
  asAdmin,
  call,
  countRows,
  database,
  emptyLibrary,
  expectProblem,
  fixture,
  uploaded,
} from '../support/api.ts'
import { callWith } from '../support/product.ts'
import { patchOf, patchTo, product } from '../support/refusingCache.ts'
import { withQueries } from '../support/withQueries.ts'

let clip: Clip
let path: string
beforeEach(async () => {
  await emptyLibrary()
  clip = await uploaded(fixture('opus.opus'), { title: 'Rain' })
  path = `/api/clips/${clip.id}`
})

const read = async (headers: Record<string, string> = {}) =>
  await call(path, { headers: { ...asAdmin, ...headers } })
const tagNow = async () => (await read()).headers.get('ETag') ?? ''
const longAgo = 'Sun, 06 Nov 1994 08:49:37 GMT'

/** Headers. `TAG` stands for the current tag of the clip. */
type Conditions = Record<string, string>
const withTag = (conditions: Conditions, tag: string) =>
  Object.fromEntries(Object.entries(conditions).map(([name, value]) => [name, value.replace('TAG', tag)]))

describe('a reader', () => {
  it.each<[Conditions, number]>([
    [{ 'If-None-Match': 'TAG' }, 304],
    [{ 'If-None-Match': 'W/TAG' }, 304],
    [{ 'If-None-Match': '"x", TAG' }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"x"' }, 200],
    [{ 'If-Match': 'TAG' }, 200],
    [{ 'If-Match': '*' }, 200],
    [{ 'If-Match': 'W/TAG' }, 412],
    [{ 'If-Match': '"x"' }, 412],
    [{ 'If-Match': '"x"', 'If-None-Match': 'TAG' }, 412],
    [{ 'If-Match': 'TAG', 'If-None-Match': 'TAG' }, 304],
    // A clip has no Last-Modified: §13.1.3 and §13.1.4.
    [{ 'If-Unmodified-Since': longAgo }, 200],
    [{ 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() }, 200],
  ])('with %j gets %i', async (conditions, status) => {
    const tag = await tagNow()
    const response = await read(withTag(conditions, tag))
    if (status === 412) {
      await expectProblem(response, 412, 'precondition-failed')
      return
    }
    expect(response.status).toBe(status)
    expect(response.headers.get('ETag')).toBe(tag)
    expect(response.headers.get('Cache-Control')).toBe('no-cache')
    expect(response.headers.has('Last-Modified')).toBe(false)
    const head = await call(path, { method: 'HEAD', headers: withTag(conditions, tag) })
    expect(head.status).toBe(status)
  })

  it.each([
    ['play_count', '1'],
    ['purge_pending', 'true'],
    ['analysis', "'done'"],
    ['loudness', '-14.5'],
    ['peak', '-1'],
  ])('gets another tag when %s has changed, which does not fail an edit', async (column, value) => {
    const tag = await tagNow()
    await database().execute(sql.raw(`update clips set ${column} = ${value}`))
    expect((await read({ 'If-None-Match': tag })).status).toBe(200)
    const edited = await callWith(env, path, withConditions(patchOf({ title: 'Snow' }), { 'If-Match': tag }))
    expect(edited.status).toBe(200)
  })

  it('gets another tag when a pending purge is done', async () => {
    const { ask, state } = product()
    const hidden = await ask(path, patchTo('private'))
    const tag = hidden.headers.get('ETag') ?? ''
    expect(tag).toBe(await tagNow())
    state.refuses = false
    const done = await ask(path, patchTo('private'))
    expect(done.headers.get('ETag')).not.toBe(tag)
    expect(done.headers.get('ETag')).toBe(await tagNow())
    expect((await read({ 'If-None-Match': tag })).status).toBe(200)
  })

  it('gets the tag of a new clip with the 201', async () => {
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const init = { method: 'POST', headers, body: fixture('opus.opus') }
    const made = await call('/api/clips?title=x&allow_duplicate=1', init)
    const stored = await call(made.headers.get('Location') ?? '')
    expect(made.headers.get('ETag')).toBe(stored.headers.get('ETag'))
  })
})

const withConditions = (init: RequestInit & { headers: Record<string, string> }, conditions: Conditions) => ({
  ...init,
  headers: { ...init.headers, ...conditions },
})

describe.each([
  ['PATCH', 200, patchOf({ title: 'Snow' })],
  ['DELETE', 204, { method: 'DELETE', headers: asAdmin }],
] as const)('%s', (_, done, init) => {
  it.each<[Conditions, boolean]>([
    [{}, true],
    [{ 'If-Match': 'TAG' }, true],
    [{ 'If-Match': '*' }, true],
    [{ 'If-Match': '"1.9"' }, true],
    [{ 'If-Match': '"9.9", TAG' }, true],
    [{ 'If-Match': 'W/TAG' }, false],
    [{ 'If-Match': '"9.0"' }, false],
    [{ 'If-Match': '"x"' }, false],
    [{ 'If-Match': '1' }, false],
    [{ 'If-Match': '' }, false],
    [{ 'If-None-Match': '*' }, false],
    [{ 'If-None-Match': 'TAG' }, false],
    [{ 'If-None-Match': 'W/TAG' }, false],
    [{ 'If-None-Match': '"9.0", "x"' }, true],
    [{ 'If-Match': 'TAG', 'If-None-Match': '*' }, false],
    [{ 'If-Match': 'TAG', 'If-None-Match': 'TAG' }, false],
    [{ 'If-Match': '*', 'If-None-Match': '"9.0"' }, true],
    [{ 'If-Unmodified-Since': longAgo }, true],
    [{ 'If-Modified-Since': new Date().toUTCString() }, true],
  ])('with %j: %s', async (conditions, holds) => {
    const { ask, jobs } = product()
    const response = await ask(path, withConditions(init, withTag(conditions, await tagNow())))
    if (holds) {
      expect(response.status).toBe(done)
      return
    }
    await expectProblem(response, 412, 'edit-conflict')
    expect((await read()).status).toBe(200)
    expect(await (await read()).json()).toEqual(clip)
    expect(jobs).toEqual([])
  })

  it('is not done if the clip is edited after it was read', async () => {
    const conditions = { 'If-Match': await tagNow() }
    const response = await justBefore(
      async () => void (await editRow(database(), clip.id, { title: 'First' })),
      async () => await callWith(env, path, withConditions(init, conditions)),
    )
    await expectProblem(response, 412, 'edit-conflict')
    expect(await (await read()).json()).toMatchObject({ title: 'First' })
  })

  it('is a 404 if the clip is deleted after it was read', async () => {
    const response = await justBefore(
      async () => void (await database().execute(sql`delete from clips`)),
      async () => await callWith(env, path, withConditions(init, { 'If-Match': await tagNow() })),
    )
    await expectProblem(response, 404, 'clip-not-found')
    expect(await countRows()).toBe(0)
  })
})

/** Does `meanwhile` right before the statement that changes the row. */
async function justBefore(meanwhile: () => Promise<void>, work: () => Promise<Response>): Promise<Response> {
  let isFirst = true
  return await withQueries(async (query, real) => {
    if (isFirst && /^\{"query":"(update|delete from) \\"clips\\"/.test(query)) {
      isFirst = false
      await meanwhile()
    }
    return await real()
  }, work)
}
