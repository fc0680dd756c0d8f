/** The packet table of a CAF file: a variable number for each packet. */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from './survey.ts'

/**
 * The sum of `count` numbers between `from` and `end`, and the last of them. Each has seven bits in a byte, and a flag that
 * it goes on.
 */
export async function sumVariableNumbers(
  source: ByteSource,
  from: number,
  end: number,
  count: number,
): Promise<{ sum: number; last: number }> {
  if (count > end - from) throw damaged('It declares more packets than its table can hold.')
  source.countSteps(count)
  let [sum, last, number, left, at] = [0, 0, 0, count, from]
  while (left > 0) {
    if (at >= end) throw damaged('Its packet table is cut short.')
    const window = await source.windowFrom(at, 1)
    const bytes = Math.min(window.byteLength, end - at)
    for (let index = 0; index < bytes && left > 0; index++) {
      const byte = window[index] ?? 0
      number = number * 128 + (byte & 0x7f)
      if (byte >= 0x80) continue
      sum += number
      last = number
      number = 0
      left--
    }
    at += bytes
  }
  return { sum, last }
}
