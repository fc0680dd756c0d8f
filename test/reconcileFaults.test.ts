/** The reconciler while R2 or Postgres fail, and while others change the library under its hands. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { readLabel } from '../src/audio/label.ts'
import { audioKey } from '../src/audio/objectKeys.ts'
import { deleteClipRow, updateClip } from '../src/db/edits.ts'
import { readState } from '../src/upkeep/reconcileState.ts'
import { countRows, database, emptyLibrary, storedKeys } from './api.ts'
import { faultyBucket } from './faults.ts'
import {
  changedBucket,
  changedSql,
  idOf,
  makeClip,
  runLater,
  storeAudio,
  wholePass,
  withoutRows,
  writeRow,
} from './reconciling.ts'

const [whole, orphan, hidden, missing, last] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)]
const rubbish = 'incoming/rubbish'
const owned = [whole, hidden, last].map(audioKey)

/** One of everything that can be wrong. */
async function disjoint(): Promise<void> {
  await emptyLibrary()
  await makeClip(whole)
  await storeAudio(orphan)
  await makeClip(hidden)
  await updateClip(database(), hidden, { visibility: 'private' })
  await writeRow(missing)
  await makeClip(last)
  await env.BUCKET.put(rubbish, 'x')
}

async function labelOf(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  return readLabel(head!)
}

const visibilityOf = async (id: string) => (await labelOf(id)).visibility
const titleOf = async (id: string) => (await labelOf(id)).title

/** Whatever went wrong in `run`: nothing that has a row was deleted, and then a whole pass mends everything. */
async function harmless(run: () => Promise<unknown>): Promise<void> {
  await disjoint()
  await run().catch(() => {})
  const keys = await storedKeys()
  for (const key of owned) expect(keys).toContain(key)
  expect(await countRows()).toBe(4)
  await wholePass(25)
  expect(await storedKeys()).toEqual(owned)
  expect((await runLater(25)).missingAudio.named).toEqual([missing])
  expect(await visibilityOf(hidden)).toBe('private')
}

/** Small pages, so that there is a before and an after. */
const bounds = { pageSize: 2 }
const broken = () => Promise.reject(new Error('internal error (10001)'))

/** Has the first operation be the faulty one, then the second, until there are no more. Answers how many. */
async function eachInTurn(run: (isHere: () => boolean) => Promise<void>): Promise<number> {
  for (let faulty = 0; ; faulty += 1) {
    let operation = -1
    await run(() => (operation += 1) === faulty)
    if (operation < faulty) return faulty
  }
}

/** What happens to the operation that fails. */
const r2Faults: [what: string, fault: (act: () => Promise<unknown>) => Promise<unknown>][] = [
  ['is away from some operation on', broken],
  ['does what it is told, and its answers are lost', async (act) => await act().then(broken)],
]
const sqlFaults: [what: string, fault: (send: () => Promise<Response>) => Promise<Response>][] = [
  ['fails', broken],
  ['is done, and its answer is lost', async (send) => await send().then(broken)],
  ['is answered with no rows', async (send) => await withoutRows(await send())],
  ['is answered with nonsense', async () => Response.json({})],
]

describe('a fault at each step', () => {
  it.each(r2Faults)('R2 %s', { timeout: 120_000 }, async (_, fault) => {
    const steps = await eachInTurn(async (isHere) => {
      let away = false
      // R2 stays away from there on: what is tried again fails again.
      const bucket = changedBucket(async (_name, act) => {
        away = isHere() || away
        return await (away ? fault(act) : act())
      })
      await harmless(async () => await runLater(25, bounds, { bucket }))
    })
    expect(steps).toBeGreaterThan(9)
  })

  it.each(sqlFaults)('a statement %s', { timeout: 120_000 }, async (_, fault) => {
    const steps = await eachInTurn(async (isHere) => {
      const around = async (send: () => Promise<Response>) => await (isHere() ? fault(send) : send())
      await harmless(async () => await changedSql(around, async () => await runLater(25, bounds)))
    })
    expect(steps).toBeGreaterThan(9)
  })

  it('without Postgres, nothing is done at all', async () => {
    await disjoint()
    const before = await storedKeys()
    const operations: string[] = []
    const bucket = changedBucket(async (name, act) => {
      operations.push(name)
      return await act()
    })
    const run = changedSql(broken, async () => await runLater(1000, {}, { bucket }))
    await expect(run).rejects.toThrow(/Failed query/)
    expect(operations).toEqual([])
    expect(await storedKeys()).toEqual(before)
  })

  it('a Postgres that answers everything with no rows condemns nothing', async () => {
    await disjoint()
    const before = await storedKeys()
    const run = changedSql(
      async (send) => await withoutRows(await send()),
      async () => await runLater(25),
    )
    await expect(run).rejects.toThrow('did not say of every suspect')
    expect(await storedKeys()).toEqual(before)
  })

  it('the next run goes on from the last page that was done', async () => {
    await disjoint()
    let lists = 0
    const bucket = changedBucket(async (name, act) => {
      if (name === 'list' && (lists += 1) === 3) throw new Error('away')
      return await act()
    })
    await expect(runLater(25, bounds, { bucket })).rejects.toThrow('away')
    const { position, lastRunAt, pass } = await readState(database())
    expect(position).toEqual({ key: audioKey(hidden), rowId: missing })
    expect([lastRunAt, pass.deletedOrphans]).toEqual([null, 1])
    expect(await runLater(25, bounds)).toMatchObject({
      finishedPass: true,
      deletedOrphans: 0,
      deletedIncoming: 1,
    })
  })
})

