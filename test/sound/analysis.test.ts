/** The analysis of a clip: what it gives, and that it changes nothing else, whatever fails and however often it comes. */
import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { audioKey, waveformKey } from '../../src/audio/objects.ts'
import { clips } from '../../src/db/schema.ts'
import { analysisVersion } from '../../src/sound/analyseSound.ts'
import { again, analysed, deliverAnalysis, done, readClip } from '../support/analyses.ts'
import {
  asAdmin,
  call,
  database,
  emptyLibrary,
  expectProblem,
  fixture,
  storedKeys,
  unknownId,
  uploaded,
} from '../support/api.ts'
import { noise } from '../support/bytes.ts'
import { countingBucket, type Counts } from '../support/counting.ts'
import { deleteRow } from '../support/clipRows.ts'
import { runCron } from '../support/cron.ts'
import { faultyBucket, r2Error, withoutDatabase } from '../support/faults.ts'
import { queueWith } from '../support/queueWith.ts'
import { realFile } from '../support/realFiles.ts'
import { wave } from '../support/wav.ts'
import { withQueries } from '../support/withQueries.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

beforeEach(emptyLibrary)

const upload = async (file = fixture('opus.opus')) => await uploaded(file, { title: 'x' })

/** What the analysis has set, and what it must not. */
function soundOf({
  analysis,
  waveform_url,
  loudness,
  loudness_range,
  peak,
}: Awaited<ReturnType<typeof readClip>>) {
  return { analysis, waveform_url, loudness, loudness_range, peak }
}

const nothing = { waveform_url: null, loudness: null, loudness_range: null, peak: null }
const level = expect.any(Number)

async function rowOf(id: string) {
  const [row] = await database()
    .select({ version: clips.analysisVersion, starts: clips.analysisStarts, updatedAt: clips.updatedAt })
    .from(clips)
    .where(eq(clips.id, id))
  return row
}

/** Counts starts as analyses that crashed the Worker leave them. */
async function crashWorker(id: string, starts: number) {
  await database().update(clips).set({ analysisStarts: starts }).where(eq(clips.id, id))
}

describe('an analysis', () => {
  const files = [
    'cbr.mp3',
    'vbr-xing.mp3',
    'aac.m4a',
    'fragmented.m4a',
    'adts.aac',
    'lossless.flac',
    'vorbis.ogg',
  ]
  it.each([...files, 'opus.opus', 'opus.webm', 'pcm.wav', 'pcm.aiff'])(
    'gives waveform and levels of %s',
    async (name) => {
      const { id, duration, ...before } = await upload(fixture(name))
      expect(soundOf({ id, duration, ...before })).toEqual({ analysis: 'pending', ...nothing })
      await expectProblem(await call(`/api/clips/${id}/waveform`), 404, 'waveform-not-found')

      const after = await analysed(id)
      expect(soundOf(after)).toEqual({
        analysis: 'done',
        waveform_url: `https://clips.test/api/clips/${id}/waveform`,
        loudness: level,
        // It takes three seconds to have one.
        loudness_range: (duration ?? 0) > 4 ? level : null,
        peak: level,
      })
      expect(after.updated_at).toBe(before.updated_at)
      const waveform = await (await call(`/api/clips/${id}/waveform`)).json<Record<string, number>>()
      const { sample_rate: rate = 0, samples_per_pixel: samples = 0, length = 0 } = waveform
      // The last point may be a part of one.
      expect(Math.abs((length * samples) / rate - (duration ?? 0))).toBeLessThanOrEqual(samples / rate)
    },
  )

  it.each([45, 70])('gives no loudness at %i Hz, where nothing can be heard', async (rate) => {
    const { id } = await upload(wave({ rate, byteRate: 2 * rate }, noise(20 * rate)))
    expect(soundOf(await analysed(id))).toMatchObject({
      analysis: 'done',
      loudness: null,
      loudness_range: null,
      peak: level,
    })
  })

  it('is unsupported where nothing decodes the codec', async () => {
    const { id } = await upload(realFile('amr-nb-mode-7.amr'))
    expect(soundOf(await analysed(id))).toEqual({ analysis: 'unsupported', ...nothing })
    expect(await storedKeys()).toEqual([audioKey(id)])
  })

  it('fails for audio that cannot be decoded, which plays as before', async () => {
    const { id } = await upload(fixture('lossless.flac'))
    const object = await env.BUCKET.get(audioKey(id))
    const bytes = await object!.bytes()
    await env.BUCKET.put(audioKey(id), bytes.fill(0, 200), object!)
    expect(soundOf(await analysed(id))).toEqual({ analysis: 'failed', ...nothing })
    expect((await call(`/api/clips/${id}/stream`)).status).toBe(200)
    await expectProblem(await call(`/api/clips/${id}/waveform`), 404, 'waveform-not-found')
  })

  it('is requested by an upload', async () => {
    const sent: unknown[] = []
    const batches: Queue = new Proxy(env.ANALYSES, {
      get: () => async (batch: Iterable<MessageSendRequest>) => void sent.push(...batch),
    })
    const { productWith } = await import('../support/product.ts')
    const response = await productWith({ ANALYSES: batches })('/api/clips?title=x', {
      method: 'POST',
      headers: { ...asAdmin, 'Content-Type': 'audio/ogg' },
      body: fixture('opus.opus'),
    })
    const { id } = await response.json<{ id: string }>()
    expect(sent).toEqual([{ body: { clip: id } }])
  })
})

