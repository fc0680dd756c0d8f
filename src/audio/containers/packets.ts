/** How many samples a packet of Opus or ALAC has, by its first bytes. Pure. */
import { BitReader } from './bytes.ts'

/** The frames of a packet last 120 ms at most. */
const maxSamples = 5760
/** Samples of a frame at 48 kHz: of SILK, of hybrid and of CELT frames, by two bits of the configuration. */
const silk = [480, 960, 1920, 2880]
const celt = [120, 240, 480, 960]

/** An Opus packet begins with a table of contents (RFC 6716 §3.1 and §3.2). Samples at 48 kHz; 0 for an empty packet. */
export function opusPacketSamples(bytes: Uint8Array): number {
  const [contents, second = 0] = bytes
  if (contents === undefined) return 0
  const config = contents >> 3
  const hybrid = config >= 12 && config < 16
  const frame = (config >= 16 ? celt[config & 3] : silk[hybrid ? config & 1 : config & 3]) ?? 0
  const frames = [1, 2, 2, second & 63][contents & 3] ?? 1
  return Math.min(frame * frames, maxSamples)
}

/** The bytes of an ALAC packet that say how long it is. */
export const alacHeaderBytes = 7

/**
 * An ALAC packet has as many samples as others, unless a flag of its first element says that it has fewer (Apple, "ALAC
 * decoder": a type, a number, 12 unused bits, the flag, three other bits, then 32 bits).
 */
export function alacPacketSamples(packet: Uint8Array, usual: number): number {
  if (packet.byteLength < alacHeaderBytes) return usual
  const bits = new BitReader(packet)
  bits.read(3 + 4 + 12)
  const isPartial = bits.read(1) === 1
  bits.read(2 + 1)
  return isPartial ? Math.min(bits.read(32), usual) : usual
}
