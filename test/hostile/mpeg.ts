/** MP3 and ADTS files that are odd, hostile or no such files at all. */
import { readFrameHeader } from '../../src/audio/containers/mpegFrames.ts'
import { fixture } from '../api.ts'
import { bytesOf, concatenated, find, noise, overwritten, utf8, type OddFile } from './file.ts'
import { id3, id3v1 } from './id3.ts'

/** 106 frames of 24 ms, no tags. */
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

export const mpegFiles: OddFile[] = [
  ['an MP3 without any header', plain, { duration: plainSeconds, contentType: 'audio/mpeg' }],
  ['an MP3 of one frame', () => firstFrames(plain(), 1), { duration: 0.024 }],
  ['an MP3 cut within a frame', () => plain().subarray(0, 9000), { duration: 1.176 }],
  ['an MP3 cut to less than its Xing header says', () => withXing().subarray(0, 9000), 'damaged-audio'],
  [
    'a Xing header that promises four billion frames',
    () => overwritten(withXing(), find(withXing(), 'Xing') + 8, 255, 255, 255, 255),
    'damaged-audio',
  ],
  ['an MP3 that starts within a frame', () => plain().subarray(100), { duration: plainSeconds - 0.024 }],
  [
    'an MP3 behind a kilobyte of garbage',
    () => concatenated(noise(1000), plain()),
    { duration: plainSeconds },
  ],
  ['an MP3 behind 20 kB of garbage', () => concatenated(noise(20_000), plain()), 'not-audio'],
  [
    'an MP3 behind 100 kB of zeros',
    () => concatenated(new Uint8Array(100_000), plain()),
    { duration: plainSeconds },
  ],
  ['an MP3 before 5 kB of garbage', () => concatenated(plain(), noise(5000)), { duration: plainSeconds }],
  [
    'an MP3 before 300 kB of zeros',
    () => concatenated(plain(), new Uint8Array(300_000)),
    { duration: plainSeconds },
  ],
  ['an MP3 before more garbage than audio', () => concatenated(plain(), noise(40_000)), 'damaged-audio'],
  [
    'an MP3 with garbage in its middle',
    () => concatenated(plain().subarray(0, 9000), noise(3000), plain().subarray(9000)),
    { duration: plainSeconds },
  ],
  [
    'two MP3 files joined',
    () => concatenated(plain(), id3v1(utf8('First')), id3(3), plain()),
    { duration: 2 * plainSeconds },
  ],
  [
    'two MP3 files of different rates joined',
    () => concatenated(plain(), frames([0xff, 0xfb, 0x90, 0xc0], 100)),
    { duration: plainSeconds + 2.612245 },
  ],
  ['MP3 frames of a free bit rate', () => frames([0xff, 0xfb, 0x00, 0xc0], 20), 'not-audio'],
  ['MP3 frames of a reserved sample rate', () => frames([0xff, 0xfb, 0x9c, 0xc0], 20), 'not-audio'],
  ['MPEG 1 Layer 2', () => frames([0xff, 0xfd, 0x84, 0xc0], 50), { duration: 1.2 }],
  ['MPEG 1 Layer 1', () => frames([0xff, 0xff, 0x84, 0xc0], 50), { duration: 0.4 }],
  ['MPEG 2.5 Layer 3 at 8 kHz', () => frames([0xff, 0xe3, 0x18, 0xc0], 50), { duration: 3.6 }],
  [
    'a RIFF header before MP3 frames',
    () => concatenated(bytesOf('RIFF\u0000\u0010\0\0WAVE'), plain()),
    'damaged-audio',
  ],
  [
    'a ZIP archive that holds an MP3',
    () => concatenated(bytesOf('PK\u0003\u0004'), noise(40), plain()),
    'not-audio',
  ],
  ['nothing but 0xff', () => new Uint8Array(50_000).fill(255), 'not-audio'],
  ['nothing but zeros', () => new Uint8Array(50_000), 'not-audio'],
  ['one byte', () => Uint8Array.of(255), 'not-audio'],
  ['ADTS cut within a frame', () => adts().subarray(0, 8000), { duration: 1.2373, contentType: 'audio/aac' }],
  ['ADTS frames of no length', () => frames([0xff, 0xf1, 0x4c, 0x40, 0, 0x1f, 0xfc], 20), 'not-audio'],
]
