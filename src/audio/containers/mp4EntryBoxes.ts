/** The boxes in a sample entry of a sound track. Pure. */
import { bytesOf, dataView } from './bytes.ts'

/** The fields of an entry, without those that QuickTime adds. */
export const entryBytes = 36

/**
 * The payload of a box within an entry, wherever it is: writers disagree on how long the entry's own fields are, and
 * QuickTime has the box in another one.
 */
export function boxNamed(entry: Uint8Array, name: string): Uint8Array | undefined {
  const mark = bytesOf(name)
  const view = dataView(entry)
  for (let at = entryBytes; at + 8 <= entry.byteLength; at++) {
    if (!mark.every((byte, index) => entry[at + 4 + index] === byte)) continue
    const length = view.getUint32(at)
    if (length >= 8 && at + length <= entry.byteLength) return entry.subarray(at + 8, at + length)
  }
  return undefined
}
