/** The reconciler on a real bucket and a real Postgres: what it deletes, repairs, reports, and leaves alone. */
import { env } from 'cloudflare:workers'
import { neon } from '@neondatabase/serverless'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { readLabel } from '../src/audio/label.ts'
import { cacheTag } from '../src/audio/describeAudio.ts'
import { audioKey } from '../src/audio/objectKeys.ts'
import { updateClip } from '../src/db/edits.ts'
import { readSettings } from '../src/http/settings.ts'
import { readReconcileResult } from '../src/upkeep/reconcileResult.ts'
import { asAdmin, call, countRows, database, emptyLibrary, fixture, storedKeys, uploaded } from './api.ts'
import {
  forgotten,
  idOf,
  makeClip,
  runLater,
  storeAudio,
  wholePass,
  writeRow,
  type Visibility,
} from './reconciling.ts'

const [a, b, d] = [idOf(1), idOf(2), idOf(4)]

beforeEach(async () => {
  await emptyLibrary()
  forgotten.length = 0
})

async function labelOf(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  const { title, visibility } = readLabel(head!)
  return { title, visibility }
}

/** An edit that never came to its label. */
async function edit(id: string, visibility: Visibility, title: string): Promise<void> {
  await updateClip(database(), id, { visibility, title })
}

describe('objects and rows', () => {
  it('deletes an object without row once it is an hour old, and has the cache forget it', async () => {
    await makeClip(a)
    await storeAudio(b)
    await env.BUCKET.put(`clips/${b}/waveform`, '[]')
    await env.BUCKET.put(`clips/${a}/waveform`, '[]')
    expect(await runLater(0.98)).toMatchObject({ deletedOrphans: 0, finishedPass: true })
    expect(await storedKeys()).toHaveLength(4)
    expect(await runLater(1.02)).toMatchObject({ deletedOrphans: 2, scanned: 4, finishedPass: true })
    expect(await storedKeys()).toEqual([audioKey(a), `clips/${a}/waveform`])
    expect(forgotten).toHaveLength(1)
    expect(await countRows()).toBe(1)
  })

  it('reports rows without audio and keys of no clip, and touches neither', async () => {
    await makeClip(a)
    await writeRow(b)
    await writeRow(d)
    await env.BUCKET.put('clips/readme.txt', 'x')
    await env.BUCKET.put('elsewhere/x', 'x')
    expect(await runLater(100)).toMatchObject({
      deletedOrphans: 0,
      missingAudio: { count: 2, named: [b, d] },
      foreignKeys: { count: 1, named: ['clips/readme.txt'] },
    })
    expect(await storedKeys()).toEqual([audioKey(a), 'clips/readme.txt', 'elsewhere/x'])
    expect(await countRows()).toBe(3)
    await storeAudio(b)
    expect((await runLater(100)).missingAudio.named).toEqual([d])
  })

  it('names some of many rows without audio, and counts all', async () => {
    for (let n = 0; n < 60; n += 1) await writeRow(idOf(n))
    const { missingAudio } = await runLater(0)
    expect([missingAudio.count, missingAudio.named.length]).toEqual([60, 50])
  })

  it('clears what is older than a day from incoming/, page by page', async () => {
    for (const n of [1, 2, 3, 4, 5]) await env.BUCKET.put(`incoming/${idOf(n)}`, 'x')
    expect(await runLater(23.9)).toMatchObject({ deletedIncoming: 0 })
    for (const deletedIncoming of [2, 2, 1, 0]) {
      expect(await runLater(24.1, { incoming: 2 })).toMatchObject({ deletedIncoming })
    }
    expect(await storedKeys()).toEqual([])
  })

  it('leaves a real upload as it is, and clears a deleted clip whose audio stayed', async () => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Žluťoučký 🎵', visibility: 'private' })
    const before = await env.BUCKET.head(audioKey(id))
    expect(await runLater(1000)).toMatchObject({ scanned: 1, relabelled: 0, deletedOrphans: 0 })
    expect((await env.BUCKET.head(audioKey(id)))?.uploaded).toEqual(before?.uploaded)
    await neon(readSettings(env).database.url)`delete from clips`
    expect(await runLater(1000)).toMatchObject({ deletedOrphans: 1 })
  })

  it('deletes no more orphans in a run than it may, and goes on in the next', async () => {
    for (let n = 0; n < 7; n += 1) await storeAudio(idOf(n))
    await makeClip(idOf(9))
    const runs = await wholePass(2, { orphans: 3 })
    expect(runs.map(({ deletedOrphans }) => deletedOrphans)).toEqual([3, 3, 1])
    expect(await storedKeys()).toEqual([audioKey(idOf(9))])
  })
})

