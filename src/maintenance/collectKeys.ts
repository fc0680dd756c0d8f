/**
 * Deletes the copies of API keys in R2 that no live key needs: of keys that were never recorded, have expired, or were revoked
 * by a version that left them. It goes through `keys/` in turns, a page a run.
 */
import { z } from 'zod'
import { hashOf, mirroredKeysPrefix } from '../access/mirroredKeys.ts'
import type { Stores } from '../audio/jobs.ts'
import { selectApiKeyStates, type ApiKeyState } from '../db/apiKeys.ts'
import { selectState, upsertState } from '../db/maintenance.ts'

const pageSize = 1000

/** A copy is written before its row, so a young one without a row may be about to get it. */
const graceMs = 60 * 60_000

/** The state: the object that was looked at last. */
const stateName = 'api-keys'
const State = z.object({ after: z.string() })

export async function collectKeys({ db, bucket }: Stores, now: Date): Promise<Record<string, unknown>> {
  const after = State.safeParse(await selectState(db, stateName)).data?.after ?? ''
  const listed = await bucket.list({
    prefix: mirroredKeysPrefix,
    limit: pageSize,
    ...(after && { startAfter: after }),
  })
  const hashes = listed.objects.map(({ key }) => hashOf(key)).filter((hash) => hash !== undefined)
  const states = hashes.length === 0 ? new Map() : await selectApiKeyStates(db, hashes)
  const useless = listed.objects.filter(({ key, uploaded }) =>
    isUseless(states.get(hashOf(key) ?? ''), uploaded, now),
  )
  if (useless.length > 0) await bucket.delete(useless.map(({ key }) => key))
  await upsertState(db, stateName, { after: (listed.truncated && listed.objects.at(-1)?.key) || '' })
  return { scanned: listed.objects.length, deleted: useless.length }
}

/** Whether nobody can use the key of a copy. Silence of Postgres condemns nothing. */
export function isUseless(state: ApiKeyState | undefined, uploaded: Date, now: Date): boolean {
  if (state === 'absent') return uploaded.getTime() < now.getTime() - graceMs
  return state === 'ended'
}
