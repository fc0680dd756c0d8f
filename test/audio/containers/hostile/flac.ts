/** Odd and hostile FLAC files. */
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, noise, overwritten, uint32le, utf8, uint32 } from '../../../support/bytes.ts'
import { id3, textFrame } from '../../../support/id3.ts'
import type { HostileFile } from './hostileFile.ts'

const whole = (): Uint8Array => fixture('lossless.flac')
const streamInfoEnd = 4 + 4 + 34
/** The sample rate starts at byte 10 of STREAMINFO. The last 36 of the 64 bits there are the number of samples. */
const rateAt = 8 + 10
/** The file with these metadata blocks after STREAMINFO. */
const withBlocks = (...blocks: Uint8Array[]): Uint8Array =>
  concatenated(overwritten(whole().subarray(0, streamInfoEnd), 4, 0), ...blocks, whole().subarray(framesAt()))

function framesAt(): number {
  const file = whole()
  let at = 4
  while (true) {
    const [flags = 0, a = 0, b = 0, c = 0] = file.subarray(at, at + 4)
    at += 4 + (a << 16) + (b << 8) + c
    if (flags & 0x80) return at
  }
}

function block(type: number, payload: Uint8Array, length = payload.byteLength): Uint8Array {
  return concatenated(overwritten(uint32(length), 0, type), payload)
}

const last = 0x80
const comment = (text: Uint8Array, length = text.byteLength): Uint8Array =>
  concatenated(uint32le(0), uint32le(1), uint32le(length), text)
const all = { duration: 2.5, contentType: 'audio/flac' }

export const flacFiles: HostileFile[] = [
  [
    'a FLAC from a pipe, with an unknown length',
    () => overwritten(whole(), rateAt + 3, (whole()[rateAt + 3] ?? 0) & 0xf0, 0, 0, 0, 0),
    all,
  ],
  [
    'a FLAC that declares 64 billion samples',
    () => overwritten(whole(), rateAt + 3, (whole()[rateAt + 3] ?? 0) | 15, 255, 255, 255, 255),
    'damaged-audio',
  ],
  [
    'a FLAC at 0 Hz',
    () => overwritten(whole(), rateAt, 0, 0, (whole()[rateAt + 2] ?? 0) & 15),
    'damaged-audio',
  ],
  ['a FLAC that is cut short within its frames', () => whole().subarray(0, 30_000), 'damaged-audio'],
  ['a FLAC that is cut short within its metadata', () => whole().subarray(0, 60), 'damaged-audio'],
  ['a FLAC with nothing but metadata', () => whole().subarray(0, framesAt()), 'damaged-audio'],
  ['a FLAC without STREAMINFO', () => overwritten(whole(), 4, 1), 'damaged-audio'],
  [
    'a FLAC with a block longer than the file',
    () => withBlocks(block(1, new Uint8Array(10), 0xffffff), block(last | 1, new Uint8Array(10))),
    'damaged-audio',
  ],
  [
    'a FLAC with a comment longer than its block',
    () => withBlocks(block(last | 4, comment(utf8('TITLE=Wrong'), 0xffff_ffff))),
    { ...all, title: 'Fallback' },
  ],
  [
    'a FLAC that declares four billion comments',
    () =>
      withBlocks(
        block(last | 4, concatenated(uint32le(0), uint32le(0xffff_ffff), uint32le(8), utf8('TITLE=Hi'))),
      ),
    { ...all, title: 'Hi' },
  ],
  [
    'a FLAC with a comment in Latin-1',
    () => withBlocks(block(last | 4, comment(bytesOf('title=Pr\u00fcfton')))),
    { ...all, title: 'Prüfton' },
  ],
  [
    'a FLAC with an 8 MB picture',
    () => withBlocks(block(6, noise(8_000_000)), block(last | 4, comment(utf8('TITLE=After')))),
    { ...all, title: 'After' },
  ],
  [
    'a FLAC after an ID3 tag',
    () => concatenated(id3(3, textFrame(3, 'TIT2', 0, bytesOf('Tag'))), whole()),
    { ...all, title: 'Prüfton Ω' },
  ],
  ['a FLAC followed by garbage', () => concatenated(whole(), noise(3000)), all],
  ['two joined FLAC files', () => concatenated(whole(), whole()), { ...all, duration: 5 }],
  [
    'a FLAC whose last metadata ends at the end of a window',
    () =>
      concatenated(overwritten(whole().subarray(0, streamInfoEnd), 4, 0), block(last | 1, noise(0xa0000))),
    'damaged-audio',
  ],
  [
    'a FLAC whose only frame has a number of weeks',
    () =>
      concatenated(
        overwritten(whole().subarray(0, streamInfoEnd), rateAt + 3, 0xf0, 0, 0, 0, 0),
        Uint8Array.of(0xff, 0xf8, 0xc5, 0x08, 0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0),
      ),
    'damaged-audio',
  ],
]
