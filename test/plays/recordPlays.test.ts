/** Counting is exact, in whatever order events come, however often, and whatever fails. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { beforeEach, describe, expect, it } from 'vitest'
import { clips as clipTable } from '../../src/db/schema.ts'
import { deleteRow } from '../support/clipRows.ts'
import { type PlayEvent, recordPlays } from '../../src/db/plays.ts'
import worker from '../../src/index.ts'
import { database, emptyLibrary } from '../support/api.ts'
import { countingSql } from '../support/counting.ts'
import { type Tables, modelTables } from '../support/playModel.ts'
import { insertClips, readTables } from '../support/playTables.ts'
import { withQueries } from '../support/withQueries.ts'

const windowSeconds = 30
/** Shortly before a midnight, two days ago. */
const base = Date.parse(`${new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)}T23:58:30.000Z`)
const listener = (n: number) => String(n).padStart(64, '0')
const at = (seconds: number) => new Date(base + seconds * 1000).toISOString()

function start(clip: string, seconds: number, change: Partial<PlayEvent> = {}): PlayEvent {
  return { id: uuidv7(), clip, listener: listener(1), country: 'CZ', at: at(seconds), ...change }
}

async function record(...batches: PlayEvent[][]) {
  for (const batch of batches) await recordPlays(database(), batch, windowSeconds)
}

beforeEach(emptyLibrary)

describe('the window', () => {
  const cases: [what: string, seconds: number[][], plays: number, repeats: number][] = [
    ['one start', [[0]], 1, 0],
    ['a second start within it', [[0, 29.999]], 1, 1],
    ['a second start at its end', [[0, 30]], 2, 0],
    ['the window begins at the last play, not at the last start', [[0, 20, 40]], 2, 1],
    ['the same, one at a time', [[0], [20], [40]], 2, 1],
    ['the same, backwards: 20 counts until 0 is known', [[40], [20], [0]], 2, 1],
    ['an earlier one moves those after it', [[40, 70, 100], [20]], 3, 1],
    ['an earlier one makes a repeat a play', [[10, 39, 60], [5]], 2, 2],
    ['two starts at the same time', [[0, 0]], 1, 1],
    ['midnight begins a new window: the listener has another id', [[80, 95]], 2, 0],
  ]
  it.each(cases)('%s', async (_, batches, plays, repeats) => {
    const [clip = ''] = await insertClips(1)
    await record(...batches.map((seconds) => seconds.map((second) => start(clip, second))))
    const { counts, days } = await readTables()
    expect(counts[clip]).toBe(plays)
    expect(Object.values(days).reduce((sum, day) => sum + day.repeats, 0)).toBe(repeats)
  })

  it('belongs to one clip and one listener', async () => {
    const [one = '', other = ''] = await insertClips(2)
    await record([start(one, 0), start(other, 1), start(one, 2, { listener: listener(2) })])
    expect((await readTables()).counts).toEqual({ [one]: 2, [other]: 1 })
  })

  it('counts for the country of the start that counts', async () => {
    const [clip = ''] = await insertClips(1)
    await record([start(clip, 20, { country: 'DE' })], [start(clip, 0, { country: null })])
    expect((await readTables()).countries).toEqual({ [`${clip} XX`]: 1 })
  })
})

describe('what is not counted', () => {
  it('a clip that is deleted; the library keeps its earlier plays', async () => {
    const [clip = '', other = ''] = await insertClips(2)
    await record([start(clip, 0), start(uuidv7(), 0)])
    await deleteRow(database(), clip)
    await record([start(clip, 50), start(other, 50)])
    const { counts, library } = await readTables()
    expect(counts).toEqual({ [other]: 1 })
    expect(Object.values(library)).toEqual([{ plays: 2, listeners: 1 }])
  })

  it('a start older than the raw events, which may be counted and pruned already', async () => {
    const [clip = ''] = await insertClips(1)
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
    await record([start(clip, 0, { at: daysAgo(90) }), start(clip, 0, { at: daysAgo(89) })])
    expect((await readTables()).counts[clip]).toBe(1)
  })
})

it('changes neither the fields, the revision nor the edit time of a clip', async () => {
  const [clip = ''] = await insertClips(1)
  const row = async () => (await database().select().from(clipTable))[0]
  const before = await row()
  await record([start(clip, 0)])
  expect(await row()).toEqual({ ...before, playCount: 1, trend: expect.any(Number) })
})

