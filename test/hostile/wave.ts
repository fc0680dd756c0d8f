/** WAV files that are odd or hostile. */
import { fixture } from '../api.ts'
import {
  bytesOf,
  concatenated,
  noise,
  overwritten,
  uint16le,
  uint32le,
  uint64le,
  utf8,
  type OddFile,
} from './file.ts'

type Header = {
  riffLength: number
  tag: number
  channels: number
  rate: number
  byteRate: number
  bits: number
  dataLength: number
  between: Uint8Array
  behind: Uint8Array
}

/** One second of sound, unless it is said otherwise. */
export function wave(changes: Partial<Header> = {}, data = noise(16_000)): Uint8Array {
  const { tag, channels, rate, byteRate, bits, between, behind, ...lengths } = {
    tag: 1,
    channels: 1,
    rate: 8000,
    byteRate: 16_000,
    bits: 16,
    between: new Uint8Array(),
    behind: new Uint8Array(),
    ...changes,
  }
  const format = concatenated(
    uint16le(tag),
    uint16le(channels),
    uint32le(rate),
    uint32le(byteRate),
    uint16le(channels * (bits / 8)),
    uint16le(bits),
  )
  const inside = concatenated(
    bytesOf('WAVE'),
    chunk('fmt ', format),
    between,
    bytesOf('data'),
    uint32le(lengths.dataLength ?? data.byteLength),
    data,
    behind,
  )
  return concatenated(bytesOf('RIFF'), uint32le(lengths.riffLength ?? inside.byteLength), inside)
}

function chunk(id: string, payload: Uint8Array, length = payload.byteLength): Uint8Array {
  return concatenated(bytesOf(id), uint32le(length), payload, new Uint8Array(payload.byteLength & 1))
}

/** A LIST/INFO chunk with one text. */
export const info = (id: string, text: Uint8Array, length?: number): Uint8Array =>
  chunk('LIST', concatenated(bytesOf('INFO'), chunk(id, text, length)))
const second = { duration: 1, contentType: 'audio/wav' }
const mp3 = { tag: 0x55, rate: 48_000, byteRate: 8000, bits: 0 }
const adpcm = { tag: 2, byteRate: 8000, bits: 4 }
const ds64 = chunk('ds64', concatenated(uint64le(0n), uint64le(16_000n), uint64le(8000n), uint32le(0)))

export const waveFiles: OddFile[] = [
  ['a plain WAV', () => wave(), second],
  [
    'a WAV from a pipe, lengths 0xffffffff',
    () => wave({ riffLength: 0xffff_ffff, dataLength: 0xffff_ffff }),
    second,
  ],
  ['a WAV from a pipe, lengths 0', () => wave({ riffLength: 0, dataLength: 0 }), second],
  [
    'a WAV from a pipe, lengths of sox',
    () => wave({ riffLength: 0x7fff_f024, dataLength: 0x7fff_f000 }),
    second,
  ],
  ['a WAV cut within its data', () => wave().subarray(0, 9000), 'damaged-audio'],
  ['a WAV cut within its description', () => wave().subarray(0, 30), 'damaged-audio'],
  ['a WAV of no data', () => wave({}, new Uint8Array()), 'damaged-audio'],
  ['a WAV without data', () => wave().subarray(0, 36), 'damaged-audio'],
  [
    'a WAV without a description',
    () => concatenated(bytesOf('RIFF\0\0\0\0WAVE'), chunk('data', noise(1000))),
    'damaged-audio',
  ],
  ['a WAV of no channels', () => wave({ channels: 0 }), 'damaged-audio'],
  ['a WAV at 0 Hz', () => wave({ rate: 0 }), 'damaged-audio'],
  ['a WAV at 1 Hz, thus of hours', () => wave({ rate: 1, byteRate: 2 }, noise(200_000)), 'damaged-audio'],
  ['a WAV of one byte a second, it says', () => wave({ byteRate: 1 }), second],
  [
    'a WAV whose list is longer than the file',
    () => wave({ between: overwritten(info('INAM', utf8('Lies')), 4, 255, 255, 255, 127) }),
    'damaged-audio',
  ],
  [
    'a WAV with a text longer than its list',
    () => wave({ between: info('INAM', utf8('Lies'), 0x7fff_ffff) }),
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
  ['a WAV before garbage', () => wave({ behind: noise(3000) }), second],
  ['two WAV files joined', () => concatenated(wave(), wave()), second],
  [
    'an RF64',
    () =>
      concatenated(
        bytesOf('RF64\u00ff\u00ff\u00ff\u00ffWAVE'),
        ds64,
        wave({ dataLength: 0xffff_ffff, behind: info('INAM', utf8('Behind')) }).subarray(12),
      ),
    second,
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
    'ADPCM of four billion samples, it says',
    () => wave({ ...adpcm, between: chunk('fact', uint32le(0xffff_ffff)) }),
    'damaged-audio',
  ],
  [
    'nothing but a million empty chunks',
    () => concatenated(bytesOf('RIFF\0\0\0\0WAVE'), bytesOf('junk\0\0\0\0'.repeat(1_000_000))),
    'damaged-audio',
  ],
]
