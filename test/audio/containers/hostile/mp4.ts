/** Odd and hostile M4A and MP4 files. */
import { fixture } from '../../../support/api.ts'
import {
  bytesOf,
  concatenated,
  find,
  makeBox,
  noise,
  overwritten,
  utf8,
  uint32,
} from '../../../support/bytes.ts'
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
/** A note of iTunes: whose item it is, its name and its text. */
const note = (name: string, text: string): Uint8Array =>
  makeBox(
    '----',
    makeBox('mean', new Uint8Array(4), bytesOf('com.apple.iTunes')),
    makeBox('name', new Uint8Array(4), bytesOf(name)),
    makeBox('data', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), bytesOf(text)),
  )
/** Boxes with these names are of no meaning any more. */
const renamed = (file: Uint8Array, ...names: string[]): Uint8Array =>
  names.reduce((changed, name) => overwritten(changed, find(changed, name), ...bytesOf('free')), file)
const trackWithoutSamples = (): Uint8Array => {
  const index = moov()
  const start = find(index, 'trak') - 4
  return renamed(index.subarray(start, find(index, 'udta') - 4), 'stsz', 'stts', 'stsc', 'stco')
}
const withoutTags = (): Uint8Array => moov().subarray(0, find(moov(), 'udta') - 4)

/** The fragmented file, with its fragment twice, and the times of both. */
function withTimes(first: number, second: number): Uint8Array {
  const boxes = top(fragmented())
  const inOrder = ['ftyp', 'moov', 'moof', 'mdat', 'moof', 'mdat'].map(
    (name) => boxes.get(name) ?? new Uint8Array(),
  )
  const file = new Uint8Array(concatenated(...inOrder))
  const view = new DataView(file.buffer)
  let at = 0
  for (const time of [first, second]) {
    at = find(file, 'tfdt', at) + 4
    if (file[at] === 1) view.setBigUint64(at + 4, BigInt(time))
    else view.setUint32(at + 4, time)
  }
  return file
}

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
    'a fragmented M4A each of whose fragments begins at 0',
    () => withTimes(0, 0),
    { duration: 2 * 2.52133, contentType: 'audio/mp4' },
  ],
  [
    'a fragmented M4A from the middle of a broadcast, with a gap of a second',
    () => withTimes(480_000_000, 480_000_000 + 3.5 * 48_000),
    { duration: 3.5 + 2.52133, contentType: 'audio/mp4' },
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
  [
    'an M4A whose items and keys are not titles',
    () =>
      indexed(
        withoutTags(),
        makeBox(
          'meta',
          makeBox('hdlr', new Uint8Array(24)),
          makeBox(
            'keys',
            new Uint8Array(4),
            uint32(1),
            makeBox('mdta', bytesOf('com.apple.quicktime.location.name')),
          ),
          makeBox('ilst', item('\0\0\0\u0001', 1, utf8('Berlin'))),
        ),
        tags(item('\u00a9too', 1, utf8('Wrong'))),
      ),
    { ...all, title: 'Fallback' },
  ],
  [
    'an M4A with a title of two bytes',
    () => indexed(withoutTags(), tags(item('\u00a9nam', 0, utf8('Me')))),
    { ...all, title: 'Me' },
  ],
  [
    'a QuickTime text in the encoding of the old Macintosh, and another language behind it',
    () =>
      indexed(
        withoutTags(),
        makeBox(
          'udta',
          makeBox(
            '\u00a9nam',
            Uint8Array.of(0, 4, 0, 0),
            bytesOf('Caf\u008e'),
            Uint8Array.of(0, 1, 0, 1, 88),
          ),
        ),
      ),
    { ...all, title: 'Café' },
  ],
  [
    "an M4A with iTunes' padding behind another note, and no edit list",
    () =>
      indexed(
        renamed(withoutTags(), 'edts'),
        tags(
          note('iTunNORM', ' 00000001 00000002'),
          note('iTunSMPB', ' 00000000 00000840 000001CA 0000000000000000'),
        ),
      ),
    { duration: 2.521 - (0x840 + 0x1ca) / 48000, contentType: 'audio/mp4' },
  ],
  ['an M4A whose first sound track is empty', () => indexed(trackWithoutSamples(), moov()), all],
  [
    'an M4A with forty-five other tracks',
    () =>
      indexed(
        moov(),
        ...Array.from({ length: 45 }, () => makeBox('trak', makeBox('mdia', new Uint8Array(6000)))),
      ),
    all,
  ],
  ['an M4A followed by garbage', () => concatenated(m4a(), noise(3000)), all],
  ['an M4A followed by zeros', () => concatenated(m4a(), new Uint8Array(3000)), all],
  ['two joined M4A files', () => concatenated(m4a(), m4a()), all],
]
