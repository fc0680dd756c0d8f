/** Odd and hostile Ogg files. */
import { fixture } from '../../../support/api.ts'
import {
  bytesOf,
  concatenated,
  find,
  noise,
  overwritten,
  uint16le,
  uint32le,
  uint64le,
  utf8,
} from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

const vorbis = (): Uint8Array => fixture('vorbis.ogg')
const opus = (): Uint8Array => fixture('opus.opus')
const all = { duration: 2.5, contentType: 'audio/ogg' }

/** Where each page of a file starts. */
function pages(file: Uint8Array): number[] {
  const found: number[] = []
  let at = 0
  while (at < file.byteLength) {
    found.push(at)
    const segments = file[at + 26] ?? 0
    at +=
      27 + segments + file.subarray(at + 27, at + 27 + segments).reduce((sum, segment) => sum + segment, 0)
  }
  return found
}

const lastPage = (file: Uint8Array): number => pages(file).at(-1) ?? 0

/** A page with whole packets. Flags: 2 begins a stream, 4 ends it. */
function page(serial: number, flags: number, granule: bigint, ...packets: Uint8Array[]): Uint8Array {
  const segments = packets.flatMap(({ byteLength }) => [
    ...new Uint8Array(Math.floor(byteLength / 255)).fill(255),
    byteLength % 255,
  ])
  const header = [
    bytesOf('OggS'),
    Uint8Array.of(0, flags),
    uint64le(granule),
    uint32le(serial),
    new Uint8Array(8),
  ]
  return concatenated(...header, Uint8Array.of(segments.length, ...segments), ...packets)
}

const opusHead = (channels: number, preSkip: number): Uint8Array =>
  concatenated(bytesOf('OpusHead\u0001'), Uint8Array.of(channels), uint16le(preSkip), new Uint8Array(7))
const opusTags = (title: Uint8Array, length = title.byteLength): Uint8Array =>
  concatenated(bytesOf('OpusTags'), uint32le(0), uint32le(1), uint32le(length), title)
const packets = (count: number): Uint8Array[] => Array.from({ length: count }, () => noise(60))

/** One second of Opus, unless the arguments differ: 51 packets of 20 ms. `start` is the granule position at which it starts. */
function madeOpus({
  channels = 2,
  preSkip = 312,
  tags = opusTags(utf8('TITLE=Made')),
  start = 0,
}): Uint8Array {
  return concatenated(
    page(1, 2, 0n, opusHead(channels, preSkip)),
    page(1, 0, 0n, tags),
    page(1, 0, BigInt(start + 24_000), ...packets(25)),
    page(1, 4, BigInt(start + 48_312), ...packets(26)),
  )
}

/** The header of a FLAC frame with 4000 samples: a sync code, codes, the number 0, and the size less 1. */
const frameOf4000 = Uint8Array.of(0xff, 0xf8, 0x75, 0x08, 0, 0x0f, 0x9f)

function oggFlac(): Uint8Array {
  const streamInfo = fixture('lossless.flac').subarray(0, 42)
  const first = concatenated(bytesOf('\u007fFLAC\u0001\0\0\u0001'), streamInfo)
  const comment = concatenated(uint32le(0), uint32le(1), uint32le(10), utf8('TITLE=Flac'))
  return concatenated(
    page(9, 2, 0n, first),
    page(9, 0, 0n, concatenated(Uint8Array.of(0x84, 0, 0, comment.byteLength), comment)),
    page(9, 4, 40_000n, ...Array.from({ length: 10 }, () => frameOf4000)),
  )
}

export const oggFiles: HostileFile[] = [
  ['an Ogg that is cut short within a page', () => vorbis().subarray(0, 20_000), 'damaged-audio'],
  [
    'an Ogg that is cut short between pages',
    () => opus().subarray(0, lastPage(opus())),
    { duration: 1.9935 },
  ],
  ['an Ogg with nothing but headers', () => vorbis().subarray(0, pages(vorbis())[2]), 'damaged-audio'],
  [
    'an Ogg whose last page declares years',
    () => overwritten(vorbis(), lastPage(vorbis()) + 6, 0, 0, 0, 0, 255),
    'damaged-audio',
  ],
  [
    'an Ogg whose last granule position is the largest possible',
    () => overwritten(vorbis(), lastPage(vorbis()) + 6, 255, 255, 255, 255, 255, 255, 255, 127),
    'damaged-audio',
  ],
  ['a chained Ogg with two codecs', () => concatenated(vorbis(), opus()), { duration: 5 }],
  [
    'the same Ogg twice, with the same serial number',
    () => concatenated(vorbis(), vorbis()),
    { duration: 5 },
  ],
  [
    'an Ogg with Theora',
    () => concatenated(page(2, 2, 0n, concatenated(bytesOf('\u0080theora'), noise(35))), vorbis()),
    'not-audio',
  ],
  [
    'an Ogg with an unknown codec',
    () => concatenated(page(2, 2, 0n, noise(30)), page(2, 4, 900n, noise(30))),
    'not-audio',
  ],
  ['an Ogg with Vorbis and an unknown codec', () => concatenated(page(2, 2, 0n, noise(30)), vorbis()), all],
  ['FLAC in Ogg', oggFlac, { duration: 2.5, title: 'Flac' }],
  ['an Opus that declares no sample rate', () => madeOpus({}), { duration: 1, title: 'Made' }],
  ['an Opus with no channels', () => madeOpus({ channels: 0 }), 'damaged-audio'],
  ['an Opus with 255 channels', () => madeOpus({ channels: 255 }), { duration: 1 }],
  ['an Opus whose pre-skip is longer than its audio', () => madeOpus({ preSkip: 65_535 }), 'damaged-audio'],
  [
    'an Opus recorded from the middle of a broadcast',
    () => madeOpus({ start: 500_000_000 }),
    { duration: 1 },
  ],
  [
    'an Opus with a comment longer than its packet',
    () => madeOpus({ tags: opusTags(utf8('TITLE=Wrong'), 0xffff_ffff) }),
    { duration: 1, title: 'Fallback' },
  ],
  [
    'an Ogg at 0 Hz',
    () => overwritten(vorbis(), find(vorbis(), '\u0001vorbis') + 12, 0, 0, 0, 0),
    'damaged-audio',
  ],
  [
    'an Ogg with garbage between its pages',
    () =>
      concatenated(
        vorbis().subarray(0, lastPage(vorbis())),
        noise(3000),
        vorbis().subarray(lastPage(vorbis())),
      ),
    all,
  ],
  ['an Ogg followed by garbage', () => concatenated(vorbis(), noise(3000)), all],
  ['an Ogg followed by more garbage than audio', () => concatenated(opus(), noise(30_000)), 'damaged-audio'],
  [
    'an Ogg that begins three thousand streams',
    () => concatenated(...Array.from({ length: 3000 }, (_, serial) => page(serial, 2, 0n, opusHead(2, 0)))),
    'damaged-audio',
  ],
]
