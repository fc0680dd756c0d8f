/**
 * A search for interleavings that break a promise: uploads and their keyed retries, edits, deletions, jobs and the cron run
 * against each other about one audio, in orders and with losses that fast-check chooses. Afterwards the invariants of
 * src/clips/README.md hold. `ORDERS` is how many runs, and `SEED` repeats them.
 */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { audioKey, readMetadata } from '../../src/audio/objects.ts'
import { Clip } from '../../src/clips/clip.ts'
import { type Actor, type Outcome, inAnyOrder } from '../support/anyOrder.ts'
import { asAdmin, call, emptyLibrary, fixture, storedKeys } from '../support/api.ts'
import { runCron } from '../support/cron.ts'
import { lapseLocks } from '../support/idempotencyKeys.ts'
import { callWith } from '../support/product.ts'
import { rawHeaders } from '../support/rawUpload.ts'
import { deliverAll } from '../support/refusingCache.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'

const { ORDERS: orders, SEED: seed } = z
  .object({ ORDERS: z.coerce.number(), SEED: z.coerce.number() })
  .parse(env)

const bytes = fixture('opus.opus')
const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()

type Edit = 'public' | 'private' | 'rename' | 'delete'

/** An edit or deletion that was asked for. `end` and `status` are unknown while it runs. */
type Asked = { edit: Edit; id: string; start: number; end?: number; status?: number }

type Scenario = {
  visibility: 'public' | 'private'
  /** Whether there is a clip already, and whether its upload had an answer. */
  before: 'nothing' | 'unanswered' | 'answered'
  /** Attempts under the same key at the same time, and an upload of the same audio without a key. */
  attempts: number
  duplicate: boolean
  /** Whether the keyed uploads accept that the library has the audio. */
  allowsDuplicate: boolean
  /** What each owner of the clip does, one after the other. */
  owners: Edit[][]
  lapses: number
  jobs: number
  crons: number
  listens: number
}

const edit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Edit>('public', 'private') },
  { weight: 1, arbitrary: fc.constant<Edit>('rename') },
  { weight: 2, arbitrary: fc.constant<Edit>('delete') },
)
const scenario: fc.Arbitrary<Scenario> = fc.record({
  visibility: fc.constantFrom('public', 'private'),
  before: fc.constantFrom('nothing', 'unanswered', 'answered'),
  attempts: fc.constantFrom(0, 0, 1, 2, 2),
  duplicate: fc.boolean(),
  allowsDuplicate: fc.boolean(),
  owners: fc.array(fc.array(edit, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
  lapses: fc.nat(2),
  jobs: fc.nat(2),
  crons: fc.nat(1),
  listens: fc.nat(2),
})

const outcome = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Outcome>('done') },
  { weight: 1, arbitrary: fc.constant<Outcome>('never sent') },
  { weight: 2, arbitrary: fc.constant<Outcome>('answer lost') },
  { weight: 6, arbitrary: fc.record<Outcome & object>({ lateBy: fc.integer({ min: 1, max: 25 }) }) },
)

/** One run: what its actors have asked for, and what they were told. */
class Run {
  readonly #scenario: Scenario
  #now = 0
  readonly jobs: unknown[] = []
  readonly created: { by: string; id: string }[] = []
  readonly asked: Asked[] = []

  constructor(wanted: Scenario) {
    this.#scenario = wanted
  }

  actors(): Actor[] {
    const { attempts, duplicate, owners, lapses, jobs, crons, listens } = this.#scenario
    const times = (count: number, step: () => Promise<unknown>) => async () => {
      for (let done = 0; done < count; done += 1) await step().catch(() => {})
    }
    return [
      ...Array.from({ length: attempts }, (_, nth) => ({
        name: `attempt ${nth + 1}`,
        work: async (bindings: Env) => await this.create(bindings, 'the key'),
      })),
      ...(duplicate ? [{ name: 'duplicate', work: async (b: Env) => await this.create(b, undefined) }] : []),
      ...owners.map((edits, nth) => ({
        name: `owner ${nth + 1}`,
        work: async (bindings: Env) => await this.edit(bindings, edits),
      })),
      { name: 'clock', work: times(lapses, lapseLocks) },
      { name: 'queue', work: async (b) => await times(jobs, async () => await this.deliver(b.BUCKET))() },
      { name: 'cron', work: async (b) => await times(crons, async () => await runCron(later(2), b))() },
      { name: 'listener', work: async (b) => await times(listens, async () => await this.listen(b))() },
    ]
  }