describe('an orphan that is stored anew after it was listed', () => {
  it('is left alone: its upload is being tried again', async () => {
    await storeAudio(idOf(1))
    const inTwoHours = new Date(Date.now() + 2 * 60 * 60_000)
    const restored = new Proxy(env.BUCKET, {
      get(bucket, name: keyof R2Bucket) {
        if (name === 'head') return async () => ({ uploaded: inTwoHours })
        const operation: unknown = Reflect.get(bucket, name)
        return typeof operation === 'function' ? operation.bind(bucket) : operation
      },
    })
    expect(await runLater(2, {}, { bucket: restored })).toMatchObject({ deletedOrphans: 0 })
    expect(await storedKeys()).toEqual([audioKey(idOf(1))])
    expect(await runLater(2)).toMatchObject({ deletedOrphans: 1 })
    expect(await storedKeys()).toEqual([])
  })
})

describe('labels', () => {
  it('repairs what differs from the row, first what must be hidden, and has the cache forget it', async () => {
    await storeAudio(a, 'public')
    await writeRow(a, 'public', 'Another title')
    await storeAudio(b, 'public')
    await writeRow(b, 'private')
    expect(await runLater(0)).toMatchObject({ relabelled: 2, finishedPass: true })
    expect(await labelOf(a)).toEqual({ title: 'Another title', visibility: 'public' })
    expect(await labelOf(b)).toEqual({ title: 'Tone', visibility: 'private' })
    expect(forgotten).toEqual([cacheTag(b), cacheTag(a)])
    const object = await env.BUCKET.get(audioKey(b))
    expect(await object?.text()).toBe(b)
    expect(await runLater(0)).toMatchObject({ relabelled: 0 })
  })

  it('repairs no more in a run than it may, and goes on in the next', async () => {
    for (let n = 0; n < 5; n += 1) {
      await storeAudio(idOf(n))
      await writeRow(idOf(n), 'public', 'Another title')
    }
    const runs = await wholePass(0, { labels: 2 })
    expect(runs.map(({ relabelled }) => relabelled)).toEqual([2, 2, 1])
  })

  it('of what was edited too, first what must be hidden', async () => {
    await makeClip(a)
    await makeClip(b)
    await edit(a, 'public', 'Another title')
    await edit(b, 'private', 'Tone')
    expect(await runLater(1, { labels: 1, pages: 0 })).toMatchObject({ relabelled: 1 })
    expect(await labelOf(b)).toMatchObject({ visibility: 'private' })
    expect(await runLater(1, { labels: 1, pages: 0 })).toMatchObject({ relabelled: 1 })
    expect(await labelOf(a)).toMatchObject({ title: 'Another title' })
  })

  it('finds an edited clip at once, wherever the pass is', async () => {
    for (let n = 0; n < 9; n += 1) await makeClip(idOf(n))
    const { url } = readSettings(env).database
    await neon(
      url,
    )`update clips set visibility = 'private', revision = 2, updated_at = now() where id = ${idOf(8)}`
    expect(await runLater(0, { pages: 1, pageSize: 2 })).toMatchObject({ relabelled: 1, finishedPass: false })
    expect(await labelOf(idOf(8))).toMatchObject({ visibility: 'private' })
    expect((await call(`/api/clips/${idOf(8)}/stream`)).status).toBe(404)
  })

  it('looks at an edit again until it has settled', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Old' })
    const patch = { method: 'PATCH', headers: { ...asAdmin, 'Content-Type': 'application/json' } }
    await call(`/api/clips/${id}`, { ...patch, body: '{"visibility":"private"}' })
    await runLater(0, { pages: 0 })
    // An earlier edit's label arrives late.
    await storeAudio(id, 'public', 'Old')
    expect(await runLater(1, { pages: 0 })).toMatchObject({ relabelled: 1 })
    await storeAudio(id, 'public', 'Old')
    expect(await runLater(1, { pages: 0 })).toMatchObject({ relabelled: 0 })
    expect(await runLater(1)).toMatchObject({ relabelled: 1 })
  })
})