describe('a second delivery', () => {
  const counts: Counts = { r2: [], sql: 0 }
  beforeEach(() => void (counts.r2 = []))
  const counting = () => ({ BUCKET: countingBucket(env.BUCKET, counts) })

  it('does nothing', async () => {
    const { id } = await upload()
    const first = await analysed(id)
    expect(await deliverAnalysis({ clip: id }, counting())).toEqual(done)
    expect(counts.r2).toEqual([])
    expect(await readClip(id)).toEqual(first)
  })

  it('writes no waveform again, if only the row was lost', async () => {
    const { id } = await upload()
    const lost = await withQueries(
      async (query, real) =>
        query.includes('loudness_range') ? await Promise.reject(new Error('lost')) : await real(),
      async () => await deliverAnalysis({ clip: id }),
    )
    expect(lost).toEqual(again(30))
    expect(await storedKeys()).toContain(waveformKey(id))
    expect(await deliverAnalysis({ clip: id }, counting())).toEqual(done)
    expect(counts.r2).toContain('head')
    expect(counts.r2).not.toContain('put')
    expect((await readClip(id)).analysis).toBe('done')
  })

  it('at the same time changes nothing', async () => {
    const { id } = await upload()
    const both = await Promise.all([deliverAnalysis({ clip: id }), deliverAnalysis({ clip: id })])
    expect(both).toEqual([done, done])
    expect((await readClip(id)).analysis).toBe('done')
    expect(await rowOf(id)).toMatchObject({ version: analysisVersion, starts: 0 })
  })
})

describe('an analysis that is interrupted', () => {
  it.each([
    [1, 30],
    [2, 60],
    [5, 480],
  ])('by Postgres, at its delivery %i comes again after %i s', async (attempts, seconds) => {
    const { id } = await upload()
    expect(await deliverAnalysis({ clip: id }, withoutDatabase, attempts)).toEqual(again(seconds))
    expect((await readClip(id)).analysis).toBe('pending')
  })

  it.each(['get', 'put', 'head'])(
    'by R2, which refuses %s, comes again, and is not to blame',
    async (operation) => {
      const { id } = await upload()
      const BUCKET = faultyBucket(env.BUCKET, (name) => (name === operation ? r2Error() : undefined))
      for (let delivery = 0; delivery < 4; delivery++) {
        expect(await deliverAnalysis({ clip: id }, { BUCKET })).toEqual(again(30))
      }
      expect((await analysed(id)).analysis).toBe('done')
    },
  )

  it('by Postgres, when it saves, is not to blame either', async () => {
    const { id } = await upload()
    for (let delivery = 0; delivery < 4; delivery++) {
      const lost = await withQueries(
        async (query, real) =>
          query.includes('loudness_range') ? await Promise.reject(new Error('lost')) : await real(),
        async () => await deliverAnalysis({ clip: id }),
      )
      expect(lost).toEqual(again(30))
      expect(await rowOf(id)).toMatchObject({ version: 0, starts: 0 })
    }
    expect((await analysed(id)).analysis).toBe('done')
  })

  it('because its audio is lost fails the fourth time', async () => {
    const { id } = await upload()
    await env.BUCKET.delete(audioKey(id))
    for (let delivery = 0; delivery < 3; delivery++) {
      expect(await deliverAnalysis({ clip: id })).toEqual(again(30))
      expect((await readClip(id)).analysis).toBe('pending')
    }
    expect((await analysed(id)).analysis).toBe('failed')
  })

  it('by a crash of the Worker fails the fourth time, without another try', async () => {
    const { id: other } = await upload()
    await crashWorker(other, 2)
    expect((await analysed(other)).analysis).toBe('done')

    const { id } = await upload()
    const counts: Counts = { r2: [], sql: 0 }
    const BUCKET = countingBucket(env.BUCKET, counts)
    await crashWorker(id, 3)
    expect(await deliverAnalysis({ clip: id }, { BUCKET })).toEqual(done)
    expect(counts.r2).toEqual([])
    expect((await readClip(id)).analysis).toBe('failed')
  })

  it('goes to the dead-letter queue at once if it is malformed', async () => {
    const dead: unknown[] = []
    const ANALYSES_DEAD = queueWith(async (body) => void dead.push(body))
    expect(await deliverAnalysis({ clip: 'x' }, { ANALYSES_DEAD })).toEqual(done)
    expect(dead).toEqual([{ clip: 'x' }])
  })
})

