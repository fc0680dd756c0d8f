/**
 * Adaptive linear prediction of ALAC: samples from errors (Apple, "ALAC reference decoder", `unpc_block`). Numbers are those
 * of 32 bits, and wrap.
 */

export type Predictor = {
  /** That of the last sample first, in 16 bits each. */
  coefficients: Int16Array
  /** How many of the coefficients count. 31 means that each sample is predicted to be like the one before. */
  order: number
  /** Bits of the coefficients behind the point. */
  fractionBits: number
}

export const maxOrder = 31
export const differenceOrder = maxOrder

/** The coefficients while they adapt, that of the oldest sample first. Prediction never waits, so all decoders share it. */
const taps = new Int32Array(maxOrder)

/** Writes samples of `width` bits. `errors` and `into` may be the same only with an order of 31. */
export function predict(
  { coefficients, order, fractionBits }: Predictor,
  width: number,
  errors: Int32Array,
  into: Int32Array,
  samples: number,
): void {
  if (order === 0) {
    into.set(errors.subarray(0, samples))
    return
  }
  const spare = 32 - width
  const start = order === differenceOrder ? samples : Math.min(order + 1, samples)
  let last = errors[0] ?? 0
  into[0] = last
  for (let index = 1; index < start; index++) {
    last = ((last + (errors[index] ?? 0)) << spare) >> spare
    into[index] = last
  }
  for (let tap = 0; tap < order; tap++) taps[tap] = coefficients[order - 1 - tap] ?? 0
  for (let index = start; index < samples; index++) {
    const oldest = index - order
    const base = into[oldest - 1] ?? 0
    let sum = (1 << fractionBits) >> 1
    for (let tap = 0; tap < order; tap++) {
      sum = (sum + Math.imul(taps[tap] ?? 0, (into[oldest + tap] ?? 0) - base)) | 0
    }
    const error = errors[index] ?? 0
    into[index] = ((base + error + (sum >> fractionBits)) << spare) >> spare
    if (error !== 0) adapt(into, oldest, order, error, fractionBits)
  }
}

/**
 * Moves coefficients by one each towards the error, that of the oldest sample first, until what they would have corrected is
 * the error. Signs are computed without branches, which would be taken at random.
 */
function adapt(
  samples: Int32Array,
  oldest: number,
  order: number,
  error: number,
  fractionBits: number,
): void {
  const base = samples[oldest - 1] ?? 0
  const flip = error >> 31
  // A negative error is mirrored, and what was rounded down is then rounded up.
  const round = ((1 << fractionBits) - 1) & flip
  let left = (error ^ flip) - flip
  for (let tap = 0; tap < order; tap++) {
    const difference = ((samples[oldest + tap] ?? 0) - base) | 0
    const sign = difference >> 31
    const direction = sign | (-difference >>> 31)
    taps[tap] = (((taps[tap] ?? 0) + (direction ^ flip) - flip) << 16) >> 16
    left = (left - Math.imul(tap + 1, ((difference ^ sign) - sign + round) >> fractionBits)) | 0
    if (left <= 0) return
  }
}
