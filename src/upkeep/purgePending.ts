/** Purges that the queue has given up on, or never got: what is hidden is not to be heard. */
import { z } from 'zod'
import { forgetCached } from '../audio/forgetCached.ts'
import { settleLabel } from '../audio/settleLabel.ts'
import { clearPurgePending, selectPurgePending } from '../db/purges.ts'
import { selectUpkeep, upsertUpkeep } from '../db/upkeep.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import type { Stores } from './run.ts'

/** Far fewer than the tags that one purge takes: each label is looked at first. */
const purgesARun = 50

/** The name of the row in the table `upkeep`, and what it remembers: the clip whose turn was the last. */
const stateName = 'purges'
const State = z.object({ after: z.uuid() })

/** A clip whose label cannot be written stays pending, and keeps no other from being purged. */
export async function purgePending({ db, bucket, purge }: Stores): Promise<Record<string, unknown>> {
  const pending = await takeTurn(db)
  const settled = new Map<string, number>()
  for (const id of pending) {
    const revision = await settle(bucket, db, id)
    if (revision !== undefined) settled.set(id, revision)
  }
  if (settled.size === 0 || !(await forgetCached(purge, ...settled.keys()))) {
    return { purged: 0, pending: pending.length }
  }
  await Promise.all([...settled].map(async ([id, revision]) => await clearPurgePending(db, id, revision)))
  return { purged: settled.size, pending: pending.length - settled.size }
}

/**
 * Whose turn it is. It goes round by id, or those that cannot be purged would come first for ever. That it was their
 * turn is noted before anything is done: also what breaks off the run is then behind the next.
 */
async function takeTurn(db: Stores['db']): Promise<string[]> {
  const after = State.safeParse(await selectUpkeep(db, stateName)).data?.after ?? null
  const rest = await selectPurgePending(db, after, purgesARun)
  const first = after === null ? [] : await selectPurgePending(db, null, purgesARun - rest.length)
  const turn = [...new Set([...rest, ...first])]
  const last = turn.at(-1)
  if (last !== undefined && turn.length === purgesARun) await upsertUpkeep(db, stateName, { after: last })
  return turn
}

/** The revision that the label says, if it agrees with the row. */
async function settle(bucket: R2Bucket, db: Stores['db'], id: string): Promise<number | undefined> {
  try {
    const { agrees, revision } = await settleLabel(bucket, db, id)
    return agrees ? revision : undefined
  } catch (error) {
    logLine('error', 'purge-not-ready', { clip: id, error: describeError(error) })
    return undefined
  }
}
