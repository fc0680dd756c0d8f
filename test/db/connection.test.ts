/** What a request gets while Postgres is unavailable, or its answers are lost. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  storedKeys,
  unknownId,
} from '../support/api.ts'
import { losses, withoutDatabase } from '../support/faults.ts'
import { callWith } from '../support/product.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(async () => {
  await emptyLibrary()
  skipPauses()
})
afterEach(() => void vi.restoreAllMocks())

describe('without Postgres', () => {
  it.each(['/api/clips', `/api/clips/${unknownId}`])('%s is a 503, and recovers', async (path) => {
    const response = await callWith(withoutDatabase, path)
    expect(response.headers.get('Retry-After')).toBe('5')
    const problem = await expectProblem(response, 503, 'database-unavailable')
    expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|sql|select/i)
    expect((await call('/api/clips')).status).toBe(200)
  })

  it.each(losses)('an answer that is lost %s is a 503, not a 500', async (_, lose) => {
    const response = await withQueries(
      async (_query, real) => await lose(await real()),
      async () => await callWith(env, '/api/clips'),
    )
    await expectProblem(response, 503, 'database-unavailable')
  })

  it('a statement that Postgres ends because it takes too long is a 503', async () => {
    const message = 'canceling statement due to statement timeout'
    const response = await withQueries(
      async () => Response.json({ message, code: '57014', severity: 'ERROR' }, { status: 400 }),
      async () => await callWith(env, '/api/clips'),
    )
    const problem = await expectProblem(response, 503, 'database-unavailable')
    expect(JSON.stringify(problem)).not.toContain(message)
  })

  it('an upload is refused, and leaves nothing in incoming/', async () => {
    const body = fixture('opus.opus')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const response = await callWith(withoutDatabase, '/api/clips?title=x', { method: 'POST', headers, body })
    await expectProblem(response, 503, 'database-unavailable')
    expect((await storedKeys()).filter((key) => key.startsWith('incoming/'))).toEqual([])
    expect(await countRows()).toBe(0)
  })
})
