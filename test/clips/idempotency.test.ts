/** Idempotency-Key: a retry gets the first answer, and makes no second clip. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { database, emptyLibrary, expectProblem, fixture } from '../support/api.ts'
import { agedBy } from '../support/idempotencyKeys.ts'
import { expectClips, postRaw } from '../support/rawUpload.ts'

const other = fixture('vorbis.ogg')

beforeEach(emptyLibrary)

describe('Idempotency-Key', () => {
  const key = { 'Idempotency-Key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }

  it('repeats the first answer, and makes one clip', async () => {
    const first = await postRaw(key)
    const again = await postRaw(key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    expect(await again.json()).toEqual(await first.json())
    await expectClips(1)
  })

  it('repeats an answer that an older Worker has stored', async () => {
    const first = await postRaw(key)
    // What came later.
    await database().execute(
      sql`update idempotency_keys set answer = (answer::jsonb - 'loudness_range')::text`,
    )
    const again = await postRaw(key)
    expect(again.status).toBe(201)
    expect(await again.json()).toEqual(await first.json())
  })

  it('is the same key with quotes and without', async () => {
    expect((await postRaw(key)).status).toBe(201)
    expect((await postRaw({ 'Idempotency-Key': '8e03978e-40d5-43dd-bc93-6894a57f9324' })).status).toBe(201)
    await expectClips(1)
  })

  it.each([
    ['other bytes', async () => await postRaw(key, other)],
    ['other fields', async () => await postRaw(key, undefined, 'title=y')],
  ])('with %s is refused', async (_, again) => {
    expect((await postRaw(key)).status).toBe(201)
    await expectProblem(await again(), 422, 'idempotency-key-reused')
    await expectClips(1)
  })

  it('lets one of several requests at the same time through', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, async () => await postRaw(key)))
    const statuses = answers.map((answer) => answer.status)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1)
    for (const answer of answers) {
      if (answer.status !== 201) await expectProblem(answer, 409, 'request-in-progress')
    }
    await expectClips(1)
  })

  it('can be used again after a refusal', async () => {
    await expectProblem(await postRaw(key, 'no audio'), 415, 'not-audio')
    expect((await postRaw(key)).status).toBe(201)
  })

  it.each(['', 'x'.repeat(256), 'ü'])('%j is refused', async (value) => {
    await expectProblem(await postRaw({ 'Idempotency-Key': value }), 400, 'bad-idempotency-key')
  })

  it('expires after a day', async () => {
    expect((await postRaw(key)).status).toBe(201)
    await agedBy('25 hours')
    const response = await postRaw(key, other, 'title=y')
    expect(response.status).toBe(201)
    await expectClips(2)
  })
})
