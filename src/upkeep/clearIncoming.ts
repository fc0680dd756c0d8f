import { incomingPrefix } from '../audio/objectKeys.ts'
import { count, type Run } from './run.ts'

/** An upload lies in `incoming/` while it is verified and committed: minutes, whatever its size. */
export const incomingGraceMs = 24 * 60 * 60_000

/**
 * Deletes what uploads have left in `incoming/`, which is rubbish by its prefix: no row is ever about it. The
 * bucket's lifecycle rule does the same; where there is none, this does.
 */
export async function clearIncoming(run: Run): Promise<void> {
  const { stores, bounds, state, now } = run
  const listed = await stores.bucket.list({
    prefix: incomingPrefix,
    limit: bounds.incoming,
    ...(state.incomingAfter && { startAfter: state.incomingAfter }),
  })
  const storedBefore = now.getTime() - incomingGraceMs
  const left = listed.objects.filter(({ uploaded }) => uploaded.getTime() < storedBefore)
  if (left.length > 0) await stores.bucket.delete(left.map(({ key }) => key))
  count(run, { deletedIncoming: left.length })
  state.incomingAfter = (listed.truncated && listed.objects.at(-1)?.key) || ''
}
