/** Builds ALAC packets, with the features that no encoder at hand writes. */
import { bits } from './decoding.ts'

type Field = [value: number, width: number]

/** ALACSpecificConfig with the usual adaptation. */
export function alacConfig(width: number, channels: number, frameSamples = 8, version = 0): Uint8Array {
  const [weight, initialMean, maxLength] = [40, 10, 14]
  const adaptation: Field[] = [
    [weight, 8],
    [initialMean, 8],
    [maxLength, 8],
  ]
  const rest: Field[] = [
    [channels, 8],
    [255, 16],
    [0, 32],
    [0, 32],
    [8000, 32],
  ]
  return bits([frameSamples, 32], [version, 8], [width, 8], ...adaptation, ...rest)
}

type Element = {
  tag?: number
  /** Undefined in a packet that has as many as the configuration says. */
  samples?: number
  rawBytes?: number
  isStored?: boolean
}

export const single = 0
export const pair = 1
export const low = 3
export const end: Field = [7, 3]

export function elementHeader({ tag = single, samples, rawBytes = 0, isStored = false }: Element): Field[] {
  const count: Field[] = samples === undefined ? [] : [[samples, 32]]
  return [
    [tag, 3],
    [0, 4 + 12],
    [samples === undefined ? 0 : 1, 1],
    [rawBytes, 2],
    [isStored ? 1 : 0, 1],
    ...count,
  ]
}

/** The predictor of one channel. `mode` 15 predicts differences. */
export function predictor(coefficients: number[], { mode = 0, order = coefficients.length } = {}): Field[] {
  return [[mode, 4], [9, 4], [4, 3], [order, 5], ...coefficients.map((value): Field => [value, 16])]
}

/** Errors as Golomb codes: what `readErrors` reads, the other way round. */
export function codes(errors: number[], width: number): Field[] {
  const fields: Field[] = []
  let mean = 10
  let less = 0
  for (let index = 0; index < errors.length;) {
    const error = errors[index++] ?? 0
    const code = error < 0 ? -2 * error - 1 : 2 * error
    fields.push(...golomb(code - less, 31 - Math.clz32((mean >> 9) + 3), width))
    mean = code - less > 0xffff ? 0xffff : mean + 40 * code - ((40 * mean) >> 9)
    less = 0
    if (mean >= 128 || index === errors.length) continue
    const behind = errors.slice(index).findIndex((value) => value !== 0)
    const run = behind === -1 ? errors.length - index : behind
    fields.push(...golomb(run, Math.clz32(mean) - 24 + ((mean + 16) >> 6), 16))
    index += run
    mean = 0
    less = 1
  }
  return fields
}

function golomb(value: number, length: number, width: number): Field[] {
  const most = 2 ** length - 1
  const prefix = Math.floor(value / most)
  if (prefix > 8)
    return [
      [0x1ff, 9],
      [value, width],
    ]
  const rest = value - prefix * most
  return [[2 ** (prefix + 1) - 2, prefix + 1], rest === 0 ? [0, length - 1] : [rest + 1, length]]
}
