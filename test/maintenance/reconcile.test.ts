/** The reconciler on a real bucket and a real Postgres: what it deletes, repairs, reports, and does not touch. */
import { env } from 'cloudflare:workers'
import { neon } from '@neondatabase/serverless'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { clipTag, listsTag } from '../../src/audio/purgeCache.ts'
import { readMetadata, audioKey } from '../../src/audio/objects.ts'
import { editRow } from '../support/clipRows.ts'
import { readSettings } from '../../src/http/settings.ts'
import { readReconcileResult } from '../../src/maintenance/reconcileState.ts'
import { call, countRows, database, emptyLibrary, fixture, storedKeys, uploaded } from '../support/api.ts'
import {
  purged,
  idOf,
  makeClip,
  runLater,
  storeAudio,
  stores,
  wholePass,
  writeRow,
} from '../support/reconciling.ts'
import { retryPurges } from '../../src/maintenance/retryPurges.ts'
import { runCron } from '../support/cron.ts'

const [a, b, d] = [idOf(1), idOf(2), idOf(4)]

beforeEach(async () => {
  await emptyLibrary()
  purged.length = 0
})

async function visibilityOf(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  return readMetadata(head!).visibility
}

describe('objects and rows', () => {
  it('deletes an object without a row after an hour, and purges it from the cache', async () => {
    await makeClip(a)
    await storeAudio(b)
    await env.BUCKET.put(`clips/${b}/waveform`, '[]')
    await env.BUCKET.put(`clips/${a}/waveform`, '[]')
    expect(await runLater(0.98)).toMatchObject({ deletedOrphans: 0, finishedPass: true })
    expect(await storedKeys()).toHaveLength(4)
    expect(await runLater(1.02)).toMatchObject({ deletedOrphans: 2, scanned: 4, finishedPass: true })
    expect(await storedKeys()).toEqual([audioKey(a), `clips/${a}/waveform`])
    expect(purged).toEqual([clipTag(b), listsTag])
    expect(await countRows()).toBe(1)
  })

  it('reports rows without audio and foreign keys, and touches neither', async () => {
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

  it('does not touch a real upload, and deletes the audio of a deleted clip', async () => {
    const bytes = fixture('opus.opus')
    const { id } = await uploaded(bytes, { title: 'Žluťoučký 🎵', visibility: 'private' })
    const before = await env.BUCKET.head(audioKey(id))
    expect(await runLater(1000)).toMatchObject({ scanned: 1, mismatched: 0, deletedOrphans: 0 })
    expect((await env.BUCKET.head(audioKey(id)))?.uploaded).toEqual(before?.uploaded)
    await neon(readSettings(env).database.url)`delete from clips`
    expect(await runLater(1000)).toMatchObject({ deletedOrphans: 1 })
  })

  it('deletes a limited number of orphans in a run, and continues in the next', async () => {
    for (let n = 0; n < 7; n += 1) await storeAudio(idOf(n))
    await makeClip(idOf(9))
    const runs = await wholePass(2, { orphans: 3 })
    expect(runs.map(({ deletedOrphans }) => deletedOrphans)).toEqual([3, 3, 1])
    expect(await storedKeys()).toEqual([audioKey(idOf(9))])
  })
})

describe('the visibility of audio', () => {
  it('is repaired by the cron if the row has another, and purged until the repair is old', async () => {
    await storeAudio(a, 'private')
    await writeRow(a, 'public')
    await storeAudio(b, 'public')
    await writeRow(b, 'private')
    await makeClip(d)
    expect(await runLater(0)).toMatchObject({ mismatched: 2, finishedPass: true })
    const tags: string[][] = []
    for (let run = 0; run < 3; run += 1) await runCron(new Date(), env, async (some) => void tags.push(some))
    expect([await visibilityOf(a), await visibilityOf(b)]).toEqual(['public', 'private'])
    expect(tags).toEqual([
      [clipTag(a), clipTag(b), listsTag],
      [clipTag(a), clipTag(b), listsTag],
    ])
    const object = await env.BUCKET.get(audioKey(b))
    expect(await object?.text()).toBe(b)
    expect(readMetadata(object!)).toMatchObject({ contentType: 'audio/mpeg', fileName: 'tone.mp3' })
    expect(await runLater(0)).toMatchObject({ mismatched: 0 })
  })

  it('is repaired by the next cron after an edit, wherever the pass is', async () => {
    for (let n = 0; n < 9; n += 1) await makeClip(idOf(n))
    await editRow(database(), idOf(8), { visibility: 'private' })
    expect(await runLater(0, { pages: 1, pageSize: 2 })).toMatchObject({ finishedPass: false })
    await runCron(new Date())
    expect(await visibilityOf(idOf(8))).toBe('private')
    expect((await call(`/api/clips/${idOf(8)}/stream`)).status).toBe(404)
  })
})

describe('samples of rows', () => {
  it('go round, a limited number in a run, and missing audio stays reported until the next round is done', async () => {
    for (let n = 0; n < 5; n += 1) await makeClip(idOf(n))
    await env.BUCKET.delete(audioKey(idOf(3)))
    const found: string[][] = []
    for (let run = 0; run < 3; run += 1) {
      found.push((await runLater(0, { samples: 2 })).missingAudio.named)
    }
    expect(found).toEqual([[], [idOf(3)], []])
    const reported = async () => (await readReconcileResult(database()))?.missingAudio
    expect(await reported()).toEqual({ count: 1, named: [idOf(3)] })
    await storeAudio(idOf(3))
    await runLater(0, { samples: 2 })
    expect(await reported()).toEqual({ count: 1, named: [idOf(3)] })
    for (let run = 0; run < 2; run += 1) await runLater(0, { samples: 2 })
    expect(await reported()).toEqual({ count: 0, named: [] })
  })
})

describe('many clips', () => {
  it('take several runs', { timeout: 120_000 }, async () => {
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
    expect(sum('scanned')).toBe(2376)
    expect(sum('deletedOrphans')).toBe(300)
    expect(await readReconcileResult(database())).toMatchObject({ scanned: 2376, deletedOrphans: 300 })
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
})

describe('any library', () => {
  it('ends without orphans, with every owned object, right metadata, and every missing audio reported', async () => {
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
        await retryPurges(stores())
        const owned = clips.filter(({ row }) => row)
        expect(await storedKeys()).toEqual(
          owned.flatMap(({ n, objects }) => objects.map((name) => `clips/${idOf(n)}/${name}`)).toSorted(),
        )
        expect(new Set(runs.flatMap(({ missingAudio }) => missingAudio.named))).toEqual(
          new Set(owned.filter(({ objects }) => !objects.includes('audio')).map(({ n }) => idOf(n))),
        )
        for (const { n, row, objects } of owned) {
          if (objects.includes('audio')) expect(await visibilityOf(idOf(n))).toBe(row)
        }
      }),
      { numRuns: 15 },
    )
  }, 120_000)
})