describe('labels that R2 does not take', () => {
  /** Clips 1 to `count`, each hidden by an edit that never came to its label. */
  async function hiddenClips(count: number): Promise<void> {
    await emptyLibrary()
    for (let n = 1; n <= count; n += 1) {
      await makeClip(idOf(n))
      await updateClip(database(), idOf(n), { visibility: 'private' })
    }
  }

  /** Takes no label of the clips up to the nth. */
  const refusing = (nth: number) =>
    faultyBucket(env.BUCKET, (name, key) =>
      name === 'put' && String(key) <= audioKey(idOf(nth)) ? broken() : undefined,
    )

  it('keep nobody else from being repaired for more than an hour, and are left to a whole pass', async () => {
    await hiddenClips(4)
    const [few, stuck] = [{ pages: 0, edits: 2 }, { bucket: refusing(2) }]
    for (let run = 0; run < 3; run += 1) await runLater(0.9, few, stuck)
    expect(await visibilityOf(idOf(3))).toBe('public')
    for (let run = 0; run < 2; run += 1) await runLater(1.1, few, stuck)
    expect([await visibilityOf(idOf(3)), await visibilityOf(idOf(4))]).toEqual(['private', 'private'])
    expect(await runLater(1.1, few)).toMatchObject({ relabelled: 0 })
    expect(await runLater(1.1)).toMatchObject({ relabelled: 2, finishedPass: true })
  })

  it('leave a turn to what is not as urgent, and what had no turn is not passed over', async () => {
    await emptyLibrary()
    await makeClip(idOf(9))
    await updateClip(database(), idOf(9), { title: 'Renamed' })
    await makeClip(idOf(8))
    await updateClip(database(), idOf(8), { title: 'Renamed' })
    for (const n of [1, 2, 3, 4]) {
      await makeClip(idOf(n))
      await updateClip(database(), idOf(n), { visibility: 'private' })
    }
    const run = async () =>
      await runLater(1.1, { pages: 0, labels: 4, editedLabels: 4 }, { bucket: refusing(4) })
    expect([(await run()).relabelled, (await run()).relabelled]).toEqual([1, 1])
    expect(await titleOf(idOf(8))).toBe('Renamed')
  })

  it('do not stop the pass, however many they are', async () => {
    await hiddenClips(40)
    // So that they are never old enough to be left to the pass.
    await database().execute(sql`update clips set updated_at = now() + interval '2 hours'`)
    await storeAudio(idOf(99))
    const stuck = { bucket: refusing(40) }
    for (let run = 0; run < 6; run += 1) await runLater(2, {}, stuck)
    expect(await storedKeys()).not.toContain(audioKey(idOf(99)))
  })
})

describe('while others work', () => {
  /** Runs with something done right after the first listing of clips. */
  async function withMeanwhile(meanwhile: () => Promise<unknown>) {
    let done = false
    const bucket = changedBucket(async (name, act) => {
      const answer = await act()
      if (name === 'list' && !done) {
        done = true
        await meanwhile()
      }
      return answer
    })
    return await runLater(25, {}, { bucket })
  }

  it('a row that appears after the listing saves its audio', async () => {
    await disjoint()
    expect(await withMeanwhile(async () => await writeRow(orphan))).toMatchObject({ deletedOrphans: 0 })
    expect(await storedKeys()).toContain(audioKey(orphan))
  })

  it('a clip that is deleted meanwhile is not missing its audio', async () => {
    await disjoint()
    const run = await withMeanwhile(async () => await deleteClipRow(database(), missing))
    expect(run.missingAudio.count).toBe(0)
  })

  it('a clip that is made between rows and listing is neither orphan nor missing', async () => {
    await disjoint()
    let made = false
    const bucket = changedBucket(async (name, act) => {
      if (name === 'list' && !made) {
        made = true
        await makeClip(idOf(0))
      }
      return await act()
    })
    expect(await runLater(25, {}, { bucket })).toMatchObject({
      deletedOrphans: 1,
      missingAudio: { named: [missing] },
    })
    expect(await storedKeys()).toContain(audioKey(idOf(0)))
  })

  it('an edit that overtakes a repair has the last word', async () => {
    await emptyLibrary()
    await storeAudio(whole, 'public', 'Old')
    await writeRow(whole, 'public', 'New')
    let overtaken = false
    const bucket = changedBucket(async (name, act) => {
      if (name === 'put' && !overtaken) {
        overtaken = true
        await updateClip(database(), whole, { visibility: 'private' })
        await storeAudio(whole, 'private', 'New')
      }
      return await act()
    })
    expect(await runLater(1, {}, { bucket })).toMatchObject({ relabelled: 1 })
    expect(await visibilityOf(whole)).toBe('private')
  })

  it('runs that overlap do no harm, and together they finish', async () => {
    await disjoint()
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([1, 2, 3].map(async (pages) => await runLater(25, { pages, pageSize: 1 })))
    }
    await wholePass(25)
    expect(await storedKeys()).toEqual(owned)
    expect((await runLater(25)).missingAudio.named).toEqual([missing])
    expect(await countRows()).toBe(4)
  })
})
