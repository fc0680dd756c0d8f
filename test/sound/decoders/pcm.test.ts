/** Samples that are not compressed, of every type. */
import { expect, it } from 'vitest'
import type { PcmSample } from '../../../src/audio/containers/sound.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { openPcm } from '../../../src/sound/decoders/pcm.ts'
import { waveSpeakers } from '../../../src/sound/decoders/waveSpeakers.ts'
import { decodeOne, survivesAnything, trackOf } from './decoding.ts'

async function open(sample: PcmSample, channels = 1): Promise<Decoder> {
  return await openPcm(trackOf({ codec: 'pcm', sample }, channels))
}

const greatestFloat = 3.5e38
const signed16: PcmSample = { type: 'signed', bytes: 2, bigEndian: false }

/** The bytes of float32, big end first. */
const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)].toReversed()
const float64 = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)].toReversed()

const samples: [PcmSample['type'], size: PcmSample['bytes'], bytes: number[], expected: number][] = [
  ['signed', 1, [0x80], -1],
  ['signed', 1, [0x7f], 127 / 128],
  ['unsigned', 1, [0x80], 0],
  ['unsigned', 1, [0x00], -1],
  ['unsigned', 1, [0xff], 127 / 128],
  ['signed', 2, [0x80, 0x00], -1],
  ['signed', 2, [0x7f, 0xff], 32767 / 32768],
  ['signed', 2, [0xff, 0xff], -1 / 32768],
  ['unsigned', 2, [0x80, 0x01], 1 / 32768],
  ['signed', 3, [0x80, 0x00, 0x00], -1],
  ['signed', 3, [0x00, 0x01, 0x02], 258 / 2 ** 23],
  ['signed', 3, [0xff, 0xff, 0xfe], -2 / 2 ** 23],
  ['unsigned', 3, [0x80, 0x01, 0x00], 256 / 2 ** 23],
  ['signed', 4, [0xc0, 0x00, 0x00, 0x00], -0.5],
  ['signed', 4, [0x7f, 0xff, 0xff, 0xff], 1],
  ['unsigned', 4, [0xc0, 0x00, 0x00, 0x00], 0.5],
  ['signed', 8, [0xa0, 0, 0, 0, 0, 0, 0, 0], -0.75],
  ['signed', 8, [0, 0, 0, 0, 0x80, 0, 0, 0], 2 ** -32],
  ['unsigned', 8, [0x40, 0, 0, 0, 0, 0, 0, 0], -0.5],
  ['float', 4, float32(-1.5), -1.5],
  ['float', 4, float32(Number.NaN), 0],
  ['float', 4, float32(Number.POSITIVE_INFINITY), 0],
  ['float', 8, float64(0.1), Math.fround(0.1)],
  ['float', 8, float64(Number.NEGATIVE_INFINITY), 0],
  // Infinite as 32 bits.
  ['float', 8, float64(1e300), 0],
]

it.each(samples)('%s, %d bytes %j are %d', async (type, bytes, packet, expected) => {
  const bigEndian = await open({ type, bytes, bigEndian: true })
  const littleEndian = await open({ type, bytes, bigEndian: false })
  expect(decodeOne(bigEndian, Uint8Array.from(packet)).channels).toEqual([[expected]])
  expect(decodeOne(littleEndian, Uint8Array.from(packet).toReversed()).channels).toEqual([[expected]])
})

it('takes channels apart, and leaves out a block that is not whole', async () => {
  const decoder = await open(signed16, 3)
  const window = Uint8Array.of(9, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 9)
  expect(decodeOne(decoder, window.subarray(1))).toEqual({
    channels: [
      [1 / 128, 4 / 128],
      [2 / 128, 5 / 128],
      [3 / 128, 6 / 128],
    ],
    isDamaged: false,
  })
})

it('uses its memory again', async () => {
  const decoder = await open(signed16, 2)
  const [first] = decoder.decode(new Uint8Array(400)).channels
  expect(decoder.decode(new Uint8Array(200)).channels[0]).toBe(first)
})

it.each<[PcmSample, channels: number, reason: string]>([
  [signed16, 0, 'damaged'],
  [signed16, 65, 'unsupported'],
  [{ type: 'float', bytes: 2, bigEndian: true }, 1, 'unsupported'],
])('does not open %j with %d channels', async (sample, channels, reason) => {
  await expect(open(sample, channels)).rejects.toMatchObject({ reason })
})

it.each<[PcmSample['type'], PcmSample['bytes'], channels: number, limit: number]>([
  ['unsigned', 1, 1, 1],
  ['signed', 2, 2, 1],
  ['signed', 3, 5, 1],
  ['signed', 8, 3, 1],
  ['float', 4, 2, greatestFloat],
  ['float', 8, 2, greatestFloat],
])('any bytes are sound, as %s of %d bytes', async (type, bytes, channels, limit) => {
  survivesAnything(await open({ type, bytes, bigEndian: true }, channels), limit)
  survivesAnything(await open({ type, bytes, bigEndian: false }, channels), limit)
})

it.each([
  [1, 'M'],
  [2, 'L R'],
  [3, 'L R C'],
  [4, 'L R Lb Rb'],
  [5, 'L R C Lb Rb'],
  [6, 'L R C LFE Ls Rs'],
  [7, 'L R C LFE Cb Ls Rs'],
  [8, 'L R C LFE Lb Rb Ls Rs'],
  [9, 'other other other other other other other other other'],
])('%d channels are %s', async (channels, speakers) => {
  expect(waveSpeakers(channels).join(' ')).toBe(speakers)
  expect((await open(signed16, channels)).speakers).toEqual(waveSpeakers(channels))
})
