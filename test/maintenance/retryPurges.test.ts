/** The cron retries purges that the cache refused. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listsTag } from '../../src/audio/purgeCache.ts'
import { audioKey } from '../../src/audio/objects.ts'
import { selectPurgePending } from '../../src/db/maintenance.ts'
import { database, emptyLibrary } from '../support/api.ts'
import { runCron } from '../support/cron.ts'
import { faultyBucket, r2Error } from '../support/faults.ts'
import { idOf, makeClip, makeClips } from '../support/reconciling.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(emptyLibrary)

/** Clips 1 to `count`, each with a pending purge. */
async function pendingClips(count: number): Promise<void> {
  await makeClips(count)
  await database().execute(sql`update clips set purge_pending = true`)
}

/** Hides the clips up to the nth, and answers a bucket that refuses their metadata. */
async function hideUpTo(nth: number): Promise<R2Bucket> {
  await database().execute(
    sql`update clips set visibility = 'private', revision = 2, updated_at = now() where id <= ${idOf(nth)}`,
  )
  return faultyBucket(env.BUCKET, (name, key) =>
    name === 'put' && String(key) <= audioKey(idOf(nth)) ? r2Error() : undefined,
  )
}

/** The tags of clips that a run of the cron purges. */
async function purgedWith(bucket: R2Bucket): Promise<string[]> {
  const purged: string[] = []
  await runCron(new Date(), { ...env, BUCKET: bucket }, async (tags) => void purged.push(...tags))
  return purged.filter((tag) => tag !== listsTag)
}

describe('a pending purge', () => {
  it('is repeated by the cron', async () => {
    await makeClip(idOf(1))
    await database().execute(sql`update clips set purge_pending = true`)
    const purged: string[] = []
    await runCron(new Date(), env, async (tags) => void purged.push(...tags))
    expect(purged).toContain(`clip:${idOf(1)}`)
    const { rows } = await database().execute(sql`select purge_pending from clips`)
    expect(rows).toEqual([{ purge_pending: false }])
  })

  it('is repeated when the metadata of another clip cannot be written', async () => {
    await pendingClips(2)
    expect(await purgedWith(await hideUpTo(1))).toEqual([`clip:${idOf(2)}`])
    const { rows } = await database().execute(sql`select id from clips where purge_pending`)
    expect(rows).toEqual([{ id: idOf(1) }])
  })

  it('gets its turn, however often other metadata cannot be written', async () => {
    await pendingClips(104)
    const stuck = await hideUpTo(102)
    const runs = [await purgedWith(stuck), await purgedWith(stuck), await purgedWith(stuck)]
    expect(runs.flat().toSorted()).toEqual([`clip:${idOf(103)}`, `clip:${idOf(104)}`])
    await database().execute(sql`update clips set purge_pending = true where id = ${idOf(104)}`)
    const again = [await purgedWith(stuck), await purgedWith(stuck), await purgedWith(stuck)]
    expect(again.flat()).toEqual([`clip:${idOf(104)}`])
  })

  it('is found by its own index', async () => {
    const sent = z.object({ query: z.string(), params: z.array(z.unknown()) })
    const queries: z.output<typeof sent>[] = []
    await withQueries(
      async (query, real) => {
        queries.push(sent.parse(JSON.parse(query)))
        return await real()
      },
      async () => await selectPurgePending(database(), idOf(1), 50),
    )
    const [{ query, params } = { query: '', params: [] }] = queries
    const { $client } = database()
    // Postgres would read so small a table from end to end.
    const [, plan] = await $client.transaction([
      $client.query('set local enable_seqscan = off'),
      $client.query(`explain ${query}`, params),
    ])
    expect(JSON.stringify(plan)).toContain('clips_purge_pending')
  })
})
