/** Odd and hostile M4A and MP4 files. */
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, find, makeBox, noise, overwritten, utf8 } from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

const m4a = (): Uint8Array => fixture('aac.m4a')
const fragmented = (): Uint8Array => fixture('fragmented.m4a')
const all = { duration: 2.5, contentType: 'audio/mp4' }

/** The boxes at the top level, by name: the first of each. */
function top(file: Uint8Array): Map<string, Uint8Array> {
  const boxes = new Map<string, Uint8Array>()
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.byteLength; at += view.getUint32(at)) {
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8))
    if (!boxes.has(name)) boxes.set(name, file.subarray(at, at + view.getUint32(at)))
  }
  return boxes
}

const box = (name: string): Uint8Array => top(m4a()).get(name) ?? new Uint8Array()
const moov = (): Uint8Array => box('moov').subarray(8)
/** The file with other content in `moov`, which comes first. */
const indexed = (...inside: Uint8Array[]): Uint8Array =>
  concatenated(box('ftyp'), makeBox('moov', ...inside), box('mdat'))
/** The file with other bytes at an offset from a name in its index. */
const patched = (name: string, offset: number, ...bytes: number[]): Uint8Array =>
  overwritten(m4a(), find(m4a(), name) + offset, ...bytes)

function nested(depth: number): Uint8Array {
  const boxes = new Uint8Array(depth * 8)
  const view = new DataView(boxes.buffer)
  for (let level = 0; level < depth; level++) {
    view.setUint32(level * 8, (depth - level) * 8)
    boxes.set(bytesOf('udta'), level * 8 + 4)
  }
  return boxes
}

/** An item of the tags: its name, the type of its payload, and the payload. */
const item = (name: string, type: number, payload: Uint8Array): Uint8Array =>
  makeBox(name, makeBox('data', Uint8Array.of(0, 0, 0, type, 0, 0, 0, 0), payload))
const tags = (...items: Uint8Array[]): Uint8Array =>
  makeBox('udta', makeBox('meta', new Uint8Array(4), makeBox('ilst', ...items)))
const withoutTags = (): Uint8Array => moov().subarray(0, find(moov(), 'udta') - 4)

export const mp4Files: HostileFile[] = [
  ['an M4A with its index in front', () => indexed(moov()), { ...all, title: 'Prüfton Ω' }],
  [
    'an M4A with its index in front that is cut short',
    () => indexed(moov()).subarray(0, 9000),
    'damaged-audio',
  ],
  ['an M4A with its index at the end that is cut short', () => m4a().subarray(0, 9000), 'damaged-audio'],
  ['an M4A without its index', () => concatenated(box('ftyp'), box('mdat')), 'damaged-audio'],
  ['an M4A with nothing but its index', () => concatenated(box('ftyp'), box('moov')), 'damaged-audio'],
  ['an M4A whose index is longer than the file', () => patched('moov', -4, 127), 'damaged-audio'],
  ['an M4A whose track is longer than its index', () => patched('trak', -4, 0, 127), 'damaged-audio'],
  ['an M4A whose movie declares years', () => patched('mvhd', 20, 127), all],
  ['an M4A whose track declares years', () => patched('mdhd', 20, 127), 'damaged-audio'],
  ['an M4A whose track declares years', () => patched('mdhd', 20, 127), 'damaged-audio'],
  ['an M4A with a time scale of 0', () => patched('mdhd', 16, 0, 0, 0, 0), 'damaged-audio'],
  ['an M4A with a table longer than its box', () => patched('stsz', 12, 127), 'damaged-audio'],
  [
    'an M4A whose table declares more audio than the file contains',
    () => patched('stsz', 16, 0, 255, 255, 255),
    'damaged-audio',
  ],
  ['an M4A whose sample entry has no channels', () => patched('mp4a', 20, 0, 0), all],
  ['an MP4 with video', () => fixture('video.mp4'), 'not-audio'],
  ['an MP4 with nothing but text', () => patched('soun', 0, ...bytesOf('text')), 'not-audio'],
  ['a HEIC picture', () => overwritten(m4a(), 8, ...bytesOf('heic')), 'not-audio'],
  [
    'a fragmented M4A that is cut short within a fragment',
    () => fragmented().subarray(0, 12_000),
    'damaged-audio',
  ],
  [
    'a fragmented M4A with nothing but its start',
    () => fragmented().subarray(0, find(fragmented(), 'moof') - 4),
    'damaged-audio',
  ],
  [
    'a fragment that declares more samples than it contains',
    () => overwritten(fragmented(), find(fragmented(), 'trun') + 8, 127),
    'damaged-audio',
  ],
  [
    'an M4A with boxes that are nested fifty thousand deep',
    () => indexed(withoutTags(), nested(50_000)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a tag longer than its list',
    () => indexed(withoutTags(), overwritten(tags(item('\u00a9nam', 1, utf8('Wrong'))), 28, 127)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a value longer than its tag',
    () => indexed(withoutTags(), overwritten(tags(item('\u00a9nam', 1, utf8('Wrong'))), 36, 127)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a 6 MB cover',
    () =>
      indexed(withoutTags(), tags(item('covr', 13, noise(6_000_000)), item('\u00a9nam', 1, utf8('After')))),
    { ...all, title: 'After' },
  ],
  ['an M4A followed by garbage', () => concatenated(m4a(), noise(3000)), all],
  ['an M4A followed by zeros', () => concatenated(m4a(), new Uint8Array(3000)), all],
  ['two joined M4A files', () => concatenated(m4a(), m4a()), all],
]
