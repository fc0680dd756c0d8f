/** The sound of odd and hostile files: of those that are accepted, what plays is as long as the clip. */
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/http/problem.ts'
import { readTracks, secondsPlayed } from '../../support/readingSound.ts'
import { aiffFiles } from './hostile/aiff.ts'
import { cafFiles } from './hostile/caf.ts'
import { flacFiles } from './hostile/flac.ts'
import type { HostileFile } from './hostile/hostileFile.ts'
import { mp4Files } from './hostile/mp4.ts'
import { mpegFiles } from './hostile/mpeg.ts'
import { mpegTagFiles } from './hostile/mpegTags.ts'
import { oggFiles } from './hostile/ogg.ts'
import { wavFiles } from './hostile/wav.ts'
import { webmFiles } from './hostile/webm.ts'

/** A few frames: what only the end of the file tells, and delays that the survey counts as sound. */
const toleranceSeconds = 0.1

/** A pause between two fragments is a part of the clip, and no sound. */
const withPause = 'a fragmented M4A from the middle of a broadcast, with a gap of a second'

describe.each<[string, HostileFile[]]>([
  ['MP3 and AAC', mpegFiles],
  ['MP3 with tags', mpegTagFiles],
  ['WAV', wavFiles],
  ['CAF', cafFiles],
  ['AIFF', aiffFiles],
  ['FLAC', flacFiles],
  ['Ogg', oggFiles],
  ['MP4', mp4Files],
  ['WebM', webmFiles],
])('%s', (_, files) => {
  it.each(files)('%s', async (name, make, expected) => {
    const reading = readTracks(make())
    if (typeof expected === 'string') {
      await reading.catch((error: unknown) => expect(error).toBeInstanceOf(Problem))
      return
    }
    const tracks = await reading
    // Some have a codec that nothing here decodes.
    if (tracks.length > 0 && name !== withPause)
      expect(Math.abs(secondsPlayed(tracks) - expected.duration)).toBeLessThanOrEqual(toleranceSeconds)
  })
})