describe('a clip that goes', () => {
  it('takes its waveform with it', async () => {
    const { id } = await upload()
    await analysed(id)
    expect(await storedKeys()).toEqual([audioKey(id), waveformKey(id)])
    await call(`/api/clips/${id}`, { method: 'DELETE', headers: asAdmin })
    expect(await storedKeys()).toEqual([])
  })

  it('leaves nothing behind if it goes during its analysis', async () => {
    const { id } = await upload()
    const BUCKET = wrapBucket(env.BUCKET, async ({ name, key }, act) => {
      if (name === 'put' && key === waveformKey(id)) {
        await call(`/api/clips/${id}`, { method: 'DELETE', headers: asAdmin })
      }
      return await act()
    })
    expect(await deliverAnalysis({ clip: id }, { BUCKET })).toEqual(done)
    expect(await storedKeys()).toEqual([])
  })

  it('needs no analysis', async () => {
    expect(await deliverAnalysis({ clip: unknownId })).toEqual(done)
    expect(await storedKeys()).toEqual([])
  })

  it('leaves a waveform to the reconciler, whatever fails', async () => {
    const { id } = await upload()
    await analysed(id)
    await deleteRow(database(), id)
    await runCron(new Date(Date.now() + 2 * 60 * 60_000))
    expect(await storedKeys()).toEqual([])
  })
})

describe('the cron', () => {
  const twoHours = 2 * 60 * 60_000

  /** Runs the cron, and returns the clips whose analysis it requested. */
  async function requested(now = new Date(Date.now() + twoHours)): Promise<unknown[]> {
    const sent: unknown[] = []
    const ANALYSES: Queue = new Proxy(env.ANALYSES, {
      get: () => async (batch: Iterable<MessageSendRequest<{ clip: string }>>) =>
        void sent.push(...[...batch].map(({ body }) => body.clip)),
    })
    await runCron(now, { ...env, ANALYSES })
    return sent
  }

  it('requests the analyses that are missing, or of an older version', async () => {
    const [pending, old, current, failed] = [await upload(), await upload(), await upload(), await upload()]
    for (const { id } of [old, current]) await analysed(id)
    const set = async (id: string, values: object) =>
      await database().update(clips).set(values).where(eq(clips.id, id))
    await set(old.id, { analysisVersion: analysisVersion - 1 })
    await set(failed.id, { analysis: 'failed', analysisVersion })
    expect(new Set(await requested())).toEqual(new Set([pending.id, old.id]))
  })

  it('leaves young clips to their own job', async () => {
    await upload()
    expect(await requested(new Date())).toEqual([])
  })

  it('keeps what an older version gave if the new one fails', async () => {
    const { id } = await upload()
    const before = await analysed(id)
    await database().update(clips).set({ analysisVersion: 0, analysisStarts: 3 }).where(eq(clips.id, id))
    expect(await analysed(id)).toEqual(before)
    expect(await rowOf(id)).toMatchObject({ version: analysisVersion })
  })

  it('requests the next ones when those of the last run are done', async () => {
    await database()
      .execute(sql`insert into clips (id, title, content_type, size, sha256, deliberate_duplicate, created_at)
      select ('0199a6c2-7b1e-7c3a-9a43-' || lpad(n::text, 12, '0'))::uuid, 'x', 'audio/mpeg', 9, repeat('0', 64), true,
        now() - interval '3 hours' from generate_series(1, 800) n`)
    const first = await requested()
    expect(first).toHaveLength(500)
    expect(await requested()).toEqual([])
    const finish = sql`update clips set analysis = 'failed', analysis_version = ${analysisVersion}
      where id <= ${first.at(-1)}::uuid`
    await database().execute(finish)
    const second = await requested()
    expect(second).toHaveLength(300)
    expect(new Set([...first, ...second]).size).toBe(800)
  })

  it('requests a clip again whose job seems to be lost', async () => {
    const { id } = await upload()
    const turns = [await requested()]
    while (turns.length < 10) turns.push(await requested())
    expect(turns.map(({ length }) => length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(turns.at(-1)).toEqual([id])
  })

  it('goes on if the queue refuses', async () => {
    const { id } = await upload()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const ANALYSES: Queue = new Proxy(env.ANALYSES, { get: () => async () => await r2Error() })
    await runCron(new Date(Date.now() + twoHours), { ...env, ANALYSES })
    expect(await requested()).toEqual([id])
    vi.restoreAllMocks()
  })
})
