/** How many samples a Vorbis packet has: by its block and the one before (Vorbis I §1.3.2, §4.3). Pure. */

/** One mode in the setup header: a flag for the block size, a window and a transform (both 0), and a mapping (§4.2.4). */
const modeBits = 1 + 16 + 16 + 8
const modeCountBits = 6
const maxModes = 64

/** `blockSizes` is the byte of the identification header with the exponents of both block sizes (§4.2.2). */
export function vorbisPackets(blockSizes: number) {
  const [short, long] = [1 << (blockSizes & 15), 1 << (blockSizes >> 4)]
  /** Whether each mode has long blocks. */
  let modes: boolean[] = []
  let previous = 0
  return {
    readSetup: (packet: Uint8Array): void => {
      modes = readModes(packet)
    },
    packetSamples: (bytes: Uint8Array): number => {
      const first = bytes[0]
      if (first === undefined || first & 1) return 0 // empty, or a header
      const bits = Math.max(0, 32 - Math.clz32(modes.length - 1))
      const mode = modes.length > 1 ? (first >> 1) & ((1 << bits) - 1) : 0
      const block = modes[mode] === false ? short : long
      // A block overlaps with the one before it. The first one gives nothing yet.
      const samples = previous === 0 ? 0 : (previous + block) / 4
      previous = block
      return samples
    },
  }
}

/**
 * The modes are the last thing in the setup header, behind codebooks of any length. So they are read from its end: from the
 * framing bit back, as long as what is there looks like modes, and as their number says, which is in front of them.
 */
function readModes(packet: Uint8Array): boolean[] {
  const bit = (at: number): number => ((packet[at >> 3] ?? 0) >> (at & 7)) & 1
  const number = (at: number, bits: number): number => {
    let value = 0
    for (let index = 0; index < bits; index++) value += bit(at + index) * 2 ** index
    return value
  }
  let at = packet.byteLength * 8 - 1
  while (at > 0 && bit(at) === 0) at--
  const modes: boolean[] = []
  let found: boolean[] = []
  while (at - modeBits >= modeCountBits && modes.length < maxModes) {
    at -= modeBits
    if (number(at + 1, 16) !== 0 || number(at + 17, 16) !== 0 || number(at + 33, 8) >= maxModes) break
    modes.unshift(bit(at) === 1)
    if (number(at - modeCountBits, modeCountBits) + 1 === modes.length) found = [...modes]
  }
  return found
}
