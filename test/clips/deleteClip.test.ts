/** DELETE: what it removes, and who may do it. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectNothingStored,
  expectProblem,
  fixture,
  uploaded,
} from '../support/api.ts'

beforeEach(emptyLibrary)

describe('a deletion', () => {
  it('removes the row and the audio', async () => {
    const clip = await uploaded(fixture('opus.opus'), { title: 'Rain' })
    const gone = await call(`/api/clips/${clip.id}`, { method: 'DELETE', headers: asAdmin })
    expect(gone.status).toBe(204)
    await expectProblem(await call(`/api/clips/${clip.id}`), 404, 'clip-not-found')
    await expectProblem(await call(`/api/clips/${clip.id}/stream`), 404, 'clip-not-found')
    await expectProblem(
      await call(`/api/clips/${clip.id}`, { method: 'DELETE', headers: asAdmin }),
      404,
      'clip-not-found',
    )
    await expectNothingStored()
  })

  it('needs a key', async () => {
    const clip = await uploaded(fixture('opus.opus'), { title: 'Rain' })
    await expectProblem(await call(`/api/clips/${clip.id}`, { method: 'DELETE' }), 401, 'unauthorized')
    expect(await countRows()).toBe(1)
  })
})
