/** MP3 and ADTS files with odd and hostile tags, and tags without audio. */
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, noise, overwritten, utf8 } from '../../../support/bytes.ts'
import { ape, frame, id3, id3v1, syncsafe, textFrame } from '../../../support/id3.ts'
import { firstFrames } from './mpeg.ts'
import type { HostileFile } from './hostileFile.ts'

/** 106 frames of 24 ms, without tags. */
const plain = (): Uint8Array => fixture('vbr-no-xing.mp3')
const plainSeconds = 2.544

const picture = (bytes: number): Uint8Array =>
  frame(3, 'APIC', concatenated(bytesOf('\0image/jpeg\0\u0003\0'), noise(bytes)))
const titled = (text: string): Uint8Array => textFrame(3, 'TIT2', 0, bytesOf(text))

export const mpegTagFiles: HostileFile[] = [
  [
    'an ID3 tag with nothing behind it, longer than a window',
    () => id3(3, new Uint8Array(600_000)),
    'not-audio',
  ],
  [
    'an MP3 with two frames and an ID3v1 tag',
    () => concatenated(firstFrames(plain(), 2), id3v1(utf8('Two'))),
    { duration: 0.048, title: 'Two' },
  ],
  ['nothing but an ID3v2 tag', () => id3(3, titled('Nothing')), 'not-audio'],
  ['nothing but an ID3v1 tag', () => id3v1(utf8('Nothing')), 'not-audio'],
  ['nothing but an APEv2 tag', () => ape('Title', utf8('Nothing')), 'not-audio'],
  [
    'an ID3v2 tag longer than the file',
    () => concatenated(bytesOf('ID3\u0003\0\0'), syncsafe(2 ** 28 - 1), plain()),
    'damaged-audio',
  ],
  [
    'an ID3 frame longer than its tag',
    () => concatenated(id3(3, overwritten(titled('Wrong'), 4, 127, 255, 255, 255)), plain()),
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
    'an ID3v2 tag with a thousand empty frames',
    () =>
      concatenated(
        id3(3, ...Array.from({ length: 1000 }, () => frame(3, 'TXXX', new Uint8Array()))),
        plain(),
      ),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'an ID3v2 tag with a 6 MB picture',
    () => concatenated(id3(3, picture(6_000_000), titled('After the picture')), plain()),
    { duration: plainSeconds, title: 'After the picture' },
  ],
  [
    'APEv2 and ID3v1 tags',
    () => concatenated(plain(), ape('Title', utf8('Ärger')), id3v1(utf8('Cut'))),
    { duration: plainSeconds, title: 'Ärger' },
  ],
  [
    'an APEv2 tag longer than the file',
    () =>
      concatenated(plain(), overwritten(ape('Title', utf8('Wrong')).subarray(-32), 12, 255, 255, 255, 127)),
    { duration: plainSeconds, title: 'Fallback' },
  ],
  [
    'ADTS after an ID3 tag',
    () => concatenated(id3(4, textFrame(4, 'TIT2', 3, utf8('AAC'))), fixture('adts.aac')),
    { duration: 2.5387, title: 'AAC' },
  ],
]
