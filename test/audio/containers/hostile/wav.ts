/** Odd and hostile WAV files. */
import { fixture } from '../../../support/api.ts'
import {
  bytesOf,
  concatenated,
  noise,
  overwritten,
  uint32le,
  uint64le,
  utf8,
} from '../../../support/bytes.ts'
import { chunk, info, wave } from '../../../support/wav.ts'
import type { HostileFile } from './hostileFile.ts'

const second = { duration: 1, contentType: 'audio/wav' }
const mp3 = { tag: 0x55, rate: 48_000, byteRate: 8000, bits: 0 }
const adpcm = { tag: 2, byteRate: 8000, bits: 4 }
const ds64 = chunk('ds64', concatenated(uint64le(0n), uint64le(16_000n), uint64le(8000n), uint32le(0)))

export const wavFiles: HostileFile[] = [
  ['a plain WAV', () => wave(), second],
  [
    'a WAV from a pipe, with lengths of 0xffffffff',
    () => wave({ riffLength: 0xffff_ffff, dataLength: 0xffff_ffff }),
    second,
  ],
  ['a WAV from a pipe, with lengths of 0', () => wave({ riffLength: 0, dataLength: 0 }), second],
  [
    'a WAV from a pipe, with the lengths that sox writes',
    () => wave({ riffLength: 0x7fff_f024, dataLength: 0x7fff_f000 }),
    second,
  ],
  ['a WAV that is cut short within its data', () => wave().subarray(0, 9000), 'damaged-audio'],
  ['a WAV that is cut short within its format chunk', () => wave().subarray(0, 30), 'damaged-audio'],
  ['a WAV with an empty data chunk', () => wave({}, new Uint8Array()), 'damaged-audio'],
  ['a WAV without a data chunk', () => wave().subarray(0, 36), 'damaged-audio'],
  [
    'a WAV without a format chunk',
    () => concatenated(bytesOf('RIFF\0\0\0\0WAVE'), chunk('data', noise(1000))),
    'damaged-audio',
  ],
  ['a WAV with no channels', () => wave({ channels: 0 }), 'damaged-audio'],
  ['a WAV at 0 Hz', () => wave({ rate: 0 }), 'damaged-audio'],
  [
    'a WAV at 1 Hz, which makes it longer than a day',
    () => wave({ rate: 1, byteRate: 2 }, noise(200_000)),
    'damaged-audio',
  ],
  ['a WAV that declares one byte a second', () => wave({ byteRate: 1 }), second],
  [
    'a WAV whose list is longer than the file',
    () => wave({ between: overwritten(info('INAM', utf8('Wrong')), 4, 255, 255, 255, 127) }),
    'damaged-audio',
  ],
  [
    'a WAV with a text longer than its list',
    () => wave({ between: info('INAM', utf8('Wrong'), 0x7fff_ffff) }),
    { ...second, title: 'Fallback' },
  ],
  [
    'a WAV with a title in UTF-8',
    () => wave({ between: info('INAM', utf8('Prüfton 🎵\0')) }),
    { ...second, title: 'Prüfton 🎵' },
  ],
  [
    'a WAV with a title in Windows-1252',
    () => wave({ between: info('INAM', bytesOf('\u0093Pr\u00fcfton\u0094')) }),
    { ...second, title: '“Prüfton”' },
  ],
  ['a WAV followed by garbage', () => wave({ behind: noise(3000) }), second],
  ['two joined WAV files', () => concatenated(wave(), wave()), second],
  [
    'an RF64',
    () =>
      concatenated(
        bytesOf('RF64\u00ff\u00ff\u00ff\u00ffWAVE'),
        ds64,
        wave({ dataLength: 0xffff_ffff, behind: info('INAM', utf8('After')) }).subarray(12),
      ),
    { ...second, title: 'After' },
  ],
  [
    'an RF64 from a pipe, whose lengths are 0',
    () =>
      concatenated(
        bytesOf('RF64\u00ff\u00ff\u00ff\u00ffWAVE'),
        chunk('ds64', new Uint8Array(28)),
        wave({ dataLength: 0xffff_ffff }).subarray(12),
      ),
    second,
  ],
  [
    'a WAV with a title behind sixteen lists of tags',
    () =>
      wave({
        between: concatenated(
          ...Array.from({ length: 16 }, () => info('IART', utf8('x'))),
          info('INAM', utf8('Late')),
        ),
      }),
    { ...second, title: 'Fallback' },
  ],
  [
    'a WAV longer than a window, of an odd length, that promises a little more',
    () => wave({ bits: 8, byteRate: 8000, dataLength: 800_037 }, noise(800_000)),
    { duration: 100, contentType: 'audio/wav' },
  ],
  [
    'a W64',
    () => concatenated(bytesOf('riff\u002e\u0091\u00cf\u0011\u00a5\u00d6\u0028\u00db'), wave()),
    'not-audio',
  ],
  ['an AVI', () => concatenated(bytesOf('RIFF\0\u0010\0\0AVI LIST'), noise(4000)), 'not-audio'],
  ['MP3 in a WAV', () => wave(mp3, fixture('vbr-no-xing.mp3')), { ...second, duration: 2.544 }],
  ['noise as MP3 in a WAV', () => wave(mp3, noise(20_000)), 'damaged-audio'],
  [
    'ADPCM that declares four billion samples',
    () => wave({ ...adpcm, between: chunk('fact', uint32le(0xffff_ffff)) }),
    'damaged-audio',
  ],
  [
    'nothing but a million empty chunks',
    () => concatenated(bytesOf('RIFF\0\0\0\0WAVE'), bytesOf('junk\0\0\0\0'.repeat(1_000_000))),
    'damaged-audio',
  ],
]
