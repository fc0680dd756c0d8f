import type { Middleware } from './router.ts'

/**
 * What follows is finished although its client hangs up. The runtime cancels a request that nobody waits for any
 * more, wherever it stands: between a row and its audio, for one. `waitUntil` keeps it for up to 30 seconds after
 * that (Cloudflare, "Context: waitUntil").
 */
export const finishesAnyway: Middleware = async (c, next) => {
  const finished = next()
  c.executionCtx.waitUntil(finished.catch(() => {}))
  await finished
}
