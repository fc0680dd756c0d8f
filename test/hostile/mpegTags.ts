/** MP3 files with odd or hostile tags, and tags with nothing to them. */
import { fixture } from '../api.ts'
import { bytesOf, concatenated, noise, overwritten, utf8, type OddFile } from './file.ts'
import { ape, frame, id3, id3v1, syncsafe, textFrame } from './id3.ts'
import { firstFrames } from './mpeg.ts'

/** 106 frames of 24 ms, no tags. */
const plain = (): Uint8Array => fixture('vbr-no-xing.mp3')
const plainSeconds = 2.544

const picture = (bytes: number): Uint8Array =>
  frame(3, 'APIC', concatenated(bytesOf('\0image/jpeg\0\u0003\0'), noise(bytes)))
const titled = (text: string): Uint8Array => textFrame(3, 'TIT2', 0, bytesOf(text))

export const mpegTagFiles: OddFile[] = [
  [
    'an MP3 of two frames and an ID3v1 tag',
    () => concatenated(firstFrames(plain(), 2), id3v1(utf8('Two'))),
    { duration: 0.048, title: 'Two' },
  ],
  ['only an ID3v2 tag', () => id3(3, titled('Nothing')), 'not-audio'],
  ['only an ID3v1 tag', () => id3v1(utf8('Nothing')), 'not-audio'],
  ['only an APEv2 tag', () => ape('Title', utf8('Nothing')), 'not-audio'],
  [
    'an ID3v2 tag longer than the file',
    () => concatenated(bytesOf('ID3\u0003\0\0'), syncsafe(2 ** 28 - 1), plain()),
    'damaged-audio',
  ],
  [
    'an ID3 frame longer than its tag',
    () => concatenated(id3(3, overwritten(titled('Lies'), 4, 127, 255, 255, 255)), plain()),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'an ID3v2 tag of an unknown version',
    () => concatenated(bytesOf('ID3\u0009\0\0'), syncsafe(10), new Uint8Array(10), plain()),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'four ID3v2 tags, the first empty',
    () =>
      concatenated(
        id3(3),
        id3(4, textFrame(4, 'TIT2', 3, utf8('Second'))),
        id3(3, titled('Third')),
        id3(3),
        plain(),
      ),
    { duration: plainSeconds, title: 'Second' },
  ],
  [
    'an ID3v2 tag of a thousand empty frames',
    () =>
      concatenated(
        id3(3, ...Array.from({ length: 1000 }, () => frame(3, 'TXXX', new Uint8Array()))),
        plain(),
      ),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'an ID3v2 tag with a 6 MB picture',
    () => concatenated(id3(3, picture(6_000_000), titled('Behind the picture')), plain()),
    { duration: plainSeconds, title: 'Behind the picture' },
  ],
  [
    'APEv2 and ID3v1 tags',
    () => concatenated(plain(), ape('Title', utf8('Ärger')), id3v1(utf8('Cut'))),
    { duration: plainSeconds, title: 'Ärger' },
  ],
  [
    'an APEv2 tag longer than the file',
    () =>
      concatenated(plain(), overwritten(ape('Title', utf8('Lies')).subarray(-32), 12, 255, 255, 255, 127)),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'ADTS behind an ID3 tag',
    () => concatenated(id3(4, textFrame(4, 'TIT2', 3, utf8('AAC'))), fixture('adts.aac')),
    { duration: 2.5387, title: 'AAC' },
  ],
]
