/** The elements of an ALAC packet: one channel, or a pair of them. Each is predicted, or is there as it was. */
import type { AlacBits } from './alacBits.ts'
import type { AlacConfig } from './alacConfig.ts'
import { readErrors } from './alacGolomb.ts'
import { differenceOrder, predict, type Predictor } from './alacPrediction.ts'

/** One channel while it is decoded. Its memory is used again. */
type Lane = {
  samples: Int32Array
  predictor: Predictor
  /** Whether what is predicted is the difference to the sample before. */
  isDifference: boolean
  /** The weight of a new error, in quarters of that of the configuration. */
  quarters: number
}

export class AlacElements {
  readonly #config: AlacConfig
  readonly #bits: AlacBits
  readonly #errors: Int32Array
  readonly #single: Lane[]
  readonly #pair: Lane[]

  constructor(config: AlacConfig, bits: AlacBits) {
    this.#config = config
    this.#bits = bits
    this.#errors = new Int32Array(config.frameSamples)
    const first = newLane(config.frameSamples)
    this.#single = [first]
    this.#pair = [first, newLane(config.frameSamples)]
  }

  /** Writes an element to `planes`, from the plane `at` on. Gives its samples; undefined if it is damaged. */
  decode(planes: Float32Array[], at: number, channels: number): number | undefined {
    const bits = this.#bits
    const lanes = channels === 1 ? this.#single : this.#pair
    // Its number, and bits without a meaning.
    bits.read(4 + 12)
    const isPartial = bits.read(1) === 1
    const rawBits = bits.read(2) * 8
    const isStored = bits.read(1) === 1
    const samples = isPartial ? bits.read(32) : this.#config.frameSamples
    if (samples === 0 || samples > this.#config.frameSamples || planes.length < at + channels)
      return undefined
    const isWhole = isStored ? this.#readStored(lanes, samples) : this.#readPredicted(lanes, samples, rawBits)
    if (!isWhole) return undefined
    // The highest bit of a sample moves to that of the number. What a damaged packet has above it is gone.
    const spare = 32 - this.#config.bits
    for (const [index, lane] of lanes.entries()) {
      const plane = planes[at + index]
      if (plane) toFloat(lane.samples, spare, plane, samples)
    }
    return samples
  }

  #readStored(lanes: Lane[], samples: number): boolean {
    const bits = this.#bits
    const width = this.#config.bits
    if (bits.end - bits.at < samples * lanes.length * width) return false
    for (let index = 0; index < samples; index++) {
      for (const lane of lanes) lane.samples[index] = bits.readSigned(width)
    }
    return true
  }

  /** `rawBits` of each sample are not predicted, because they are noise. They are in front of the errors. */
  #readPredicted(lanes: Lane[], samples: number, rawBits: number): boolean {
    const bits = this.#bits
    // The difference of two channels has a bit more.
    const width = this.#config.bits - rawBits + lanes.length - 1
    if (width < 1 || width > 32) return false
    const fractionBits = bits.read(8)
    const weight = bits.readSigned(8)
    if (weight !== 0 && fractionBits > 31) return false
    for (const lane of lanes) readPredictor(bits, lane)
    const rawAt = bits.at
    bits.at += rawBits * lanes.length * samples
    for (const lane of lanes) if (!this.#readLane(lane, width, samples)) return false
    const [first, second] = lanes
    if (first && second && weight !== 0) unmix(first.samples, second.samples, samples, weight, fractionBits)
    if (rawBits > 0) this.#appendRaw(lanes, samples, rawBits, rawAt)
    return true
  }

  #readLane(
    { samples: into, predictor, isDifference, quarters }: Lane,
    width: number,
    samples: number,
  ): boolean {
    const { initialMean, maxLength } = this.#config
    const adaptation = { initialMean, weight: (this.#config.weight * quarters) >> 2, maxLength }
    const errors = this.#errors
    if (!readErrors(this.#bits, adaptation, width, errors, samples)) return false
    if (isDifference) predict({ ...predictor, order: differenceOrder }, width, errors, errors, samples)
    predict(predictor, width, errors, into, samples)
    return true
  }

  #appendRaw(lanes: Lane[], samples: number, rawBits: number, rawAt: number): void {
    const bits = this.#bits
    const end = bits.at
    bits.at = rawAt
    for (let index = 0; index < samples; index++) {
      for (const lane of lanes) {
        lane.samples[index] = ((lane.samples[index] ?? 0) << rawBits) | bits.read(rawBits)
      }
    }
    bits.at = end
  }
}

function newLane(samples: number): Lane {
  const predictor = { coefficients: new Int16Array(31), order: 0, fractionBits: 0 }
  return { samples: new Int32Array(samples), predictor, isDifference: false, quarters: 0 }
}

function readPredictor(bits: AlacBits, lane: Lane): void {
  const { predictor } = lane
  lane.isDifference = bits.read(4) !== 0
  predictor.fractionBits = bits.read(4)
  lane.quarters = bits.read(3)
  predictor.order = bits.read(5)
  for (let tap = 0; tap < predictor.order; tap++) predictor.coefficients[tap] = bits.readSigned(16)
}

/** Left and right of their weighted mean and their difference. */
function unmix(
  first: Int32Array,
  second: Int32Array,
  samples: number,
  weight: number,
  fractionBits: number,
): void {
  for (let index = 0; index < samples; index++) {
    const difference = second[index] ?? 0
    const left = ((first[index] ?? 0) + difference - (Math.imul(weight, difference) >> fractionBits)) | 0
    first[index] = left
    second[index] = left - difference
  }
}

function toFloat(samples: Int32Array, spare: number, into: Float32Array, count: number): void {
  for (let index = 0; index < count; index++) into[index] = ((samples[index] ?? 0) << spare) * 2 ** -31
}
