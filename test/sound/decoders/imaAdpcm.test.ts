/** IMA ADPCM in blocks of WAV and of QuickTime. */
import { describe, expect, it } from 'vitest'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { openImaAdpcm } from '../../../src/sound/decoders/imaAdpcm.ts'
import { decodeIntegers, decodeOne, survivesAnything, trackOf } from './decoding.ts'

async function openWave(channels: number, blockBytes: number, bits: 3 | 4 = 4): Promise<Decoder> {
  return await openImaAdpcm(trackOf({ codec: 'ima-adpcm', layout: 'wav', blockBytes, bits }, channels))
}

async function openQuicktime(channels: number): Promise<Decoder> {
  const blockBytes = 34 * channels
  return await openImaAdpcm(
    trackOf({ codec: 'ima-adpcm', layout: 'quicktime', blockBytes, bits: 4 }, channels),
  )
}

const repeated = (value: number, count: number): number[] => Array.from({ length: count }, () => value)

/** The first steps are 7, 8, 9, 10, 11, 12, 13, 14, 16; the last one is 32767. */
describe('a block of WAV', () => {
  it.each<[what: string, bytes: number[], expected: number[]]>([
    // 7 + 3 + 1 + 0; then -2, of the step 16; then 1 each, of steps that shrink.
    [
      'a large difference, then small ones',
      [100, 0, 0, 0, 0x87, 0, 0, 0],
      [100, 111, 109, 110, 111, 112, 113, 114, 115],
    ],
    ['a negative sample', [0xff, 0xff, 0, 0, 0, 0, 0, 0], repeated(-1, 9)],
    ['the greatest samples', [0xff, 0x7f, 88, 0, 0x77, 0, 0, 0], repeated(32767, 9)],
    ['the least samples', [0, 0x80, 88, 0, 0xff, 0x88, 0x88, 0x88], repeated(-32768, 9)],
  ])('has %s', async (_, bytes, expected) => {
    expect(decodeIntegers(await openWave(1, 8), Uint8Array.from(bytes))).toEqual([expected])
  })

  it('has words of each channel in turn', async () => {
    const headers = [10, 0, 0, 0, 20, 0, 0, 0, 30, 0, 0, 0]
    const words = [1, 2, 4].flatMap((code) => [code, 0, 0, 0])
    const channels = decodeIntegers(await openWave(3, 36), Uint8Array.from([...headers, ...words, ...words]))
    expect(channels.map((channel) => channel.length)).toEqual([17, 17, 17])
    expect(channels.map((channel) => channel.slice(0, 2))).toEqual([
      [10, 11],
      [20, 23],
      [30, 37],
    ])
  })

  it('has codes of 3 bits across its words', async () => {
    // The codes 3, 7, and at the end 1: +11 of the step 7, -15 of 9, then 2 each or 1, of steps that shrink, then +3.
    const codes = [0b111_011, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b001_00000]
    const [channel = []] = decodeIntegers(await openWave(1, 16, 3), Uint8Array.of(50, 0, 0, 0, ...codes))
    expect(channel).toHaveLength(33)
    expect(channel.slice(0, 3)).toEqual([50, 61, 46])
    expect(channel[32]! - channel[31]!).toBe(4)
  })

  it('may be cut at the end of the file', async () => {
    const decoder = await openWave(1, 12)
    const block = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    const lengths = [12, 16, 20, 22, 24].map((bytes) => {
      return decodeOne(decoder, Uint8Array.from([...block, ...block]).subarray(0, bytes)).channels[0]?.length
    })
    expect(lengths).toEqual([17, 18, 26, 26, 34])
    expect(decodeOne(decoder, Uint8Array.of(1, 0, 0))).toEqual({ channels: [[]], isDamaged: true })
  })

  it('is silent if its header is damaged, and the others are not', async () => {
    const sound = [1, 0, 0, 0]
    const damaged = [1, 0, 89, 0]
    const { channels, isDamaged } = decodeOne(
      await openWave(1, 4),
      Uint8Array.of(...sound, ...damaged, ...sound),
    )
    expect(isDamaged).toBe(true)
    expect(channels).toEqual([[1 / 32768, 0, 1 / 32768]])
  })
})

describe('a block of QuickTime', () => {
  /** A block of one channel: the upper bits of a sample, a step, one code and zeros. */
  const block = (sample: number, step: number, code = 0): number[] => {
    const header = (sample & 0xff80) | step
    return [header >> 8, header & 255, code, ...repeated(0, 31)]
  }

  it('starts with the sample of its header, which is not played itself', async () => {
    const [channel = []] = decodeIntegers(await openQuicktime(1), Uint8Array.from(block(-256, 0, 0x07)))
    expect(channel).toHaveLength(64)
    expect(channel.slice(0, 2)).toEqual([-245, -243])
  })

  it.each<[what: string, sample: number, step: number, first: number]>([
    ['goes on, if the header says nearly the same', 0, 0, 20],
    ['starts anew, if the sample is another', 256, 0, 256],
    ['starts anew, if the step is another', 0, 1, 1],
  ])('%s', async (_, sample, step, first) => {
    const decoder = await openQuicktime(1)
    const before = decodeIntegers(decoder, Uint8Array.from(block(0, 0, 0x07)))[0]?.at(-1)
    // 11 and 2, then 1 for each step from 14 down to 8.
    expect(before).toBe(20)
    expect(decodeIntegers(decoder, Uint8Array.from(block(sample, step)))[0]?.[0]).toBe(first)
  })

  it('is there for each channel in turn', async () => {
    const packet = Uint8Array.from([...block(128, 0), ...block(-128, 0), ...block(256, 8), ...block(512, 8)])
    const channels = decodeIntegers(await openQuicktime(2), packet)
    expect(channels.map((channel) => channel.length)).toEqual([128, 128])
    expect(channels.map((channel) => [channel[0], channel[64]])).toEqual([
      [128, 258],
      [-128, 514],
    ])
  })

  it('is silent if a header is damaged', async () => {
    const packet = Uint8Array.from([...block(128, 0), ...block(128, 89)])
    expect(decodeOne(await openQuicktime(2), packet)).toEqual({
      channels: [repeated(0, 64), repeated(0, 64)],
      isDamaged: true,
    })
  })
})

it.each<[channels: number, blockBytes: number, reason: string]>([
  [2, 7, 'damaged'],
  [0, 8, 'damaged'],
  [65, 512, 'unsupported'],
])('does not open %d channels in blocks of %d bytes', async (channels, blockBytes, reason) => {
  await expect(openWave(channels, blockBytes)).rejects.toMatchObject({ reason })
})

describe('any bytes are sound', () => {
  it('of WAV', async () => {
    survivesAnything(await openWave(1, 36))
    survivesAnything(await openWave(2, 41))
    survivesAnything(await openWave(2, 100, 3))
  })
  it('of QuickTime', async () => {
    survivesAnything(await openQuicktime(1))
    survivesAnything(await openQuicktime(3))
  })
})
