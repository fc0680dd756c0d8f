/** Byte ranges (RFC 9110 §14). Pure. */

/** A requested range: from `first` to `last` (without it, to the end), or the last `suffix` bytes. */
export type RangeSpec = { first: number; last: number | undefined } | { suffix: number }

/** A part of the audio, in bytes. */
export type Part = { offset: number; length: number }

/** No player sends more ranges. A larger set is ignored (§17.15). */
const maxRanges = 100
/** Parts after coalescing. Each costs a read. */
const maxParts = 16
/** Ranges with a smaller gap are joined, because the header of a part has this size (§15.3.7.2). */
const partOverheadBytes = 80

/**
 * Parses a `Range` header. Undefined if it must be ignored: no header, another unit, or a malformed set (§14.2). Units are
 * case-insensitive (§14.1), and empty list elements are skipped (§5.6.1.2).
 */
export function parseRange(header: string | null): RangeSpec[] | undefined {
  const set = /^bytes=(.*)$/is.exec(header ?? '')?.[1]
  if (set === undefined) return undefined
  const elements = set.split(',').map(trimWhitespace)
  const specs = elements.filter((element) => element !== '').map(parseSpec)
  if (specs.length === 0 || specs.length > maxRanges) return undefined
  return specs.every((spec) => spec !== undefined) ? specs : undefined
}

/** Optional whitespace is space and tab (§5.6.3). `trim` removes more. */
function trimWhitespace(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

function parseSpec(element: string): RangeSpec | undefined {
  const match = /^(?:(\d+)-(\d*)|-(\d+))$/.exec(element)
  if (!match) return undefined
  const [, first, last, suffix] = match
  if (suffix !== undefined) return { suffix: toSafeInteger(suffix) }
  // Positions beyond 2^53 would be equal as numbers.
  if (last && BigInt(last) < BigInt(first ?? '')) return undefined
  return { first: toSafeInteger(first ?? ''), last: last ? toSafeInteger(last) : undefined }
}

function toSafeInteger(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}

/** The part that a range selects of `size` bytes; undefined if it is unsatisfiable. */
export function satisfy(spec: RangeSpec, size: number): Part | undefined {
  if ('suffix' in spec) {
    const length = Math.min(spec.suffix, size)
    return length === 0 ? undefined : { offset: size - length, length }
  }
  if (spec.first >= size) return undefined
  const end = Math.min(spec.last ?? Infinity, size - 1)
  return { offset: spec.first, length: end - spec.first + 1 }
}

/**
 * The parts for a set of ranges, in the order of the request. Those that overlap or nearly touch are joined at the place of
 * the first (§15.3.7.2). An empty list means unsatisfiable. Undefined means too many parts: the set is ignored.
 */
export function selectParts(specs: RangeSpec[], size: number): Part[] | undefined {
  const parts: Part[] = []
  for (const spec of specs) {
    const part = satisfy(spec, size)
    if (part) addPart(parts, part)
  }
  return parts.length > maxParts ? undefined : parts
}

/** Adds a part, joined with every part that it overlaps or nearly touches. */
function addPart(parts: Part[], added: Part): void {
  const place = parts.findIndex((part) => gapBetween(part, added) < partOverheadBytes)
  const [near] = place === -1 ? [] : parts.splice(place, 1)
  if (!near) {
    parts.push(added)
    return
  }
  const merged = cover(near, added)
  // The joined part may touch another one. The earliest place wins.
  const other = parts.findIndex((part) => gapBetween(part, merged) < partOverheadBytes)
  if (other === -1) parts.splice(place, 0, merged)
  else addPart(parts, merged)
}

function gapBetween(a: Part, b: Part): number {
  return Math.max(a.offset, b.offset) - Math.min(a.offset + a.length, b.offset + b.length)
}

function cover(a: Part, b: Part): Part {
  const offset = Math.min(a.offset, b.offset)
  return { offset, length: Math.max(a.offset + a.length, b.offset + b.length) - offset }
}

/** `Content-Range` of a part (§14.4). */
export function contentRange({ offset, length }: Part, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`
}

/** `Content-Range` of a 416 (§15.5.17). */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`
}

/** Parses a `Content-Range` of this service: the size, and the part unless it belongs to a 416. */
export function parseContentRange(
  header: string | null,
): { size: number; part: Part | undefined } | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(header ?? '')
  if (!match) return undefined
  const [, first, last, size] = match
  const part =
    first === undefined ? undefined : { offset: Number(first), length: Number(last) - Number(first) + 1 }
  return { size: Number(size), part }
}

/** The `Range` header for a range. */
export function writeRange(spec: RangeSpec): string {
  return 'suffix' in spec ? `bytes=-${spec.suffix}` : `bytes=${spec.first}-${spec.last ?? ''}`
}
