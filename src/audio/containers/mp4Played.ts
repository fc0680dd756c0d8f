/** Which part of a track plays: by its edit list (ISO/IEC 14496-12 §8.6.6), or by what iTunes notes. */
import type { ByteSource } from '../byteSource.ts'
import { findBox, type Tree } from './mp4Boxes.ts'
import { readPadding } from './mp4Tags.ts'
import { readEdits, readTimes, type Edit, type Track } from './mp4Tracks.ts'
import { unlessDamaged } from './survey.ts'

/** Where it begins, and how long it plays: infinite if that is up to the end, and the samples are not known. */
export type Played = { fromSeconds: number; seconds: number }

/** `seconds` are those of all samples; infinite if they are not known. `sampleRate` is what iTunes counts in. */
export async function readPlayed(
  source: ByteSource,
  moov: Tree,
  track: Track,
  seconds: number,
  { isFragmented, sampleRate }: { isFragmented: boolean; sampleRate: number },
): Promise<Played> {
  const mvhd = findBox(moov, 'mvhd')
  const movie = mvhd ? await readTimes(source, mvhd) : { timescale: 0 }
  const edits = await readEdits(source, track)
  const { timescale } = track
  const edited = movie.timescale ? editedSeconds(edits, timescale, seconds, movie.timescale, isFragmented) : 0
  const first = edits.find(({ from }) => from >= 0)
  if (edited > 0 && first) return { fromSeconds: first.from / timescale, seconds: edited }
  // Old iTunes writes no edit list, but a note.
  const padding = await unlessDamaged(readPadding(source, moov))
  if (!padding) return { fromSeconds: 0, seconds }
  const rate = sampleRate || timescale
  return {
    fromSeconds: padding.start / rate,
    seconds: Math.max(0, seconds - (padding.start + padding.end) / rate),
  }
}

/** What an edit list plays (§8.6.6); 0 if there is none, or none that plays anything. Empty pieces only delay the sound. */
function editedSeconds(
  edits: Edit[],
  timescale: number,
  seconds: number,
  movieTimescale: number,
  isFragmented: boolean,
): number {
  let sum = 0
  for (const { movieUnits, from } of edits) {
    if (from < 0) continue
    const left = Math.max(0, seconds - from / timescale)
    // The edit list of a fragmented file is written before its length is known.
    const all = movieUnits === 0 || isFragmented
    sum += all ? left : Math.min(left, movieUnits / movieTimescale)
  }
  return sum
}