describe('many', () => {
  it('goes through thousands of keys in several runs', { timeout: 120_000 }, async () => {
    const { url } = readSettings(env).database
    await neon(url)`insert into clips (id, title, content_type, size, sha256, deliberate_duplicate)
      select ('0199a6c2-7b1e-7c3a-9a43-' || lpad(n::text, 12, '0'))::uuid, 'Tone', 'audio/mpeg', 36, repeat('0', 64), true
      from generate_series(1, 2400) n where n % 8 <> 0`
    for (let first = 1; first <= 2400; first += 50) {
      const some = Array.from({ length: 50 }, (_, n) => first + n).filter((n) => n % 100 !== 1)
      await Promise.all(some.map(async (n) => await storeAudio(idOf(n))))
    }
    const runs = await wholePass(2, { pages: 10 })
    expect(runs.length).toBeGreaterThan(2)
    const sum = (name: 'scanned' | 'deletedOrphans') => runs.reduce((total, run) => total + run[name], 0)
    expect(sum('scanned')).toBe(2400)
    expect(sum('deletedOrphans')).toBe(300)
    expect(await readReconcileResult(database())).toMatchObject({
      scanned: 2400,
      deletedOrphans: 300,
      missingAudio: { count: 24 },
    })
    expect(await storedKeys()).toHaveLength(2400 - 300 - 24)
    const all = await storedKeys()
    while (all.length > 0) await env.BUCKET.delete(all.splice(0, 1000))
  })
})

const library = fc.uniqueArray(
  fc.record({
    n: fc.integer({ min: 0, max: 99 }),
    row: fc.option(fc.constantFrom('public' as const, 'private' as const)),
    objects: fc.subarray(['art', 'audio', 'waveform']),
  }),
  { maxLength: 8, selector: ({ n }) => n },
)
const bounds = fc.record({
  pages: fc.integer({ min: 1, max: 3 }),
  pageSize: fc.integer({ min: 1, max: 4 }),
  orphans: fc.integer({ min: 1, max: 3 }),
  labels: fc.integer({ min: 1, max: 2 }),
})

describe('any library', () => {
  it('ends with no orphan, every owned object, every label right, every missing audio reported', async () => {
    await fc.assert(
      fc.asyncProperty(library, bounds, async (clips, sizes) => {
        await emptyLibrary()
        for (const { n, row, objects } of clips) {
          if (row) await writeRow(idOf(n), row)
          for (const name of objects) {
            if (name === 'audio') await storeAudio(idOf(n))
            else await env.BUCKET.put(`clips/${idOf(n)}/${name}`, 'x')
          }
        }
        const runs = await wholePass(2, sizes)
        const owned = clips.filter(({ row }) => row)
        expect(await storedKeys()).toEqual(
          owned.flatMap(({ n, objects }) => objects.map((name) => `clips/${idOf(n)}/${name}`)).toSorted(),
        )
        expect(runs.flatMap(({ missingAudio }) => missingAudio.named)).toEqual(
          owned
            .filter(({ objects }) => !objects.includes('audio'))
            .map(({ n }) => idOf(n))
            .toSorted(),
        )
        for (const { n, row, objects } of owned) {
          if (objects.includes('audio')) expect((await labelOf(idOf(n))).visibility).toBe(row)
        }
      }),
      { numRuns: 15 },
    )
  }, 120_000)
})
