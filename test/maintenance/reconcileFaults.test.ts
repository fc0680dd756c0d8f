/** The reconciler while R2 or Postgres fails, and while others change the library. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { audioKey, readMetadata } from '../../src/audio/objects.ts'
import { deleteRow, editRow } from '../support/clipRows.ts'
import { readState } from '../../src/maintenance/reconcileState.ts'
import { retryPurges } from '../../src/maintenance/retryPurges.ts'
import { countRows, database, emptyLibrary, storedKeys } from '../support/api.ts'
import { faultyBucket, r2Error, withoutRows } from '../support/faults.ts'
import {
  idOf,
  makeClip,
  makeClips,
  runLater,
  storeAudio,
  stores,
  wholePass,
  writeRow,
} from '../support/reconciling.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

const [whole, orphan, hidden, missing, last] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)]
const staged = 'incoming/staged'
const owned = [whole, hidden, last].map(audioKey)

/** One of every disagreement between R2 and Postgres. */
async function disjoint(): Promise<void> {
  await emptyLibrary()
  await makeClip(whole)
  await storeAudio(orphan)
  await makeClip(hidden)
  await editRow(database(), hidden, { visibility: 'private' })
  await writeRow(missing)
  await makeClip(last)
  await env.BUCKET.put(staged, 'x')
}

async function visibilityOf(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  return readMetadata(head!).visibility
}

/** Whatever fails in `run`, no audio with a row is deleted, and a whole pass afterwards repairs everything. */
async function harmless(run: () => Promise<unknown>): Promise<void> {
  await disjoint()
  await run().catch(() => {})
  const keys = await storedKeys()
  for (const key of owned) expect(keys).toContain(key)
  expect(await countRows()).toBe(4)
  await wholePass(25)
  await retryPurges(stores())
  expect(await storedKeys()).toEqual(owned)
  expect((await runLater(25)).missingAudio.named).toEqual([missing])
  expect(await visibilityOf(hidden)).toBe('private')
}

/** Small pages, so that there is a before and an after. */
const bounds = { pageSize: 2 }

/** Lets the first operation fail, then the second, and so on. Answers how many operations there are. */
async function eachInTurn(run: (isHere: () => boolean) => Promise<void>): Promise<number> {
  for (let faulty = 0; ; faulty += 1) {
    let operation = -1
    await run(() => (operation += 1) === faulty)
    if (operation < faulty) return faulty
  }
}

/** What happens to the operation that fails. */
const r2Faults: [what: string, fault: (act: () => Promise<unknown>) => Promise<unknown>][] = [
  ['is unavailable from some operation on', r2Error],
  ['does what it is asked, and its answers are lost', async (act) => await act().then(r2Error)],
]
const sqlFaults: [what: string, fault: (send: () => Promise<Response>) => Promise<Response>][] = [
  ['fails', r2Error],
  ['is done, and its answer is lost', async (send) => await send().then(r2Error)],
  ['is answered with no rows', async (send) => await withoutRows(await send())],
  ['is answered with nonsense', async () => Response.json({})],
]

beforeEach(skipPauses)
afterEach(() => void vi.restoreAllMocks())

