/** Calls that are held back until a test lets them go, and calls that nobody waits for any more. */
import { vi } from 'vitest'
import { wrapBucket, type Operation } from './wrapBucket.ts'

/** Holds one call: `reached` resolves when it has come, and it goes on after `release`. */
export type Hold = { reached: Promise<void>; release: () => void; pass: () => Promise<void> }

export function hold(): Hold {
  const [come, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const pass = async () => {
    come.resolve()
    await gone.promise
  }
  return { reached: come.promise, release: gone.resolve, pass }
}

/** A call that its caller has given up: `land` lets it take effect at last, and waits for that. */
export type Abandoned = { land: () => Promise<void> }

/** Gives up the call: it fails at once, and takes effect when the test says so. */
export function abandon<Result>(act: () => Promise<Result>): Abandoned & { failed: Promise<never> } {
  const land = async () => void (await act().catch(() => {}))
  return { land, failed: Promise.reject(new Error('no answer in time')) }
}

type QueryFilter = (query: string) => boolean

const real = globalThis.fetch

/** Replaces `fetch`, through which every statement goes, until the next time. `vi.restoreAllMocks()` ends it. */
function aroundQueries(around: (query: string, send: () => Promise<Response>) => Promise<Response>): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    async (input, init) =>
      await around(typeof init?.body === 'string' ? init.body : '', async () => await real(input, init)),
  )
}

/** Holds the first statement that matches. */
export function holdQuery(matches: QueryFilter): Hold {
  const held = hold()
  let count = 0
  aroundQueries(async (query, send) => {
    if (matches(query) && (count += 1) === 1) await held.pass()
    return await send()
  })
  return held
}

/** Abandons the first `times` statements that match. */
export function abandonQueries(matches: QueryFilter, times = 1): Abandoned[] {
  const abandoned: Abandoned[] = []
  aroundQueries(async (query, send) => {
    if (!matches(query) || abandoned.length === times) return await send()
    const given = abandon(send)
    abandoned.push(given)
    return await given.failed
  })
  return abandoned
}

/** Abandons the first statement that matches, and holds the second. */
export function abandonThenHold(matches: QueryFilter): [Abandoned[], Hold] {
  const abandoned: Abandoned[] = []
  const held = hold()
  let count = 0
  aroundQueries(async (query, send) => {
    count += matches(query) ? 1 : 0
    if (!matches(query) || count > 2) return await send()
    if (count === 2) {
      await held.pass()
      return await send()
    }
    const given = abandon(send)
    abandoned.push(given)
    return await given.failed
  })
  return [abandoned, held]
}

/** Statements take effect, but the answers to those that match are lost. */
export function loseAnswers(matches: QueryFilter): void {
  aroundQueries(async (query, send) => {
    const response = await send()
    return matches(query) ? await Promise.reject(new Error('network connection lost')) : response
  })
}

type OperationFilter = (operation: Operation) => boolean

/** The bucket, in which the first operation that matches is held. */
export function holdingBucket(bucket: R2Bucket, matches: OperationFilter): [R2Bucket, Hold] {
  const held = hold()
  let count = 0
  const holding = wrapBucket(bucket, async (operation, act) => {
    if (matches(operation) && (count += 1) === 1) await held.pass()
    return await act()
  })
  return [holding, held]
}

/** The bucket, in which the first operation that matches is abandoned. */
export function abandoningBucket(bucket: R2Bucket, matches: OperationFilter): [R2Bucket, Abandoned[]] {
  const abandoned: Abandoned[] = []
  const abandoning = wrapBucket(bucket, async (operation, act) => {
    if (!matches(operation) || abandoned.length > 0) return await act()
    const given = abandon(act)
    abandoned.push(given)
    return await given.failed
  })
  return [abandoning, abandoned]
}