it('any order, grouping and repetition of any events gives the same tables', async () => {
  const second = fc.integer({ min: 0, max: 130 })
  const event = fc.record({
    // Few clips and listeners, so that starts meet. The third clip does not exist.
    clip: fc.constantFrom(0, 0, 0, 1, 2),
    listener: fc.nat(1),
    second,
    country: fc.constantFrom('CZ', 'DE', null),
  })
  const events = fc.array(event, { minLength: 1, maxLength: 30 })
  const deliveries = fc.array(fc.array(fc.nat(29), { maxLength: 12 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(events, deliveries, async (drawn, batches) => {
      await emptyLibrary()
      const clips = [...(await insertClips(2)), uuidv7()]
      const all = drawn.map((one) =>
        start(clips[one.clip] ?? '', one.second, { listener: listener(one.listener), country: one.country }),
      )
      const pick = (n: number) => all[n % all.length]
      await record(
        ...batches.map((batch) => batch.map(pick).filter((one) => one !== undefined)),
        all.toReversed(),
      )
      const tables = await readTables()
      expect(tables).toEqual(modelTables(all, clips.slice(0, 2), windowSeconds))
      expect(await readTrends()).toEqual(trendsOf(tables))
    }),
    { numRuns: 60 },
  )
}, 120_000)

it('10,000 events in shuffled batches, each one to three times, the database failing on a tenth of them', async () => {
  const clips = await insertClips(20)
  const random = seeded(5)
  const pick = <Item>(items: Item[]) => items[Math.floor(random() * items.length)]
  const events = Array.from({ length: 10_000 }, () =>
    start(pick(clips) ?? '', Math.round(random() * 600_000) / 1000, {
      listener: listener(Math.floor(random() * 120)),
      country: pick(['CZ', 'DE', 'JP', null]) ?? null,
    }),
  )
  const deliveries = events.flatMap((event) =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => event),
  )
  let waiting = shuffled(deliveries, random)
  const tally = { batches: 0, refused: 0, unanswered: 0 }
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 1 + Math.floor(random() * 100))
    tally.batches += 1
    const fate = tally.batches % 10 === 0 ? pick(['refused', 'unanswered'] as const) : undefined
    if (fate) tally[fate] += 1
    const acknowledged = await consume(batch, fate)
    expect(acknowledged).toBe(fate === undefined)
    if (!acknowledged) waiting = shuffled([...waiting, ...batch], random)
  }
  expect(tally.refused).toBeGreaterThan(5)
  expect(tally.unanswered).toBeGreaterThan(5)
  const tables = await readTables()
  expect(tables).toEqual(modelTables(events, clips, windowSeconds))
  expect(await readTrends()).toEqual(trendsOf(tables))
}, 300_000)

it('100 plays take one statement', async () => {
  const [clip = ''] = await insertClips(1)
  const counts = { r2: [], sql: 0 }
  const plays = Array.from({ length: 100 }, (_, n) => start(clip, 0, { listener: listener(n) }))
  await countingSql(counts, async () => await consume(plays))
  expect(counts.sql).toBe(1)
  expect((await readTables()).counts[clip]).toBe(100)
})

/** Each clip's trend, as it stands in its row. */
async function readTrends(): Promise<Record<string, number>> {
  const rows = await database().select().from(clipTable)
  return Object.fromEntries(rows.map(({ id, trend }) => [id, trend]))
}

/** What it must be, by the days of the clips: log2 Σ plays × 2^(day/3), days counted from 2020. */
function trendsOf({ counts, days }: Tables): Record<string, unknown> {
  const trendOf = (clip: string) => {
    const ofClip = Object.entries(days)
      .filter(([key]) => key.startsWith(clip))
      .map(([key, { plays }]) => ({
        plays,
        day: (Date.parse(key.slice(37)) - Date.UTC(2020, 0, 1)) / 86_400_000,
      }))
    const latest = Math.max(...ofClip.map(({ day }) => day))
    return (
      latest / 3 +
      Math.log2(ofClip.reduce((sum, { plays, day }) => sum + plays * 2 ** ((day - latest) / 3), 0))
    )
  }
  const trend = (clip: string, plays: number) => (plays === 0 ? 0 : expect.closeTo(trendOf(clip), 5))
  return Object.fromEntries(Object.entries(counts).map(([clip, plays]) => [clip, trend(clip, plays)]))
}

/** Lets the Worker consume a batch, and answers whether it was acknowledged. Postgres may refuse, or its answer may be lost. */
async function consume(events: PlayEvent[], fate?: 'refused' | 'unanswered'): Promise<boolean> {
  const messages = events.map((body) => ({ id: uuidv7(), timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch('clips-plays', messages)
  const context = createExecutionContext()
  await withQueries(
    async (_, real) => {
      if (fate === 'refused') throw new Error('connection refused')
      const response = await real()
      if (fate !== 'unanswered') return response
      await response.body?.cancel()
      throw new Error('connection reset')
    },
    async () => await worker.queue(batch, env, context),
  )
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context)
  expect([explicitAcks, retryMessages].filter(({ length }) => length > 0)).toHaveLength(1)
  expect(explicitAcks.length + retryMessages.length).toBe(events.length)
  return explicitAcks.length > 0
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
