/** A library out of joint, as the reconciler's tests set it up, and runs of the reconciler on it. */
import { env } from 'cloudflare:workers'
import { z } from 'zod'
import { writeLabel } from '../src/audio/label.ts'
import { audioKey } from '../src/audio/objectKeys.ts'
import { insertClip } from '../src/db/clips.ts'
import { reconcile, type Reconciled } from '../src/upkeep/reconcile.ts'
import { usualBounds, type Bounds, type Stores } from '../src/upkeep/run.ts'
import { database } from './api.ts'

export type Visibility = 'public' | 'private'

const hour = 60 * 60_000

/** Ids in the order of their numbers, as UUIDv7 are in that of their making. */
export function idOf(n: number): string {
  return `0199a6c2-7b1e-7c3a-9a43-${String(n).padStart(12, '0')}`
}

export async function storeAudio(
  id: string,
  visibility: Visibility = 'public',
  title = 'Tone',
): Promise<void> {
  const label = writeLabel({
    contentType: 'audio/mpeg',
    title,
    visibility,
    ownerId: null,
    storedAt: new Date(),
  })
  await env.BUCKET.put(audioKey(id), id, label)
}

export async function writeRow(id: string, visibility: Visibility = 'public', title = 'Tone'): Promise<void> {
  await insertClip(database(), {
    id,
    title,
    visibility,
    contentType: 'audio/mpeg',
    size: 36,
    sha256: '0'.repeat(64),
    deliberateDuplicate: true,
  })
}

export async function makeClip(id: string): Promise<void> {
  await storeAudio(id)
  await writeRow(id)
}

/** What the cache was told to forget. */
export const forgotten: string[] = []

export function stores(changed: Partial<Stores> = {}): Stores {
  const purge = async (tags: string[]) => void forgotten.push(...tags)
  return { db: database(), bucket: env.BUCKET, purge, ...changed }
}

/** Runs the reconciler so many hours after now. R2 dates objects by itself, so it is the run that moves. */
export async function runLater(
  hours: number,
  bounds: Partial<Bounds> = {},
  changed: Partial<Stores> = {},
): Promise<Reconciled> {
  const now = new Date(Date.now() + hours * hour)
  return await reconcile(stores(changed), now, { ...usualBounds, ...bounds })
}

/** Runs until a pass that begins now has come to its end, and answers all that was done meanwhile. */
export async function wholePass(hours: number, bounds: Partial<Bounds> = {}): Promise<Reconciled[]> {
  const runs: Reconciled[] = []
  while (runs.length < 500) {
    const run = await runLater(hours, bounds)
    runs.push(run)
    if (run.finishedPass) return runs
  }
  throw new Error('the pass never ended')
}

/** The bucket, with every operation passed through `around`, which may act or not. */
export function changedBucket(
  around: (operation: string, act: () => Promise<unknown>) => Promise<unknown>,
): R2Bucket {
  return new Proxy(env.BUCKET, {
    get(target, name: keyof R2Bucket) {
      const operation = Reflect.get(target, name)
      if (typeof operation !== 'function') return operation
      return async (...args: unknown[]) =>
        await around(name, async () => await Reflect.apply(operation, target, args))
    },
  })
}

/** Passes every query that is sent while `work` runs through `around`, which may send it or not. */
export async function changedSql<Result>(
  around: (send: () => Promise<Response>) => Promise<Response>,
  work: () => Promise<Result>,
): Promise<Result> {
  const real = globalThis.fetch
  globalThis.fetch = async (...args) => await around(async () => await real(...args))
  try {
    return await work()
  } finally {
    globalThis.fetch = real
  }
}

/** An answer of Postgres, cut to no rows. */
export async function withoutRows(answer: Response): Promise<Response> {
  const whole = z.looseObject({ rows: z.array(z.unknown()) }).parse(await answer.json())
  return Response.json({ ...whole, rows: [], rowCount: 0 })
}