  /** Uploads until there is an answer. */
  async create(bindings: Env, key: string | undefined, tries = 4): Promise<void> {
    const { visibility, allowsDuplicate } = this.#scenario
    const allows = key !== undefined && allowsDuplicate ? '&allow_duplicate=1' : ''
    for (let tried = 0; tried < tries; tried += 1) {
      const response = await callWith(bindings, `/api/clips?title=x&visibility=${visibility}${allows}`, {
        method: 'POST',
        headers: { ...rawHeaders, ...(key !== undefined && { 'Idempotency-Key': key }) },
        body: bytes,
      })
      const text = await response.text()
      expect([201, 409, 503], text).toContain(response.status)
      if (response.status === 201) {
        this.created.push({ by: key ?? 'nobody', id: Clip.parse(JSON.parse(text)).id })
        return
      }
      if (text.includes('duplicate-audio')) return
    }
  }

  /** Looks for a clip, and edits it. */
  async edit(bindings: Env, edits: Edit[]): Promise<void> {
    for (let tried = 0; tried < 8; tried += 1) {
      const id = await this.#find(bindings)
      if (id === undefined) continue
      for (const one of edits) await this.#ask(bindings, one, id)
      return
    }
  }

  async #find(bindings: Env): Promise<string | undefined> {
    const response = await callWith(bindings, '/api/clips', { headers: asAdmin })
    const { items } = z.object({ items: z.array(Clip).default([]) }).parse(await response.json())
    return items[0]?.id
  }

  async #ask(bindings: Env, wanted: Edit, id: string): Promise<void> {
    for (let tried = 0; tried < 2; tried += 1) {
      const asked: Asked = { edit: wanted, id, start: (this.#now += 1) }
      this.asked.push(asked)
      const body = JSON.stringify(wanted === 'rename' ? { title: `y${tried}` } : { visibility: wanted })
      const { status } = await callWith(
        bindings,
        `/api/clips/${id}`,
        wanted === 'delete'
          ? { method: 'DELETE', headers: asAdmin }
          : { method: 'PATCH', headers: { ...asAdmin, 'Content-Type': 'application/json' }, body },
      )
      Object.assign(asked, { end: (this.#now += 1), status })
      expect([200, 204, 404, 503]).toContain(status)
      if (status !== 503) return
    }
  }

  /** Delivers the jobs that have been sent; those that fail come again. */
  async deliver(bucket: R2Bucket): Promise<void> {
    const sent = this.jobs.splice(0)
    const results = await deliverAll(sent, { bucket }).catch(() => [])
    this.jobs.push(...sent.filter((_, nth) => results[nth]?.acked !== true))
  }

  /** What must be private is heard by no stranger, what must be public by everyone. */
  async listen(bindings: Env): Promise<void> {
    for (const id of this.#known()) {
      const before = this.visibilityOf(id)
      const response = await callWith(bindings, `/api/clips/${id}/stream`)
      // It may have been edited meanwhile.
      if (before === 'private' && this.visibilityOf(id) === 'private') {
        expect([404, 503], `a stranger hears ${id}`).toContain(response.status)
      }
      if (before === 'public' && this.visibilityOf(id) === 'public' && !this.wasDeleted(id, false)) {
        expect([200, 503], `nobody hears ${id}`).toContain(response.status)
      }
    }
  }

  #known(): string[] {
    return [...new Set([...this.created, ...this.asked].map(({ id }) => id))]
  }

  /** The visibility that the clip must have: the last that its owners were told, if no other wish may come after it. */
  visibilityOf(id: string): 'public' | 'private' | undefined {
    const wishes = this.asked.filter((one) => one.id === id && ['public', 'private'].includes(one.edit))
    const isSettled = (wanted: Edit) => {
      const others = wishes.filter(({ edit: other }) => other !== wanted)
      if (others.length === 0 && this.#scenario.visibility === wanted) return true
      return wishes.some(
        ({ edit: one, status, start }) =>
          one === wanted && status === 200 && others.every(({ end = Infinity }) => end < start),
      )
    }
    if (isSettled('private')) return 'private'
    return isSettled('public') ? 'public' : undefined
  }

  /** One for the key, and one without a key; the same audio twice only if that is wanted. */
  get maxClips(): number {
    return this.#scenario.duplicate && this.#scenario.allowsDuplicate ? 2 : 1
  }

  wasDeleted(id: string, acknowledged: boolean): boolean {
    return this.asked.some(
      (one) => one.id === id && one.edit === 'delete' && (!acknowledged || one.status === 204),
    )
  }
}

async function withLostInsert(work: () => Promise<void>): Promise<void> {
  await withQueries(async (query, sendQuery) => {
    const answer = await sendQuery()
    const isInsert = query.includes('insert into \\"clips\\"')
    return isInsert ? await Promise.reject(new Error('answer lost')) : answer
  }, work)
}

function later(hours: number): Date {
  return new Date(Date.now() + hours * 60 * 60_000)
}

/** Everything that is left over comes to its end: the jobs, and the cron some hours later. */
async function settle(run: Run): Promise<void> {
  for (let rounds = 0; rounds < 5 && run.jobs.length > 0; rounds += 1) await run.deliver(env.BUCKET)
  for (const hours of [2, 2.25, 26]) await runCron(later(hours))
}

async function expectInvariants(run: Run): Promise<void> {
  const { items } = z
    .object({ items: z.array(Clip) })
    .parse(await (await call('/api/clips', { headers: asAdmin })).json())
  const rows = new Map(items.map((clip) => [clip.id, clip]))
  // Every acknowledged upload that nobody deleted is there; no deleted clip is.
  for (const { id } of run.created) if (!run.wasDeleted(id, false)) expect([...rows.keys()]).toContain(id)
  for (const id of rows.keys()) expect(run.wasDeleted(id, true), `${id} came back`).toBe(false)
  // One request makes one clip; only a deletion makes room for another.
  const made = new Set(run.created.filter(({ by }) => by === 'the key').map(({ id }) => id))
  expect([...made].filter((id) => !run.wasDeleted(id, false)).length).toBeLessThanOrEqual(1)
  expect(rows.size).toBeLessThanOrEqual(run.maxClips)
  // Every row has its audio, with its bytes and its visibility, and nothing else is stored.
  expect(await storedKeys()).toEqual([...rows.keys()].map(audioKey).toSorted())
  for (const [id, clip] of rows) {
    const stored = await env.BUCKET.get(audioKey(id))
    const held = await stored?.bytes()
    expect(held && new Uint8Array(await crypto.subtle.digest('SHA-256', held)).toHex()).toBe(digest)
    expect(stored && readMetadata(stored).visibility).toBe(clip.visibility)
    expect(clip).toMatchObject({ purge_pending: false, audio: { sha256: digest } })
    expect(clip.visibility).toBe(run.visibilityOf(id) ?? clip.visibility)
  }
}

it('keeps every promise in any order', { timeout: 3_600_000 }, async () => {
  skipPauses()
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue(undefined)
  const seen = new Set<string>()
  const check = fc.asyncProperty(
    scenario,
    fc.scheduler(),
    fc.infiniteStream(outcome),
    async (wanted, scheduler, outcomes) => {
      await emptyLibrary()
      const run = new Run(wanted)
      const create = async () => await run.create(env, 'the key', 1)
      if (wanted.before === 'answered') await create()
      if (wanted.before === 'unanswered') await withLostInsert(create)
      const send = async (job: unknown) => await Promise.resolve(void run.jobs.push(job))
      seen.add(JSON.stringify(await inAnyOrder(scheduler, outcomes, run.actors(), send)))
      // Before the cron can repair anything.
      await run.listen(env)
      await settle(run)
      await expectInvariants(run)
    },
  )
  const start = Date.now()
  await fc.assert(check, { numRuns: orders, seed, endOnFailure: false })
  vi.restoreAllMocks()
  console.log(`seed ${seed}: ${orders} runs, ${seen.size} distinct orders, ${Date.now() - start} ms`)
})
