/** What the queue of plays carries. Pure. */
import { z } from 'zod'
import type { PlayEvent } from '../db/plays.ts'

/** A message that fits is one that the database takes: a batch must not fail for one of its events. */
export const PlayMessage: z.ZodType<PlayEvent> = z.strictObject({
  id: z.uuid(),
  clip: z.uuid(),
  listener: z.string().regex(/^[0-9a-f]{64}$/),
  country: z
    .string()
    .regex(/^[A-Z][A-Z0-9]$/)
    .nullable(),
  at: z.iso.datetime({ precision: 3 }).refine(isPast),
})

/** Clocks differ a little; a start of another century would never be pruned. */
function isPast(at: string): boolean {
  return at >= '2020' && Date.parse(at) < Date.now() + 60_000
}

/** Cloudflare's word for where a request came from (T1 is Tor); XX, or none, is not known. */
export const Country = z
  .string()
  .regex(/^(?!XX)[A-Z][A-Z0-9]$/)
  .nullable()
  .catch(null)
