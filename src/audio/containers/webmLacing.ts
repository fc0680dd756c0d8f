/** The frames in a block of WebM or Matroska (RFC 9559 §10.3): one, or several that are laced. Pure. */
import { numberBytes, variableNumber } from './ebml.ts'
import { readBlockHeader } from './webmClusters.ts'

const xiph = 1
const fixed = 2

/** Frames whose length leads beyond the block are left out. */
export function framesOf(block: Uint8Array): Uint8Array[] {
  const { headerBytes } = readBlockHeader(block, 0)
  const lacing = ((block[headerBytes - 1] ?? 0) >> 1) & 3
  if (lacing === 0) return [block.subarray(headerBytes)]
  const count = (block[headerBytes] ?? 0) + 1
  const from = headerBytes + 1
  if (lacing === fixed) {
    const bytes = Math.floor((block.byteLength - from) / count)
    return cut(
      block,
      from,
      Array.from({ length: count - 1 }, () => bytes),
    )
  }
  const { lengths, end } = lacing === xiph ? xiphLengths(block, from, count) : ebmlLengths(block, from, count)
  return cut(block, end, lengths)
}

/** The last frame has what is left. */
function cut(block: Uint8Array, from: number, lengths: number[]): Uint8Array[] {
  const frames: Uint8Array[] = []
  let at = from
  for (const length of lengths) {
    if (length < 0 || at + length > block.byteLength) return frames
    frames.push(block.subarray(at, at + length))
    at += length
  }
  frames.push(block.subarray(at))
  return frames
}

/** Of all frames but the last one: bytes to be added up, of which the last one is not 255. */
function xiphLengths(block: Uint8Array, from: number, count: number): { lengths: number[]; end: number } {
  const lengths: number[] = []
  let end = from
  while (lengths.length < count - 1 && end < block.byteLength) {
    let length = 0
    while (block[end] === 255) length += block[end++] ?? 0
    lengths.push(length + (block[end++] ?? 0))
  }
  return { lengths, end }
}

/** Of all frames but the last one: a number, then differences, in which half of the range is below 0. */
function ebmlLengths(block: Uint8Array, from: number, count: number): { lengths: number[]; end: number } {
  const lengths: number[] = []
  let end = from
  while (lengths.length < count - 1 && end < block.byteLength) {
    const bytes = numberBytes(block, end)
    const number = variableNumber(block, end)
    const last = lengths.at(-1)
    lengths.push(last === undefined ? number : last + number - (2 ** (7 * bytes - 1) - 1))
    end += bytes
  }
  return { lengths, end }
}
