/** Prediction of lines from those of the two frames before: AAC Main only (ISO/IEC 14496-3 §4.6.7). */
import { DamagedFrame, type FrameBits } from './frameBits.ts'

/** Lines that can be predicted, at any sample rate. */
const maxLines = 672
const maxBands = 41
const resetGroups = 30
/** Its square and a sum of squares are numbers of single precision. No sound has such a line. */
const greatestLine = 2 ** 60

/** What a frame says of it. */
export type Prediction = {
  /** 1 to 30, or 0: which predictors begin anew. */
  resetGroup: number
  isUsed: Uint8Array
}

export function createPrediction(): Prediction {
  return { resetGroup: 0, isUsed: new Uint8Array(maxBands) }
}

export function copyPrediction(from: Prediction, to: Prediction): void {
  to.resetGroup = from.resetGroup
  to.isUsed.set(from.isUsed)
}

export function clearPrediction(prediction: Prediction): void {
  prediction.resetGroup = 0
  prediction.isUsed.fill(0)
}

/** `bands` is how many can be predicted. */
export function readPrediction(bits: FrameBits, bands: number, prediction: Prediction): void {
  if (bits.readFlag()) {
    prediction.resetGroup = bits.read(5)
    if (prediction.resetGroup === 0 || prediction.resetGroup > resetGroups) {
      throw new DamagedFrame('It resets predictors that do not exist.')
    }
  }
  for (let band = 0; band < bands; band++) prediction.isUsed[band] = bits.read(1)
}

/** Of each line, a lattice of two steps. All are numbers of 16 bits, as floating point of 32 bits without its lower half. */
export type Predictors = {
  before: Float32Array
  beforeThat: Float32Array
  correlation: Float32Array
  correlation2: Float32Array
  variance: Float32Array
  variance2: Float32Array
}

export function createPredictors(): Predictors {
  const lines = (): Float32Array => new Float32Array(maxLines)
  return {
    before: lines(),
    beforeThat: lines(),
    correlation: lines(),
    correlation2: lines(),
    variance: lines().fill(1),
    variance2: lines().fill(1),
  }
}

export function resetPredictors(state: Predictors): void {
  for (let line = 0; line < maxLines; line++) resetLine(state, line)
}

function resetLine(state: Predictors, line: number): void {
  state.before[line] = 0
  state.beforeThat[line] = 0
  state.correlation[line] = 0
  state.correlation2[line] = 0
  state.variance[line] = 1
  state.variance2[line] = 1
}

/** Adds what is predicted to the lines of a long window, where the frame says so, and learns from all. */
export function predictLines(
  state: Predictors,
  prediction: Prediction,
  offsets: Uint16Array,
  bands: number,
  spectrum: Float64Array,
): void {
  for (let band = 0; band < bands; band++) {
    const isUsed = prediction.isUsed[band] === 1
    const end = offsets[band + 1] ?? 0
    for (let line = offsets[band] ?? 0; line < end; line++) predictLine(state, line, isUsed, spectrum)
  }
  if (prediction.resetGroup === 0) return
  for (let line = prediction.resetGroup - 1; line < maxLines; line += resetGroups) resetLine(state, line)
}

const decay = 61 / 64
const attenuation = 29 / 32
const { fround } = Math

/** Each result is rounded as single precision does, because encoders count on the very same predictions. */
function predictLine(state: Predictors, line: number, isUsed: boolean, spectrum: Float64Array): void {
  const before = state.before[line] ?? 0
  const beforeThat = state.beforeThat[line] ?? 0
  const correlation = state.correlation[line] ?? 0
  const correlation2 = state.correlation2[line] ?? 0
  const variance = state.variance[line] ?? 1
  const variance2 = state.variance2[line] ?? 1
  const step = variance > 1 ? fround(correlation * upperHalf(fround(decay / variance), 0x7fff)) : 0
  const step2 = variance2 > 1 ? fround(correlation2 * upperHalf(fround(decay / variance2), 0x7fff)) : 0
  const predicted = upperHalf(fround(fround(step * before) + fround(step2 * beforeThat)), 0x8000)
  const value = fround((spectrum[line] ?? 0) + (isUsed ? predicted : 0))
  spectrum[line] = value
  const error = fround(value - fround(step * before))
  const rest = fround(before - fround(step * value))
  if (!(Math.abs(value) + Math.abs(error) + Math.abs(rest) < greatestLine)) {
    throw new DamagedFrame('It predicts beyond all sound.')
  }
  const power2 = fround(fround(beforeThat * beforeThat) + fround(error * error))
  const power = fround(fround(before * before) + fround(value * value))
  state.correlation2[line] = average(correlation2, fround(beforeThat * error))
  state.variance2[line] = average(variance2, fround(0.5 * power2))
  state.correlation[line] = average(correlation, fround(before * value))
  state.variance[line] = average(variance, fround(0.5 * power))
  state.beforeThat[line] = upperHalf(fround(decay * rest), 0)
  state.before[line] = upperHalf(fround(decay * value), 0)
}

function average(old: number, now: number): number {
  return upperHalf(fround(fround(attenuation * old) + now), 0)
}

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** Without the lower 16 bits, after `half` is added to them: 0x8000 rounds, 0x7fff rounds halves down, 0 cuts off. */
function upperHalf(value: number, half: number): number {
  float[0] = value
  word[0] = ((word[0] ?? 0) + half) & 0xffff0000
  return float[0] ?? 0
}
