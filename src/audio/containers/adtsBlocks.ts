/** The raw data blocks in a frame of ADTS (ISO/IEC 13818-7 §6.2), and a configuration for their decoder. Pure. */
import { BitReader, concatenated } from './bytes.ts'

/** Bytes of the header, and of a checksum behind it or behind a block. */
const headerBytes = 7
const checksumBytes = 2

/**
 * The blocks of a frame: mostly one. Several can be told apart only where a checksum protects them: their positions are
 * then in the header. Without it, they are left out.
 */
export function rawDataBlocks(frame: Uint8Array): Uint8Array[] {
  const isProtected = ((frame[1] ?? 0) & 1) === 0
  const others = (frame[6] ?? 0) & 3
  if (others === 0) return [frame.subarray(headerBytes + (isProtected ? checksumBytes : 0))]
  if (!isProtected) return []
  const from = headerBytes + others * 2 + checksumBytes
  const starts = [from]
  for (let index = 0; index < others; index++) {
    const at = headerBytes + index * 2
    starts.push(from + (((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)))
  }
  return starts.flatMap((start, index) => {
    const end = (starts[index + 1] ?? frame.byteLength) - checksumBytes
    return start < end ? [frame.subarray(start, end)] : []
  })
}

/** An AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) with what the header of a frame declares. */
export function adtsConfig(frame: Uint8Array): Uint8Array {
  const [, , third = 0, fourth = 0] = frame
  const objectType = (third >> 6) + 1
  const rate = (third >> 2) & 15
  const channels = ((third & 1) << 2) | (fourth >> 6)
  const head = [(objectType << 3) | (rate >> 1), ((rate & 1) << 7) | (channels << 3)]
  const elements = channels === 0 ? programConfig(rawDataBlocks(frame)[0] ?? new Uint8Array()) : []
  return Uint8Array.from([...head, ...elements])
}

/** Bits of the fields before the numbers of elements, behind the element's name. */
const leadBits = 4 + 2 + 4
/** Without its comment, an element is shorter. */
const maxElementBytes = 64

/**
 * The program_config_element that a block begins with (§4.4.1.1), which lists the channels one by one, and the length of its
 * comment: 0. None if there is none.
 */
function programConfig(block: Uint8Array): number[] {
  const bits = new BitReader(
    concatenated(block.subarray(0, maxElementBytes), new Uint8Array(maxElementBytes)),
  )
  if (bits.read(3) !== 5) return []
  const copied: number[] = []
  const copy = (count: number): number => {
    const value = bits.read(count)
    for (let bit = count - 1; bit >= 0; bit--) copied.push((value >> bit) & 1)
    return value
  }
  copy(leadBits)
  const [front, side, back, low] = [copy(4), copy(4), copy(4), copy(2)]
  const [data, coupling] = [copy(3), copy(4)]
  for (const length of [4, 4, 3]) if (copy(1) === 1) copy(length)
  for (let element = 0; element < front + side + back + coupling; element++) copy(5)
  for (let element = 0; element < low + data; element++) copy(4)
  while (copied.length % 8 > 0) copied.push(0)
  const bytes = Array.from({ length: copied.length / 8 }, (_, index) =>
    copied.slice(index * 8, index * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  )
  return [...bytes, 0]
}
