/** The packet table of a CAF file: a variable number for each packet. */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from './survey.ts'

/** Calls `visit` with `count` numbers between `from` and `end`. Each has seven bits in a byte, and a flag that it goes on. */
export async function visitVariableNumbers(
  source: ByteSource,
  from: number,
  end: number,
  count: number,
  visit: (number: number, index: number) => void,
): Promise<void> {
  if (count > end - from) throw damaged('It declares more packets than its table can hold.')
  source.countSteps(count)
  let [number, visited, at] = [0, 0, from]
  while (visited < count) {
    if (at >= end) throw damaged('Its packet table is cut short.')
    const window = await source.windowFrom(at, 1)
    const bytes = Math.min(window.byteLength, end - at)
    for (let index = 0; index < bytes && visited < count; index++) {
      const byte = window[index] ?? 0
      number = number * 128 + (byte & 0x7f)
      if (byte >= 0x80) continue
      visit(number, visited++)
      number = 0
    }
    at += bytes
  }
}