describe('a fault at each step', () => {
  it.each(r2Faults)('R2 %s', { timeout: 120_000 }, async (_what, fault) => {
    const steps = await eachInTurn(async (isHere) => {
      let failed = false
      // R2 stays unavailable: a retry fails again.
      const bucket = wrapBucket(env.BUCKET, async (_, act) => {
        failed = isHere() || failed
        return await (failed ? fault(act) : act())
      })
      await harmless(async () => await runLater(25, bounds, { bucket }))
    })
    expect(steps).toBeGreaterThan(8)
  })

  it.each(sqlFaults)('a statement %s', { timeout: 120_000 }, async (_what, fault) => {
    const steps = await eachInTurn(async (isHere) => {
      const around = async (_query: string, send: () => Promise<Response>) =>
        await (isHere() ? fault(send) : send())
      await harmless(async () => await withQueries(around, async () => await runLater(25, bounds)))
    })
    expect(steps).toBeGreaterThan(7)
  })

  it('without Postgres, nothing is done at all', async () => {
    await disjoint()
    const before = await storedKeys()
    const operations: string[] = []
    const bucket = wrapBucket(env.BUCKET, async ({ name }, act) => {
      operations.push(name)
      return await act()
    })
    const run = withQueries(r2Error, async () => await runLater(1000, {}, { bucket }))
    await expect(run).rejects.toThrow(/Failed query/)
    expect(operations).toEqual([])
    expect(await storedKeys()).toEqual(before)
  })

  it('a Postgres that answers every query with no rows deletes nothing', async () => {
    await disjoint()
    const before = await storedKeys()
    const run = withQueries(
      async (_, send) => await withoutRows(await send()),
      async () => await runLater(25),
    )
    await expect(run).rejects.toThrow('Postgres did not say whether')
    expect(await storedKeys()).toEqual(before)
  })

  it('the next run continues after the last page that was done', async () => {
    await disjoint()
    let lists = 0
    const bucket = wrapBucket(env.BUCKET, async ({ name }, act) => {
      if (name === 'list' && (lists += 1) === 2) throw new Error('unavailable')
      return await act()
    })
    await expect(runLater(25, bounds, { bucket })).rejects.toThrow('unavailable')
    const { after, lastRunAt, pass } = await readState(database())
    expect([after, lastRunAt, pass.deletedOrphans]).toEqual([audioKey(orphan), null, 1])
    expect(await runLater(25, bounds)).toMatchObject({
      finishedPass: true,
      deletedOrphans: 0,
      deletedIncoming: 1,
    })
  })
})

describe('metadata that R2 refuses', () => {
  /** Clips 1 to `count`, each hidden by an edit whose metadata was never written. */
  async function hiddenClips(count: number): Promise<void> {
    await emptyLibrary()
    await makeClips(count)
    for (let n = 1; n <= count; n += 1) await editRow(database(), idOf(n), { visibility: 'private' })
  }

  /** Refuses the metadata of the clips up to the nth. */
  const refusing = (nth: number) =>
    faultyBucket(env.BUCKET, (name, key) =>
      name === 'put' && String(key) <= audioKey(idOf(nth)) ? r2Error() : undefined,
    )

  it('does not stop the pass, however often', async () => {
    await hiddenClips(40)
    await storeAudio(idOf(99))
    const stuck = { bucket: refusing(40) }
    for (let run = 0; run < 2; run += 1) {
      await runLater(2, {}, stuck)
      await retryPurges(stores(stuck))
    }
    expect(await storedKeys()).not.toContain(audioKey(idOf(99)))
  })
})

describe('while others write', () => {
  /** Runs the reconciler, and does `meanwhile` right after the first listing of clips. */
  async function withMeanwhile(meanwhile: () => Promise<unknown>) {
    let done = false
    const bucket = wrapBucket(env.BUCKET, async ({ name }, act) => {
      const answer = await act()
      if (name === 'list' && !done) {
        done = true
        await meanwhile()
      }
      return answer
    })
    return await runLater(25, {}, { bucket })
  }

  it('a row that is inserted after the listing keeps its audio', async () => {
    await disjoint()
    expect(await withMeanwhile(async () => await writeRow(orphan))).toMatchObject({ deletedOrphans: 0 })
    expect(await storedKeys()).toContain(audioKey(orphan))
  })

  it('a clip that is deleted meanwhile is not reported as missing', async () => {
    await disjoint()
    const run = await withMeanwhile(async () => await deleteRow(database(), missing))
    expect(run.missingAudio.count).toBe(0)
  })

  it('a clip that is created before the listing is neither orphan nor missing', async () => {
    await disjoint()
    let made = false
    const bucket = wrapBucket(env.BUCKET, async ({ name }, act) => {
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

  it('an edit that overtakes a repair wins', async () => {
    await emptyLibrary()
    await storeAudio(whole, 'private')
    await writeRow(whole, 'public')
    let overtaken = false
    const bucket = wrapBucket(env.BUCKET, async ({ name }, act) => {
      if (name === 'put' && !overtaken) {
        overtaken = true
        await editRow(database(), whole, { visibility: 'private' })
        await storeAudio(whole, 'private')
      }
      return await act()
    })
    expect(await runLater(1)).toMatchObject({ mismatched: 1 })
    await retryPurges(stores({ bucket }))
    expect(await visibilityOf(whole)).toBe('private')
  })

  it('overlapping runs delete nothing wrong, and finish together', async () => {
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
