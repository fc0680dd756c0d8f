/** Fragments of an ISO base media file: a movie that goes on in pieces (ISO/IEC 14496-12 §8.8). */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { boxesIn, findBox, type Box } from './boxes.ts'
import { dataView } from './bytes.ts'

const maxRunBytes = 4 * 1024 * 1024

/** How long a sample is where a fragment does not say: `trex`, by track. */
export async function readDefaults(source: ByteSource, moov: Box): Promise<Map<number, number>> {
  const defaults = new Map<number, number>()
  const mvex = await findBox(source, moov, ['mvex'])
  if (!mvex) return defaults
  for await (const box of boxesIn(source, mvex)) {
    if (box.type !== 'trex') continue
    const view = dataView(await source.bytes(box.offset, 16))
    defaults.set(view.getUint32(4), view.getUint32(12))
  }
  return defaults
}

/** Units that the samples of one track in one fragment add up to. */
export async function sumFragment(
  source: ByteSource,
  moof: Box,
  trackId: number,
  defaults: Map<number, number>,
): Promise<number> {
  let sum = 0
  for await (const traf of boxesIn(source, moof)) {
    if (traf.type !== 'traf') continue
    let sampleUnits: number | undefined
    for await (const box of boxesIn(source, traf)) {
      if (box.type === 'tfhd') {
        const header = await readFragmentHeader(source, box)
        sampleUnits =
          header.trackId === trackId ? (header.sampleUnits ?? defaults.get(trackId) ?? 0) : undefined
      }
      if (box.type === 'trun' && sampleUnits !== undefined) sum += await sumRun(source, box, sampleUnits)
    }
  }
  return sum
}

/** `tfhd`: flags say which of its fields are there. */
async function readFragmentHeader(source: ByteSource, box: Box) {
  const view = dataView(await source.bytes(box.offset, Math.min(40, box.end - box.offset)))
  const flags = view.getUint32(0) & 0xffffff
  const at = 8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0)
  return { trackId: view.getUint32(4), sampleUnits: flags & 0x08 ? view.getUint32(at) : undefined }
}

/** `trun`: so many samples, each with the fields that flags name. */
async function sumRun(source: ByteSource, box: Box, sampleUnits: number): Promise<number> {
  if (box.end - box.offset > maxRunBytes) throw damaged('A fragment is longer than any that is written.')
  const view = dataView(await source.bytes(box.offset, box.end - box.offset))
  const flags = view.getUint32(0) & 0xffffff
  const count = view.getUint32(4)
  if (!(flags & 0x100)) return count * sampleUnits
  const start = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0)
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  if (start + count * stride > view.byteLength) throw damaged('A fragment has fewer samples than it says.')
  let sum = 0
  for (let index = 0; index < count; index++) sum += view.getUint32(start + index * stride)
  return sum
}
