/** How long an Opus packet is, by its table of contents (RFC 6716 §3.1 and §3.2). Pure. */

/** The frames of a packet last 120 ms at most. */
const maxSamples = 5760
/** Samples of a frame at 48 kHz: of SILK, of hybrid and of CELT frames, by two bits of the configuration. */
const silk = [480, 960, 1920, 2880]
const celt = [120, 240, 480, 960]

/** Samples at 48 kHz. 0 for an empty packet. */
export function opusPacketSamples(bytes: Uint8Array): number {
  const [contents, second = 0] = bytes
  if (contents === undefined) return 0
  const config = contents >> 3
  const hybrid = config >= 12 && config < 16
  const frame = (config >= 16 ? celt[config & 3] : silk[hybrid ? config & 1 : config & 3]) ?? 0
  const frames = [1, 2, 2, second & 63][contents & 3] ?? 1
  return Math.min(frame * frames, maxSamples)
}
