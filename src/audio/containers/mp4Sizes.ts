/** The sizes of a track's samples (ISO/IEC 14496-12 §8.7.3). */
import type { ByteSource } from '../byteSource.ts'
import { dataView } from './bytes.ts'
import { findBox, readTable, type Tree } from './mp4Boxes.ts'

/** The one size that all samples have; 0 if each has its own. QuickTime writes 1 for samples of any size. */
export async function readUniformSize(source: ByteSource, stbl: Tree): Promise<number> {
  const stsz = findBox(stbl, 'stsz')
  return stsz ? dataView(await source.bytes(stsz.offset, 8)).getUint32(4) : 0
}

/** The sum of all sizes; 0 where no table has them. */
export async function sumSizes(source: ByteSource, stbl: Tree, count: number): Promise<number> {
  const size = await readUniformSize(source, stbl)
  if (size > 0) return size === 1 ? 0 : count * size
  let sum = 0
  await visitSizes(source, stbl, count, (bytes) => {
    sum += bytes
  })
  return sum
}

/** Calls `visit` with the size of each sample. `stsz` has 32 bits for each, `stz2` 4, 8 or 16. */
export async function visitSizes(
  source: ByteSource,
  stbl: Tree,
  count: number,
  visit: (bytes: number) => void,
): Promise<void> {
  const [stsz, stz2] = [findBox(stbl, 'stsz'), findBox(stbl, 'stz2')]
  if (stsz) await readTable(source, stsz, 8, 4, (entries, at) => visit(entries.getUint32(at)))
  else if (stz2) await visitSmallSizes(source, stz2, count, visit)
}

async function visitSmallSizes(
  source: ByteSource,
  stz2: Tree,
  count: number,
  visit: (bytes: number) => void,
): Promise<void> {
  source.countSteps(count)
  const bits = dataView(await source.bytes(stz2.offset, 12)).getUint8(7)
  const start = stz2.offset + 12
  const end = start + Math.ceil((count * bits) / 8)
  let [visited, high] = [0, 0]
  for (let at = start; at < end;) {
    const bytes = (await source.windowFrom(at, 2)).subarray(0, end - at)
    for (const [index, byte] of bytes.entries()) {
      const isHigh = bits === 16 && (at + index - start) % 2 === 0
      if (isHigh) high = byte
      else if (bits === 4) {
        visit(byte >> 4)
        if (++visited < count) visit(byte & 15)
        visited++
      } else visit(bits === 16 ? high * 256 + byte : byte)
    }
    at += bytes.byteLength
  }
}
