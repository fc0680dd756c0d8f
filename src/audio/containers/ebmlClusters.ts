/** Clusters of a Matroska or WebM segment: how far its blocks go (RFC 9559 §5.1.3). */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { ids, maxHeaderBytes, readElement, topIds, unsigned, variableNumber } from './ebmlElements.ts'

/** Times of blocks of one track, in units of the segment. */
export type Times = {
  blocks: number
  first: number
  last: number
  /** Between the last two: how long the last one is taken to be. */
  step: number
  /** Of the cluster that is being read. */
  cluster: number
  /** Looked at so far. */
  elements: number
}

/** Elements in all: a day of the shortest blocks has fewer. */
const maxElements = 5_000_000
/** Bytes of an element that are looked at: its header, and of a block its track and time. */
const lookaheadBytes = maxHeaderBytes + 16

/**
 * Reads the cluster whose payload is at `from`, up to `end` or, where its length is unknown, to what cannot be
 * part of it. Returns where it ends. Never waits where the window has the bytes.
 */
export async function readCluster(
  source: ByteSource,
  from: number,
  end: number | undefined,
  limit: number,
  trackNumber: number,
  times: Times,
): Promise<number> {
  let at = from
  times.cluster = 0
  while (at < (end ?? limit)) {
    const bytes = source.held(at, lookaheadBytes) ?? (await source.bytes(at, lookaheadBytes))
    const element = readElement(bytes, 0)
    if (++times.elements > maxElements) throw damaged('It is made of too many parts.')
    if (end === undefined && (!element || topIds.has(element.id))) return at
    if (element?.length === undefined) throw damaged('A cluster cannot be read.')
    const start = at + element.headerBytes
    // The block of a group stands in it, before anything that does not matter here.
    const next = element.id === ids.blockGroup ? start : start + element.length
    if (next > (end ?? limit)) throw damaged('It is cut short within a block.')
    noteElement(
      element.id,
      bytes.subarray(element.headerBytes, element.headerBytes + element.length),
      trackNumber,
      times,
    )
    at = next
  }
  return at
}

function noteElement(id: number, payload: Uint8Array, trackNumber: number, times: Times): void {
  if (id === ids.timestamp) times.cluster = unsigned(payload.subarray(0, 8))
  if ((id !== ids.simpleBlock && id !== ids.block) || payload.byteLength < 4) return
  // A block begins with its track's number, coded like a length, and its time within the cluster (§10.1).
  const numberBytes = Math.clz32((payload[0] ?? 0) << 24) + 1
  if (variableNumber(payload.subarray(0, numberBytes)) !== trackNumber) return
  const [high = 0, low = 0] = payload.subarray(numberBytes, numberBytes + 2)
  const time = times.cluster + ((((high << 8) | low) << 16) >> 16)
  if (times.blocks++ === 0) times.first = time
  else if (time > times.last) times.step = time - times.last
  times.last = Math.max(times.last, time)
}
