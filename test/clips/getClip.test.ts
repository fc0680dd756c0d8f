/** One clip: its shape, and who may see it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import {
  asAdmin,
  call,
  emptyLibrary,
  expectProblem,
  fixture,
  origin,
  unknownId,
  uploaded,
} from '../support/api.ts'

beforeEach(emptyLibrary)

describe('a clip', () => {
  it('has the shape of the contract', async () => {
    const clip = await uploaded(fixture('opus.opus'), { title: 'Rain' })
    const shown = Clip.strict().parse(await (await call(`/api/clips/${clip.id}`)).json())
    expect(shown.audio_url).toBe(`${origin}/api/clips/${clip.id}/stream`)
    expect(shown.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(shown).toMatchObject({ play_count: 0, waveform_url: null, analysis: 'pending', description: null })
  })

  it('is a 404 for strangers when it is private', async () => {
    const secret = await uploaded(fixture('opus.opus'), { title: 'Diary', visibility: 'private' })
    for (const path of [`/api/clips/${secret.id}`, `/api/clips/${secret.id}/stream`]) {
      await expectProblem(await call(path), 404, 'clip-not-found')
      expect((await call(path, { headers: asAdmin })).status).toBe(200)
    }
  })

  it.each(['/api/clips/x', `/api/clips/${unknownId}`, '/api/clips/%E0%A4%A'])('%s is a 404', async (path) => {
    await expectProblem(await call(path), 404, 'clip-not-found')
  })
})
