/** Odd and hostile MP3 and ADTS files, and files that only look like them. */
import { readFrameHeader } from '../../../../src/audio/containers/mpegFrames.ts'
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, find, noise, overwritten, utf8 } from '../../../support/bytes.ts'
import { id3, id3v1 } from '../../../support/id3.ts'
import type { HostileFile } from './hostileFile.ts'

/** 106 frames of 24 ms, without tags. */
const plain = (): Uint8Array => fixture('vbr-no-xing.mp3')
const withXing = (): Uint8Array => fixture('vbr-xing.mp3')
const adts = (): Uint8Array => fixture('adts.aac')
const plainSeconds = 2.544

/** The first frames of a stream. */
export function firstFrames(file: Uint8Array, count: number): Uint8Array {
  let at = 0
  for (let index = 0; index < count; index++) at += readFrameHeader(file, at)?.length ?? 0
  return file.subarray(0, at)
}

/** Silent frames with this header. */
function frames(header: number[], count: number): Uint8Array {
  const length = readFrameHeader(Uint8Array.of(...header, 0, 0, 0), 0)?.length ?? 417
  const one = new Uint8Array(length)
  one.set(header)
  return concatenated(...Array.from({ length: count }, () => one))
}

export const mpegFiles: HostileFile[] = [
  ['an MP3 without any header', plain, { duration: plainSeconds, contentType: 'audio/mpeg' }],
  ['an MP3 with one frame', () => firstFrames(plain(), 1), { duration: 0.024 }],
  ['an MP3 that is cut short within a frame', () => plain().subarray(0, 9000), { duration: 1.176 }],
  [
    'an MP3 that is shorter than its Xing header declares',
    () => withXing().subarray(0, 9000),
    'damaged-audio',
  ],
  [
    'a Xing header that declares four billion frames',
    () => overwritten(withXing(), find(withXing(), 'Xing') + 8, 255, 255, 255, 255),
    'damaged-audio',
  ],
  ['an MP3 that starts within a frame', () => plain().subarray(100), { duration: plainSeconds - 0.024 }],
  [
    'an MP3 after a kilobyte of garbage',
    () => concatenated(noise(1000), plain()),
    { duration: plainSeconds },
  ],
  ['an MP3 after 20 kB of garbage', () => concatenated(noise(20_000), plain()), 'not-audio'],
  [
    'an MP3 after 100 kB of zeros',
    () => concatenated(new Uint8Array(100_000), plain()),
    { duration: plainSeconds },
  ],
  [
    'an MP3 followed by 5 kB of garbage',
    () => concatenated(plain(), noise(5000)),
    { duration: plainSeconds },
  ],
  [
    'an MP3 followed by 300 kB of zeros',
    () => concatenated(plain(), new Uint8Array(300_000)),
    { duration: plainSeconds },
  ],
  ['an MP3 followed by more garbage than audio', () => concatenated(plain(), noise(40_000)), 'damaged-audio'],
  [
    'an MP3 with garbage in its middle',
    () => concatenated(plain().subarray(0, 9000), noise(3000), plain().subarray(9000)),
    { duration: plainSeconds },
  ],
  [
    'two joined MP3 files',
    () => concatenated(plain(), id3v1(utf8('First')), id3(3), plain()),
    { duration: 2 * plainSeconds },
  ],
  [
    'two joined MP3 files with different sample rates',
    () => concatenated(plain(), frames([0xff, 0xfb, 0x90, 0xc0], 100)),
    { duration: plainSeconds + 2.612245 },
  ],
  ['MP3 frames with a free bit rate', () => frames([0xff, 0xfb, 0x00, 0xc0], 20), 'not-audio'],
  ['MP3 frames with a reserved sample rate', () => frames([0xff, 0xfb, 0x9c, 0xc0], 20), 'not-audio'],
  ['MPEG 1 Layer 2', () => frames([0xff, 0xfd, 0x84, 0xc0], 50), { duration: 1.2 }],
  ['MPEG 1 Layer 1', () => frames([0xff, 0xff, 0x84, 0xc0], 50), { duration: 0.4 }],
  ['MPEG 2.5 Layer 3 at 8 kHz', () => frames([0xff, 0xe3, 0x18, 0xc0], 50), { duration: 3.6 }],
  [
    'MP3 frames after a RIFF header',
    () => concatenated(bytesOf('RIFF\u0000\u0010\0\0WAVE'), plain()),
    'damaged-audio',
  ],
  [
    'a ZIP archive that contains an MP3',
    () => concatenated(bytesOf('PK\u0003\u0004'), noise(40), plain()),
    'not-audio',
  ],
  ['nothing but 0xff', () => new Uint8Array(50_000).fill(255), 'not-audio'],
  ['nothing but zeros', () => new Uint8Array(50_000), 'not-audio'],
  ['one byte', () => Uint8Array.of(255), 'not-audio'],
  [
    'ADTS that is cut short within a frame',
    () => adts().subarray(0, 8000),
    { duration: 1.2373, contentType: 'audio/aac' },
  ],
  ['ADTS frames with a length of 0', () => frames([0xff, 0xf1, 0x4c, 0x40, 0, 0x1f, 0xfc], 20), 'not-audio'],
]
