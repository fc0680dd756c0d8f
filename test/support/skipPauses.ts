import { vi } from 'vitest'

/**
 * Lets the pauses before retries, which are shorter than two seconds, pass at once. Longer timers, which give up on what
 * hangs, stay as they are. `vi.restoreAllMocks()` ends it.
 */
export function skipPauses(): void {
  const wait = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((work, ms = 0) => wait(work, ms < 2000 ? 0 : ms))
  vi.spyOn(scheduler, 'wait').mockImplementation(async () => {})
}
