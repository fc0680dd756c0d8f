/** The pages of an Ogg file (RFC 3533 §6), and the packets in them. */
import type { ByteSource } from '../byteSource.ts'
import { countNonZero, dataView, startsWith } from './bytes.ts'
import { damaged } from './survey.ts'

export type Page = {
  /** Whether it begins a stream. */
  first: boolean
  /** Whether its first packet began on an earlier page. */
  continued: boolean
  serial: number
  /** The granule position: where the last packet that ends on the page ends in the stream. -1 if none does. */
  granule: number
  /** Pieces of packets, in order. The last one may go on, on the next page. */
  pieces: { bytes: Uint8Array; ends: boolean }[]
}

const headerBytes = 27
const maxSegments = 255
const maxPageBytes = headerBytes + maxSegments + maxSegments * 255
/** Pages that are given at once: those of a minute or so. */
const maxBatchPages = 64
/** How far the next page is searched if it is not where the last one ends. */
const searchBytes = 64 * 1024

/**
 * Every page, in order, those of a window at a time. Its bytes are those of the window, so whoever keeps them copies them.
 * Throws `damaged-audio` if most of the file is neither pages nor zeros, or if the last page is cut short.
 */
export async function* readPages(source: ByteSource, start: number): AsyncGenerator<Page[]> {
  let pages: Page[] = []
  let garbageBytes = 0
  let at = start
  while (at + headerBytes <= source.size) {
    let bytes = source.buffered(at, maxPageBytes)
    if (pages.length > 0 && (!bytes || pages.length === maxBatchPages)) {
      yield pages
      pages = []
    }
    bytes ??= await source.bytes(at, maxPageBytes)
    if (startsWith(bytes, 'OggS')) {
      const { page, length } = readPage(bytes)
      at += length
      if (at > source.size) throw damaged('It is cut short within a page.')
      source.countSteps(1 + page.pieces.length)
      pages.push(page)
    } else {
      const skipped = await distanceToPage(source, at)
      garbageBytes += countNonZero(await source.bytes(at, skipped))
      if (garbageBytes > source.size / 2) throw damaged('Most of the file is not audio.')
      source.countPart()
      at += skipped
    }
  }
  yield pages
}

function readPage(bytes: Uint8Array): { page: Page; length: number } {
  const view = dataView(bytes)
  const [flags, segments] = [view.getUint8(5), view.getUint8(26)]
  const pieces: Page['pieces'] = []
  let start = headerBytes + segments
  let end = start
  for (let segment = 0; segment < segments; segment++) {
    const length = bytes[headerBytes + segment] ?? 0
    end += length
    if (length === 255 && segment < segments - 1) continue
    pieces.push({ bytes: bytes.subarray(start, end), ends: length < 255 })
    start = end
  }
  const page = {
    first: (flags & 2) !== 0,
    continued: (flags & 1) !== 0,
    serial: view.getUint32(14, true),
    granule: Number(view.getBigInt64(6, true)),
    pieces,
  }
  return { page, length: end }
}

async function distanceToPage(source: ByteSource, at: number): Promise<number> {
  const bytes = await source.bytes(at, searchBytes)
  for (let next = bytes.indexOf(0x4f, 1); next !== -1; next = bytes.indexOf(0x4f, next + 1)) {
    source.countSteps()
    if (startsWith(bytes, 'OggS', next)) return next
  }
  return Math.max(1, bytes.byteLength - 3)
}
