/** Decodes one channel of a FLAC frame: what a predictor expects, and how far it is off (RFC 9639 §9.2). */
import type { FlacBits } from './flacBits.ts'

/** The predictors without coefficients of their own, by order (§9.2.5). */
const fixedPredictors = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]]
const maxOrder = 32
const maxRiceParameter = [14, 30]
/** A sum that may reach this is added up as a double, which is exact to 53 bits. */
const integerReach = 2 ** 31

/** Samples of one channel. Those of 33 bits are the difference of two channels with 32. */
export type FlacSamples = Int32Array | Float64Array

/** Decodes `length` samples of so many bits. Throws for what is not FLAC. `residual` is scratch space of that length. */
export function decodeSubframe(
  bits: FlacBits,
  sampleBits: number,
  samples: FlacSamples,
  residual: Int32Array,
  length: number,
): void {
  if (bits.read(1)) throw new RangeError('A subframe begins with a one.')
  const type = bits.read(6)
  const wasted = bits.read(1) ? bits.readUnary() + 1 : 0
  const width = sampleBits - wasted
  if (width < 1) throw new RangeError('No bits are left.')
  if (type === 0) samples.fill(bits.readSigned(width), 0, length)
  else if (type === 1) readVerbatim(bits, width, samples, length)
  else if (type >= 8 && type <= 12) decodeFixed(bits, width, samples, residual, length, type - 8)
  else if (type >= 32) decodeLinear(bits, width, samples, residual, length, type - 31)
  else throw new RangeError('A reserved type of subframe.')
  if (wasted > 0) for (let at = 0; at < length; at++) samples[at] = (samples[at] ?? 0) * 2 ** wasted
  bits.check()
}

function readVerbatim(bits: FlacBits, width: number, samples: FlacSamples, length: number): void {
  for (let at = 0; at < length; at++) samples[at] = bits.readSigned(width)
}

function decodeFixed(
  bits: FlacBits,
  width: number,
  samples: FlacSamples,
  residual: Int32Array,
  length: number,
  order: number,
): void {
  readVerbatim(bits, width, samples, Math.min(order, length))
  readResidual(bits, residual, length, order)
  predict(samples, residual, length, [...(fixedPredictors[order] ?? [])], 0, width)
}

function decodeLinear(
  bits: FlacBits,
  width: number,
  samples: FlacSamples,
  residual: Int32Array,
  length: number,
  order: number,
): void {
  readVerbatim(bits, width, samples, Math.min(order, length))
  const precision = bits.read(4) + 1
  const shift = bits.readSigned(5)
  if (precision === 16 || shift < 0) throw new RangeError('A reserved precision, or a negative shift.')
  const coefficients = Array.from({ length: order }, () => bits.readSigned(precision))
  readResidual(bits, residual, length, order)
  predict(samples, residual, length, coefficients, shift, width)
}

/** The residual in partitions, each with its own parameter (§9.2.7). */
function readResidual(bits: FlacBits, residual: Int32Array, length: number, order: number): void {
  const method = bits.read(2)
  if (method > 1) throw new RangeError('A reserved method of coding.')
  const partitions = 1 << bits.read(4)
  const size = length / partitions
  if (!Number.isInteger(size) || size < order) throw new RangeError('Partitions do not fit the block.')
  for (let partition = 0; partition < partitions; partition++) {
    const from = partition === 0 ? order : partition * size
    const to = (partition + 1) * size
    const parameter = bits.read(4 + method)
    if (parameter <= (maxRiceParameter[method] ?? 0)) {
      bits.readRice(parameter, residual, from, to)
      continue
    }
    const width = bits.read(5)
    for (let at = from; at < to; at++) residual[at] = bits.readSigned(width)
    bits.check()
  }
}

const integerWeights = new Int32Array(maxOrder)
const wideWeights = new Float64Array(maxOrder)

/** Adds to each residual what its predecessors let expect. The first samples, as many as coefficients, are there. */
function predict(
  samples: FlacSamples,
  residual: Int32Array,
  length: number,
  coefficients: number[],
  shift: number,
  width: number,
): void {
  // The oldest sample comes first. So a sum waits for the sample before only at its end.
  coefficients.reverse()
  integerWeights.set(coefficients)
  wideWeights.set(coefficients)
  const order = coefficients.length
  // The coefficients of a file reach much less than their precision allows.
  const reach = coefficients.reduce((sum, one) => sum + Math.abs(one), 0) * 2 ** (width - 1)
  if (reach >= integerReach || !(samples instanceof Int32Array))
    predictWide(samples, residual, length, order, 2 ** -shift)
  else predictIntegers(samples, residual, length, order, shift)
}

function predictIntegers(
  samples: Int32Array,
  residual: Int32Array,
  length: number,
  order: number,
  shift: number,
): void {
  for (let at = order; at < length; at++) {
    const from = at - order
    let sum = 0
    for (let index = 0; index < order; index++) {
      sum = (sum + Math.imul(integerWeights[index] ?? 0, samples[from + index] ?? 0)) | 0
    }
    samples[at] = (residual[at] ?? 0) + (sum >> shift)
  }
}

function predictWide(
  samples: FlacSamples,
  residual: Int32Array,
  length: number,
  order: number,
  scale: number,
): void {
  for (let at = order; at < length; at++) {
    const from = at - order
    let sum = 0
    for (let index = 0; index < order; index++)
      sum += (wideWeights[index] ?? 0) * (samples[from + index] ?? 0)
    samples[at] = (residual[at] ?? 0) + Math.floor(sum * scale)
  }
}
