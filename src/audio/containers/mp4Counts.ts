/**
 * The numbers of entries that boxes declare (ISO/IEC 14496-12 §8, 23001-7 §8.1, QuickTime File Format). A count that its box
 * cannot hold makes readers that trust it allocate gigabytes, so such a file is refused, also where nothing here reads the
 * box. Pure.
 */
import { dataView, type CheckedView } from './bytes.ts'
import { damaged } from './survey.ts'

/** How many bytes of a box's payload are needed to know its count. */
export const maxCountsBytes = 48

/** QuickTime counts the samples of compressed sound, of which GSM and alike have several in a byte. */
export const maxSamplesPerByte = 64

/** Where the count is, and the least bytes of an entry; 0 where entries have no bytes of their own. */
type Count = { at: number; entryBytes: number; bits?: 16 }

const fixed = (entryBytes: number) => (): Count => ({ at: 4, entryBytes })

const counts: Record<string, (view: CheckedView) => Count> = {
  stts: fixed(8),
  ctts: fixed(8),
  stss: fixed(4),
  stps: fixed(4),
  stsc: fixed(12),
  stco: fixed(4),
  co64: fixed(8),
  stsh: fixed(8),
  stsd: fixed(8),
  dref: fixed(8),
  subs: fixed(6),
  ssix: fixed(4),
  keys: fixed(8),
  padb: fixed(0.5),
  elst: (view) => ({ at: 4, entryBytes: isLong(view) ? 20 : 12 }),
  stsz: (view) => ({ at: 8, entryBytes: view.getUint32(4) === 0 ? 4 : 0 }),
  stz2: (view) => ({ at: 8, entryBytes: fieldBytes(view.getUint8(7)) }),
  sbgp: (view) => ({ at: isLong(view) ? 12 : 8, entryBytes: 8 }),
  // Version 1 has the length of an entry, version 2 and later the default entry, there.
  sgpd: (view) => {
    const version = view.getUint8(0)
    const entryBytes = version === 1 ? view.getUint32(8) || 4 : 1
    return { at: version > 0 ? 12 : 8, entryBytes }
  },
  saiz: (view) => {
    const at = hasFlag(view, 1) ? 12 : 4
    return { at: at + 1, entryBytes: view.getUint8(at) === 0 ? 1 : 0 }
  },
  saio: (view) => ({ at: hasFlag(view, 1) ? 12 : 4, entryBytes: isLong(view) ? 8 : 4 }),
  senc: (view) => ({ at: 4, entryBytes: hasFlag(view, 2) ? 2 : 0 }),
  sidx: (view) => ({ at: isLong(view) ? 30 : 22, entryBytes: 12, bits: 16 }),
  tfra: (view) => ({ at: 12, entryBytes: (isLong(view) ? 16 : 8) + tfraNumberBytes(view.getUint32(8)) }),
  pssh: (view) => (isLong(view) ? { at: 20, entryBytes: 16 } : { at: 20, entryBytes: 1 }),
  trun: (view) => ({ at: 4, entryBytes: runEntryBytes(view) }),
}

export function hasCount(type: string): boolean {
  return Object.hasOwn(counts, type)
}

/** Throws `damaged-audio` if a box of this type, with a payload that begins so and is so long, declares more than can be. */
export function checkCounts(type: string, head: Uint8Array, payloadBytes: number, fileBytes: number): void {
  if (!hasCount(type)) return
  const view = dataView(head)
  const { at, entryBytes, bits } = counts[type]?.(view) ?? { at: 0, entryBytes: 0 }
  const count = bits === 16 ? view.getUint16(at) : view.getUint32(at)
  const needed = at + (bits === 16 ? 2 : 4) + count * entryBytes
  if (needed > payloadBytes || count > maxSamplesPerByte * fileBytes) {
    throw damaged(`Its box ${type} declares more entries than it can hold.`)
  }
}

/** `trun`: its flags say which fields each sample has (§8.8.8). */
export function runEntryBytes(view: CheckedView): number {
  return [0x100, 0x200, 0x400, 0x800].filter((flag) => hasFlag(view, flag)).length * 4
}

export function hasFlag(view: CheckedView, flag: number): boolean {
  return (view.getUint32(0) & 0xffffff & flag) !== 0
}

function isLong(view: CheckedView): boolean {
  return view.getUint8(0) > 0
}

/** Sizes of 4, 8 or 16 bits. */
function fieldBytes(bits: number): number {
  if (![4, 8, 16].includes(bits)) throw damaged('Its box stz2 declares an impossible size of its entries.')
  return bits / 8
}

/** Three numbers of one to four bytes, whose sizes are in two bits each. */
function tfraNumberBytes(sizes: number): number {
  return ((sizes >> 4) & 3) + ((sizes >> 2) & 3) + (sizes & 3) + 3
}
