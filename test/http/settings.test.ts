/** Settings: missing ones, and PUBLIC_URL. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { emptyLibrary, expectProblem, makeKey, uploadAs } from '../support/api.ts'
import { callWith } from '../support/product.ts'

beforeEach(emptyLibrary)

describe('without a setting', () => {
  it.each(['DATABASE_URL', 'ADMIN_KEY', 'MAX_UPLOAD_BYTES'])('%s', async (name) => {
    const response = await callWith({ ...env, [name]: undefined }, '/api/clips')
    const problem = await expectProblem(response, 503, 'misconfigured')
    expect(JSON.stringify(problem)).not.toContain(name)
  })
})

describe('with PUBLIC_URL', () => {
  it('links do not depend on Host', async () => {
    const { key } = await makeKey(['write', 'read'])
    const { id } = await uploadAs(key, 'public')
    const response = await callWith(
      { ...env, PUBLIC_URL: 'https://clips.example' } as Env,
      `/api/clips/${id}`,
    )
    expect(Clip.parse(await response.json()).audio_url).toBe(`https://clips.example/api/clips/${id}/stream`)
  })
})
