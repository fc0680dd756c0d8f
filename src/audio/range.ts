/** Byte ranges, RFC 9110 §14. Pure. */

/** What a `Range` header asks of a representation of `size` bytes. */
export type RangeAnswer =
  /** No range, or one to be ignored: the whole representation. */
  { kind: 'whole' } | { kind: 'part'; offset: number; length: number } | { kind: 'unsatisfiable' }

/** Reads a `Range` header of one range. Other units and malformed ranges are ignored (§14.2). */
export function readRange(header: string | undefined, size: number): RangeAnswer {
  const match = /^bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i.exec(header ?? '')
  if (!match) return { kind: 'whole' }
  const [, first, last, suffix] = match
  if (suffix !== undefined) return suffixRange(Number(suffix), size)
  const offset = Number(first)
  const end = last ? Number(last) : Infinity
  if (end < offset) return { kind: 'whole' }
  if (offset >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', offset, length: Math.min(end, size - 1) - offset + 1 }
}

function suffixRange(length: number, size: number): RangeAnswer {
  if (length === 0 || size === 0) return { kind: 'unsatisfiable' }
  return { kind: 'part', offset: Math.max(0, size - length), length: Math.min(length, size) }
}
