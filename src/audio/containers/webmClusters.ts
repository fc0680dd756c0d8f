/** The clusters of a WebM or Matroska file (RFC 9559 §5.1.3): the elements in them, and where the blocks of a track are. */
import type { ByteSource } from '../byteSource.ts'
import {
  endOf,
  ids,
  maxHeaderBytes,
  numberBytes,
  readElement,
  topIds,
  variableNumber,
  type Placed,
} from './ebml.ts'
import { damaged } from './survey.ts'

/** Called with the payload of each element: where it is in `bytes` and in the file. It may go on beyond `bytes`. */
export type VisitElement = (
  id: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  position: number,
) => void

/** What is read of an element: its header, and the track and time of a block. */
const lookaheadBytes = maxHeaderBytes + 16

/**
 * Visits the elements of a cluster, and gives the place where reading goes on after each window. The last one is where the
 * cluster ends: if its length is unknown, at the first element that cannot be part of it. It does not wait for bytes that the
 * window has, because hostile files have millions of tiny blocks.
 */
export async function* walkCluster(
  source: ByteSource,
  cluster: Placed,
  segmentEnd: number,
  visit: VisitElement,
): AsyncGenerator<number> {
  const open = cluster.length === undefined
  const end = open ? segmentEnd : endOf(cluster, segmentEnd)
  let at = cluster.offset
  while (at < end) {
    const window = await source.windowFrom(at, lookaheadBytes)
    const isLast = at + window.byteLength >= source.size
    const enough = isLast ? window.byteLength : window.byteLength - lookaheadBytes
    let within = 0
    let isEnd = false
    while (within <= enough && at + within < end) {
      source.countSteps()
      const element = readElement(window, within)
      if (open && (!element || topIds.has(element.id) || element.id === ids.ebml)) {
        isEnd = true
        break
      }
      if (element?.length === undefined) throw damaged('A cluster in it cannot be read.')
      const start = within + element.headerBytes
      // A block group is entered: its block comes before anything else that matters here.
      const next = element.id === ids.blockGroup ? start : start + element.length
      if (at + next > end) throw damaged('It is cut short within a block.')
      visit(element.id, window, start, element.length, at + start)
      within = next
    }
    at += within
    yield at
    if (isEnd) return
  }
}

/** Whether an element of a cluster is a block. */
export function isBlock(id: number, length: number): boolean {
  return (id === ids.simpleBlock || id === ids.block) && length >= 4
}

/** A block starts with its track number, coded like a length, and its time within the cluster, then has flags (§10.1). */
export function readBlockHeader(bytes: Uint8Array, at: number) {
  const trackBytes = numberBytes(bytes, at)
  const [high, low] = [bytes[at + trackBytes] ?? 0, bytes[at + trackBytes + 1] ?? 0]
  return {
    track: variableNumber(bytes, at),
    units: (((high << 8) | low) << 16) >> 16,
    headerBytes: trackBytes + 3,
  }
}
