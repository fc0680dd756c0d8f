/** Pages, of which Ogg files are made (RFC 3533 §6). */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { countNonZero, dataView, startsWith } from './bytes.ts'

export type Page = {
  /** Where the payload lies. */
  offset: number
  length: number
  /** Begins a stream. */
  first: boolean
  serial: number
  /** The position at the end of the last packet that ends here; -1 if none does. */
  granule: number
  /** How many packets end here. */
  packets: number
  /** Bytes up to the end of the first packet that ends here. */
  firstPacketBytes: number
}

const headerBytes = 27
const maxPageBytes = headerBytes + 255
/** How far the next page may be, once one is not where it should be. */
const searchBytes = 64 * 1024

/**
 * Calls `visit` with every page, in order, without waiting where the window has it: a file may have a million.
 * Throws `damaged-audio` if most of the file is neither pages nor zeros, or if the last page is cut short.
 */
export async function visitPages(source: ByteSource, visit: (page: Page) => void): Promise<void> {
  let foreignBytes = 0
  let at = 0
  while (at + headerBytes <= source.size) {
    const bytes = source.held(at, maxPageBytes) ?? (await source.bytes(at, maxPageBytes))
    if (startsWith(bytes, 'OggS')) {
      const page = readPage(bytes, at)
      at = page.offset + page.length
      if (at > source.size) throw damaged('It is cut short within a page.')
      visit(page)
    } else {
      const skipped = await distanceToPage(source, at)
      foreignBytes += countNonZero(await source.bytes(at, skipped))
      if (foreignBytes > source.size / 2) throw damaged('Most of the file is not audio.')
      source.countPart()
      at += skipped
    }
  }
}

function readPage(bytes: Uint8Array, at: number): Page {
  const view = dataView(bytes)
  const segments = bytes.subarray(headerBytes, headerBytes + view.getUint8(26))
  let [length, packets, firstPacketBytes] = [0, 0, 0]
  for (const segment of segments) {
    length += segment
    if (segment < 255 && ++packets === 1) firstPacketBytes = length // a packet ends
  }
  return {
    offset: at + headerBytes + view.getUint8(26),
    length,
    first: (view.getUint8(5) & 2) !== 0,
    serial: view.getUint32(14, true),
    granule: Number(view.getBigInt64(6, true)),
    packets,
    firstPacketBytes,
  }
}

async function distanceToPage(source: ByteSource, at: number): Promise<number> {
  const bytes = await source.bytes(at, searchBytes)
  for (let next = bytes.indexOf(0x4f, 1); next !== -1; next = bytes.indexOf(0x4f, next + 1)) {
    if (startsWith(bytes, 'OggS', next)) return next
  }
  return Math.max(1, bytes.byteLength - 3)
}
