/** Files that are odd, hostile or no audio: each through the front door, each with its answer. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, countRows, emptyLibrary, expectProblem, storedKeys, upload } from './api.ts'
import { aiffFiles } from './hostile/aiff.ts'
import { oddBodies } from './hostile/bodies.ts'
import type { OddFile } from './hostile/file.ts'
import { flacFiles } from './hostile/flac.ts'
import { isoMediaFiles } from './hostile/isoMedia.ts'
import { mpegFiles } from './hostile/mpeg.ts'
import { mpegTagFiles } from './hostile/mpegTags.ts'
import { oggFiles } from './hostile/ogg.ts'
import { otherFiles } from './hostile/others.ts'
import { waveFiles } from './hostile/wave.ts'
import { webmFiles } from './hostile/webm.ts'

const statuses = { 'not-audio': 415, 'damaged-audio': 422 }

beforeEach(emptyLibrary)

describe.each<[string, OddFile[]]>([
  ['MP3 and AAC', mpegFiles],
  ['MP3 with tags', mpegTagFiles],
  ['WAV', waveFiles],
  ['AIFF', aiffFiles],
  ['FLAC', flacFiles],
  ['Ogg', oggFiles],
  ['MP4', isoMediaFiles],
  ['WebM', webmFiles],
  ['no audio', otherFiles],
])('%s', (_, files) => {
  it.each(files)('%s', async (_name, make, expected) => {
    const response = await upload(make(), {}, 'Fallback.mp3')
    if (typeof expected === 'string') {
      await expectProblem(response, statuses[expected], expected)
      expect(await storedKeys()).toEqual([])
      expect(await countRows()).toBe(0)
      return
    }
    const body = await response.json()
    expect(response.status, JSON.stringify(body)).toBe(201)
    const clip = Clip.parse(body)
    expect(clip.duration).toBeCloseTo(expected.duration, 3)
    if (expected.title !== undefined) expect(clip.title).toBe(expected.title)
    if (expected.contentType !== undefined) expect(clip.audio.content_type).toBe(expected.contentType)
    expect(await storedKeys()).toEqual([`clips/${clip.id}/audio`])
  })
})

describe('a form', () => {
  it.each(oddBodies)('%s', async (_name, make, answer, contentType = 'multipart/form-data; boundary=b') => {
    const headers = { ...asAdmin, 'Content-Type': contentType }
    const body = make()
    const init = { method: 'POST', headers, body: body.byteLength > 0 ? body : null }
    const response = await call('/api/clips', init)
    if (answer === 201) {
      expect(response.status, await response.text()).toBe(201)
      return
    }
    await expectProblem(response, ...answer)
    expect(await storedKeys()).toEqual([])
    expect(await countRows()).toBe(0)
  })
})
