/**
 * The codes of IMA ADPCM (IMA, "Recommended Practices for Enhancing Digital Audio Compatibility" 1992): each is a difference
 * to the sample before, in steps whose size follows the codes. Pure, but for the state of the channels.
 */

/** Samples have 16 bits. */
export const scale = 2 ** -15

/** The sizes of a step. */
const steps = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
  107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724,
  796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
  4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500,
  20350, 22385, 24623, 27086, 29794, 32767,
]
export const lastStep = steps.length - 1
/** How far a code moves on in the steps, by its bits without the sign. */
const moves = { 3: [-1, -1, 1, 2], 4: [-1, -1, -1, -1, 2, 4, 6, 8] }

export type Bits = keyof typeof moves

/** A run of codes in a packet: words of 4 bytes, `stride` bytes apart. */
type Run = { start: number; stride: number; bytes: number }

/** The state of every channel, and how codes change it. */
export class ImaCodes {
  /** The last sample of each channel. */
  readonly samples: Int32Array
  /** Where each channel is in the steps. */
  readonly stepNumbers: Int32Array
  readonly #bits: Bits
  /** By number of the step, and code. */
  readonly #differences: Int32Array
  readonly #nextNumbers: Uint8Array

  constructor(channels: number, bits: Bits) {
    this.samples = new Int32Array(channels)
    this.stepNumbers = new Int32Array(channels)
    this.#bits = bits
    const codes = Array.from({ length: steps.length << bits }, (_, at) => ({
      number: at >> bits,
      code: at & ((1 << bits) - 1),
    }))
    this.#differences = Int32Array.from(codes, ({ number, code }) =>
      difference(steps[number] ?? 0, code, bits),
    )
    this.#nextNumbers = Uint8Array.from(codes, ({ number, code }) => {
      const move = moves[bits][code & ((1 << (bits - 1)) - 1)] ?? 0
      return Math.max(0, Math.min(lastStep, number + move))
    })
  }

  /** Writes the samples of a run from `at` on. The first code is in the lowest bits of the first byte. */
  expand(
    channel: number,
    packet: Uint8Array,
    { start, stride, bytes }: Run,
    into: Float32Array,
    at: number,
  ): void {
    const bits = this.#bits
    const mask = (1 << bits) - 1
    let sample = this.samples[channel] ?? 0
    let number = this.stepNumbers[channel] ?? 0
    for (let index = 0, to = at, held = 0, holds = 0; index < bytes; index++) {
      held |= (packet[start + (index & 3) + (index >> 2) * stride] ?? 0) << holds
      for (holds += 8; holds >= bits; holds -= bits, held >>= bits) {
        const code = (number << bits) | (held & mask)
        sample += this.#differences[code] ?? 0
        sample = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample
        number = this.#nextNumbers[code] ?? 0
        into[to++] = sample * scale
      }
    }
    this.samples[channel] = sample
    this.stepNumbers[channel] = number
  }
}

/** The highest bit is the sign, the next one a whole step, then halves; half of the last one is always added. */
function difference(step: number, code: number, bits: Bits): number {
  let size = step >> (bits - 1)
  for (let bit = bits - 2, part = step; bit >= 0; bit--, part >>= 1) if (code & (1 << bit)) size += part
  return code & (1 << (bits - 1)) ? -size : size
}
