/** Boxes, of which ISO base media files are made (ISO/IEC 14496-12 §4.2): a length, a name, and so many bytes. */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { bytesOf, characters, concatenated, dataView, uint32 } from './bytes.ts'

/** `offset` and `end` are of the payload. */
export type Box = { type: string; offset: number; end: number }

const headerBytes = 8
const longHeaderBytes = 16

/** The box at `at`, whose `end` may lie beyond the file; undefined where nothing looks like a box. */
export async function readBox(source: ByteSource, at: number, end: number): Promise<Box | undefined> {
  source.countPart()
  const header = source.held(at, longHeaderBytes) ?? (await source.bytes(at, longHeaderBytes))
  if (header.byteLength < headerBytes || at + headerBytes > end) return undefined
  const type = characters(header, 4, 4)
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined
  const view = dataView(header)
  const short = view.getUint32(0)
  if (short === 0) return { type, offset: at + headerBytes, end } // to the end
  if (short !== 1)
    return short < headerBytes ? undefined : { type, offset: at + headerBytes, end: at + short }
  if (header.byteLength < longHeaderBytes) return undefined
  const long = Number(view.getBigUint64(8))
  return long < longHeaderBytes ? undefined : { type, offset: at + longHeaderBytes, end: at + long }
}

/** The boxes directly within another's payload. They are never descended into here, so none can nest too deep. */
export async function* boxesIn(source: ByteSource, { type, offset, end }: Box): AsyncGenerator<Box> {
  let at = offset
  while (true) {
    const box = await readBox(source, at, end)
    if (!box) return // padding
    if (box.end > end) throw damaged(`A part is longer than ${type}, which holds it.`)
    yield box
    at = box.end
  }
}

/** The box that lies at the end of a path of names, the first of each. */
export async function findBox(source: ByteSource, within: Box, path: string[]): Promise<Box | undefined> {
  let found: Box | undefined = within
  for (const name of path) {
    if (!found) return undefined
    const parent: Box = found
    found = undefined
    for await (const box of boxesIn(source, parent)) {
      if (box.type === name) {
        found = box
        break
      }
    }
  }
  return found
}

export function makeBox(type: string, ...payload: Uint8Array[]): Uint8Array {
  const inside = concatenated(...payload)
  return concatenated(uint32(headerBytes + inside.byteLength), bytesOf(type), inside)
}
