/** M4A and MP4 files that are odd or hostile. */
import { makeBox } from '../../src/audio/containers/mp4Boxes.ts'
import { fixture } from '../api.ts'
import { bytesOf, concatenated, find, noise, overwritten, utf8, type OddFile } from './file.ts'

const m4a = (): Uint8Array => fixture('aac.m4a')
const fragmented = (): Uint8Array => fixture('fragmented.m4a')
const all = { duration: 2.5, contentType: 'audio/mp4' }

/** The boxes at the top, by name; the first of each. */
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
/** The same file with another inside of `moov`, which comes first. */
const indexed = (...inside: Uint8Array[]): Uint8Array =>
  concatenated(box('ftyp'), makeBox('moov', ...inside), box('mdat'))
/** A file whose index has other bytes at an offset from where a name stands. */
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

/** Tags alone: an item of a kind with a payload of a type. */
const item = (name: string, type: number, payload: Uint8Array): Uint8Array =>
  makeBox(name, makeBox('data', Uint8Array.of(0, 0, 0, type, 0, 0, 0, 0), payload))
const tags = (...items: Uint8Array[]): Uint8Array =>
  makeBox('udta', makeBox('meta', new Uint8Array(4), makeBox('ilst', ...items)))
const withoutTags = (): Uint8Array => moov().subarray(0, find(moov(), 'udta') - 4)

export const isoMediaFiles: OddFile[] = [
  ['an M4A with its index in front', () => indexed(moov()), { ...all, title: 'Prüfton Ω' }],
  ['an M4A with its index in front, cut', () => indexed(moov()).subarray(0, 9000), 'damaged-audio'],
  ['an M4A with its index behind, cut', () => m4a().subarray(0, 9000), 'damaged-audio'],
  ['an M4A without its index', () => concatenated(box('ftyp'), box('mdat')), 'damaged-audio'],
  ['an M4A of nothing but its index', () => concatenated(box('ftyp'), box('moov')), 'damaged-audio'],
  ['an M4A whose index is longer than the file', () => patched('moov', -4, 127), 'damaged-audio'],
  ['an M4A whose track is longer than its index', () => patched('trak', -4, 0, 127), 'damaged-audio'],
  ['an M4A of years, its movie says', () => patched('mvhd', 20, 127), 'damaged-audio'],
  ['an M4A of years, its track says', () => patched('mdhd', 20, 127), 'damaged-audio'],
  ['an M4A of no time scale', () => patched('mdhd', 16, 0, 0, 0, 0), 'damaged-audio'],
  ['an M4A with a table longer than its box', () => patched('stsz', 12, 127), 'damaged-audio'],
  [
    'an M4A with more in its table than there is',
    () => patched('stsz', 16, 0, 255, 255, 255),
    'damaged-audio',
  ],
  ['an M4A of no channels', () => patched('mp4a', 20, 0, 0), 'damaged-audio'],
  ['an MP4 with video', () => fixture('video.mp4'), 'not-audio'],
  ['an MP4 with text alone', () => patched('soun', 0, ...bytesOf('text')), 'not-audio'],
  ['a HEIC picture', () => overwritten(m4a(), 8, ...bytesOf('heic')), 'not-audio'],
  ['a fragmented M4A cut within a fragment', () => fragmented().subarray(0, 12_000), 'damaged-audio'],
  [
    'a fragmented M4A of nothing but its start',
    () => fragmented().subarray(0, find(fragmented(), 'moof') - 4),
    'damaged-audio',
  ],
  [
    'a fragment of more samples than it has',
    () => overwritten(fragmented(), find(fragmented(), 'trun') + 8, 127),
    'damaged-audio',
  ],
  [
    'an M4A with boxes in boxes, fifty thousand deep',
    () => indexed(withoutTags(), nested(50_000)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a tag longer than its list',
    () => indexed(withoutTags(), overwritten(tags(item('\u00a9nam', 1, utf8('Lies'))), 28, 127)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a value longer than its tag',
    () => indexed(withoutTags(), overwritten(tags(item('\u00a9nam', 1, utf8('Lies'))), 36, 127)),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a 6 MB cover',
    () =>
      indexed(withoutTags(), tags(item('covr', 13, noise(6_000_000)), item('\u00a9nam', 1, utf8('Behind')))),
    { ...all, title: 'Behind' },
  ],
  ['an M4A before garbage', () => concatenated(m4a(), noise(3000)), all],
  ['an M4A before zeros', () => concatenated(m4a(), new Uint8Array(3000)), all],
  ['two M4A files joined', () => concatenated(m4a(), m4a()), all],
]
