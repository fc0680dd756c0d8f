/** Odd and hostile CAF files. */
import { bytesOf, concatenated, noise, overwritten, uint32, utf8 } from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

/** A chunk, with a length of 64 bits. */
const chunk = (type: string, payload: Uint8Array): Uint8Array =>
  concatenated(bytesOf(type), uint32(0), uint32(payload.byteLength), payload)

/** At 8000 Hz, in one channel of 16 bits. Packets of 0 bytes vary in size. */
const description = (coding: string, packetBytes: number, packetSamples: number): Uint8Array =>
  chunk(
    'desc',
    concatenated(
      Uint8Array.of(0x40, 0xbf, 0x40, 0, 0, 0, 0, 0),
      bytesOf(coding),
      ...[0, packetBytes, packetSamples, 1, 16].map(uint32),
    ),
  )
const sound = (bytes: number): Uint8Array => chunk('data', concatenated(uint32(0), noise(bytes)))
const caf = (...chunks: Uint8Array[]): Uint8Array => concatenated(bytesOf('caff\0\u0001\0\0'), ...chunks)
const pcm = (...chunks: Uint8Array[]): Uint8Array => caf(description('lpcm', 2, 1), ...chunks, sound(16_000))
/** Packets of 100 bytes and 1000 samples. */
const packets = (count: number, valid: number): Uint8Array =>
  chunk(
    'pakt',
    concatenated(...[0, count, 0, valid, 0, 0].map(uint32), new Uint8Array(Math.min(count, 100)).fill(100)),
  )
const aac = (...chunks: Uint8Array[]): Uint8Array => caf(description('aac ', 0, 1000), ...chunks, sound(800))
const second = { duration: 1, contentType: 'audio/x-caf' }

export const cafFiles: HostileFile[] = [
  ['a CAF', () => pcm(), second],
  ['a CAF whose texts are cut short', () => pcm(chunk('info', Uint8Array.of(0, 0))), second],
  [
    'a CAF whose texts have no end',
    () => pcm(chunk('info', concatenated(uint32(9), utf8('title\0Whole\0artist\0Cut')))),
    { ...second, title: 'Whole' },
  ],
  ['a CAF with packets', () => aac(packets(8, 8000)), second],
  ['a CAF with packets that do not all play', () => aac(packets(8, 4000)), { ...second, duration: 0.5 }],
  ['a CAF that declares more samples than its packets have', () => aac(packets(8, 80_000)), second],
  ['a CAF without its packet table', () => aac(), 'damaged-audio'],
  ['a CAF with more packets than sound', () => aac(packets(9, 9000)), 'damaged-audio'],
  ['a CAF with more packets than its table', () => aac(packets(0xffff_ffff, 8000)), 'damaged-audio'],
  [
    'a CAF with a packet table that is cut short',
    () => aac(chunk('pakt', new Uint8Array(9))),
    'damaged-audio',
  ],
  ['a CAF at 0 Hz', () => overwritten(pcm(), 20, 0, 0, 0, 0, 0, 0, 0, 0), 'damaged-audio'],
  ['a CAF without channels', () => overwritten(pcm(), 47, 0), 'damaged-audio'],
  ['a CAF without its description', () => caf(sound(800)), 'damaged-audio'],
  ['a CAF that is cut short', () => pcm().subarray(0, 9000), 'damaged-audio'],
  ['a CAF followed by garbage', () => concatenated(pcm(), noise(3000)), second],
]
