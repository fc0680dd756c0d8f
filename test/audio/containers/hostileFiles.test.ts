/** Files that are odd, hostile, damaged or not audio: each upload is a clip with the right facts, or a 415 or 422. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../../src/clips/clip.ts'
import { countRows, emptyLibrary, expectProblem, storedKeys, upload } from '../../support/api.ts'
import { amrFiles } from './hostile/amr.ts'
import { cafFiles } from './hostile/caf.ts'
import { aiffFiles } from './hostile/aiff.ts'
import { flacFiles } from './hostile/flac.ts'
import type { HostileFile } from './hostile/hostileFile.ts'
import { mp4Files } from './hostile/mp4.ts'
import { mpegFiles } from './hostile/mpeg.ts'
import { mpegTagFiles } from './hostile/mpegTags.ts'
import { notAudioFiles } from './hostile/notAudio.ts'
import { oggFiles } from './hostile/ogg.ts'
import { wavFiles } from './hostile/wav.ts'
import { webmFiles } from './hostile/webm.ts'

beforeEach(emptyLibrary)

const statuses = { 'not-audio': 415, 'damaged-audio': 422 }

describe.each<[string, HostileFile[]]>([
  ['MP3 and AAC', mpegFiles],
  ['MP3 with tags', mpegTagFiles],
  ['WAV', wavFiles],
  ['AMR', amrFiles],
  ['CAF', cafFiles],
  ['AIFF', aiffFiles],
  ['FLAC', flacFiles],
  ['Ogg', oggFiles],
  ['MP4', mp4Files],
  ['WebM', webmFiles],
  ['not audio', notAudioFiles],
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
