/**
 * Runs requests against each other in an order that fast-check chooses. Every call to Postgres, to R2 and to the queue waits
 * until the scheduler lets it go, and only one runs at a time. So the order of the calls is all that differs between two runs.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { env } from 'cloudflare:workers'
import type { Scheduler } from 'fast-check'
import { queueWith } from './queueWith.ts'
import { withQueries } from './withQueries.ts'
import { wrapBucket } from './wrapBucket.ts'

/**
 * What becomes of a call: it succeeds; it never arrives; it takes effect and its answer is lost; or its caller gives up, and it
 * takes effect when so many turns have passed.
 */
export type Outcome = 'done' | 'never sent' | 'answer lost' | { lateBy: number }

/** The work of one actor: it sends requests, one after the other. */
export type Actor = { name: string; work: (bindings: Env) => Promise<void> }

type Running = { name: string; waiting: number; ended: boolean }

const currentActor = new AsyncLocalStorage<Running>()

/** Runs all actors to their end, and until every late call has taken effect. Returns the calls in their order. */
export async function inAnyOrder(
  scheduler: Scheduler,
  outcomes: Iterator<Outcome>,
  actors: Actor[],
  sendJob: (job: unknown) => Promise<void>,
): Promise<string[]> {
  const order: string[] = []
  const running: Running[] = []
  let lateCalls = 0
  let wake = () => {}

  const callLater = async (label: string, turns: number, act: () => Promise<unknown>) => {
    for (let turn = 0; turn < turns; turn += 1) await scheduler.schedule(Promise.resolve(), label)
    order.push(label)
    lateCalls += 1
    // Nobody waits for its result.
    await act().catch(() => {})
    lateCalls -= 1
    wake()
  }
  async function pass<Result>(call: string, act: () => Promise<Result>): Promise<Result> {
    const actor = currentActor.getStore()
    // Calls of the test itself.
    if (!actor) return await act()
    const chosen = outcomes.next().value ?? 'done'
    // A read changes nothing, so it is the same whether it or its answer gets lost, and when.
    const outcome = chosen !== 'never sent' && isRead(call) ? 'done' : chosen
    const label = `${actor.name}: ${call}${outcome === 'done' ? '' : ` (${JSON.stringify(outcome)})`}`
    actor.waiting += 1
    wake()
    await scheduler.schedule(Promise.resolve(), label)
    actor.waiting -= 1
    order.push(label)
    const isLate = typeof outcome === 'object'
    if (isLate) void callLater(`${actor.name}: ${call} takes effect`, outcome.lateBy, act)
    if (isLate || outcome === 'never sent') throw new Error(`given up: ${label}`)
    const result = await act()
    if (outcome === 'answer lost') throw new Error(`answer lost: ${label}`)
    return result
  }

  const bucket = wrapBucket(env.BUCKET, async ({ name, key }, act) => {
    const place = typeof key === 'string' ? ` ${key.split('/')[0]}` : ''
    return await pass(`R2 ${name}${place}`, act)
  })
  const jobs = queueWith(async (body) => await pass('queue send', async () => await sendJob(body)))
  const bindings = { ...env, BUCKET: bucket, JOBS: jobs }
  const isQuiet = () => lateCalls === 0 && running.every(({ ended, waiting }) => ended || waiting > 0)
  await withQueries(
    async (query, send) => await pass(describeQuery(query), send),
    async () => {
      const ends = actors.map(async ({ name, work }) => {
        const actor: Running = { name, waiting: 0, ended: false }
        running.push(actor)
        await currentActor
          .run(actor, async () => await work(bindings))
          .finally(() => {
            actor.ended = true
            wake()
          })
      })
      for (;;) {
        while (!isQuiet()) await new Promise<void>((resolve) => (wake = resolve))
        // An actor may be about to make a second call at the same time.
        await nextTurn()
        if (scheduler.count() === 0) break
        await scheduler.waitOne()
      }
      await Promise.all(ends)
    },
  )
  return order
}

/** After all promises that are settled already. A timer would take a millisecond, for each call. */
async function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  await new Promise((resolve) => {
    port1.addEventListener('message', resolve)
    port1.start()
    port2.postMessage('')
  })
  port1.close()
}

function isRead(call: string): boolean {
  return /^(SQL select|R2 (get|head|list))/.test(call)
}

/** Such as `SQL update clips`. */
function describeQuery(body: string): string {
  const [, verb = 'query', table = ''] =
    /(insert into clips|insert into|update|delete from|select)\b.*?\b(clips|idempotency_keys|used_clip_ids|maintenance_state|play_events|unnest)\b/.exec(
      body.replaceAll('\\"', ''),
    ) ?? []
  return `SQL ${verb} ${table}`
}
