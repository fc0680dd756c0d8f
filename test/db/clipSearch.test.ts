/** The orders that go by plays: popular and trending. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { call, database, emptyLibrary, expectProblem } from '../support/api.ts'
import { insertClips, listener, record, start } from '../support/playTables.ts'

beforeEach(emptyLibrary)

describe('the order', () => {
  const Page = z.object({
    items: z.array(z.object({ id: z.string() })),
    next_cursor: z.string().nullable(),
  })
  const page = async (query: string) => Page.parse(await (await call(`/api/clips?${query}`)).json())

  /** Everything, a page at a time. */
  async function walk(query: string, limit: number, between = async () => {}): Promise<string[]> {
    const ids: string[] = []
    let cursor = ''
    for (;;) {
      const { items, next_cursor: next } = await page(`${query}&limit=${limit}${cursor}`)
      ids.push(...items.map(({ id }) => id))
      if (next === null) return ids
      cursor = `&cursor=${next}`
      await between()
    }
  }

  const plays = (clip: string, daysAgo: number, count: number) =>
    Array.from({ length: count }, (_, n) => start(clip, daysAgo, { listener: listener(n) }))

  it('popular puts most plays first, then the newest', async () => {
    const [a = '', b = '', c = '', d = ''] = await insertClips(4)
    await record(...plays(a, 80, 2), ...plays(c, 0, 3))
    for (const limit of [1, 2, 3, 100]) expect(await walk('sort=popular', limit)).toEqual([c, a, d, b])
  })

  it('trending weighs plays by 0.5^(days / 3)', async () => {
    const [never = '', now = '', three = '', week = '', old = '', older = '', edge = ''] =
      await insertClips(7)
    await record(
      ...plays(now, 0, 4),
      ...plays(three, 3, 9), // 4.5
      ...plays(week, 6, 15), // 3.75
      ...plays(old, 12, 63), // 3.94
      ...plays(edge, 13, 1), // 0.05
      ...plays(older, 80, 50),
    )
    const order = [three, now, old, week, edge, older, never]
    for (const limit of [1, 2, 4, 100]) expect(await walk('sort=trending', limit)).toEqual(order)
    expect(await walk('sort=popular', 100)).toEqual([old, older, week, three, now, edge, never])
  })

  it('trending sums the days, in whatever order the plays came', async () => {
    const [together = '', apart = '', backwards = '', less = ''] = await insertClips(4)
    const days = (clip: string) => [...plays(clip, 6, 8), ...plays(clip, 3, 4), ...plays(clip, 0, 2)]
    await record(...days(together), ...days(apart).slice(0, -1), ...days(less).slice(0, -1))
    await record(...days(apart).slice(-1))
    for (const play of days(backwards).toReversed()) await record(play)
    expect(await walk('sort=trending', 1)).toEqual([backwards, apart, together, less])
    const { rows } = await database()
      .execute(sql`select trend, trend - ((select max(date) from clip_days) - date '2020-01-01') / 3.0 as now
      from clips where id in (${together}, ${apart}, ${backwards})`)
    // 8 × 1/4 + 4 × 1/2 + 2
    for (const { now } of rows) expect(2 ** Number(now)).toBeCloseTo(6, 3)
    expect(new Set(rows.map(({ trend }) => trend)).size).toBe(1)
  })

  it('trending ignores a start that is no play', async () => {
    const [a = '', b = ''] = await insertClips(2)
    await record(...plays(a, 0, 3), ...plays(b, 0, 2))
    await record(...plays(b, 0, 2), ...plays(b, 0, 2))
    expect(await walk('sort=trending', 1)).toEqual([a, b])
  })

  it('has each clip once on its pages while plays come that move no clip', async () => {
    const ids = await insertClips(6)
    await record(...ids.flatMap((id, n) => plays(id, 0, n * 10)))
    const walked = await walk('sort=popular', 2, async () => await record(start(ids[0] ?? '', 1)))
    expect(walked).toEqual(ids.toReversed())
  })

  it('must exist', async () => {
    await expectProblem(await call('/api/clips?sort=best'), 422, 'invalid-fields')
  })
})
