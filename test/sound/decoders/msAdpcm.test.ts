/** MS ADPCM. */
import { expect, it } from 'vitest'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { openMsAdpcm } from '../../../src/sound/decoders/msAdpcm.ts'
import { decodeIntegers, decodeOne, survivesAnything, trackOf } from './decoding.ts'

async function open(
  channels: number,
  blockBytes: number,
  coefficients: [number, number][] = [],
): Promise<Decoder> {
  return await openMsAdpcm(trackOf({ codec: 'ms-adpcm', blockBytes, coefficients }, channels))
}

it.each<[what: string, bytes: number[], expected: number[]]>([
  // Steps of 16 that stay: 16 * 230 / 256 is less.
  ['goes on from the last sample', [0, 16, 0, 100, 0, 50, 0, 0x1f], [50, 100, 116, 100]],
  // 2 * 100 - 50, then 2 * 150 - 100 + 4 * 16, whose step then is 16 * 307 / 256.
  ['goes on in a line', [1, 16, 0, 100, 0, 50, 0, 0x04, 0x10], [50, 100, 150, 264, 397, 530]],
  // (-3 * 240) / 256 is -2.8, cut to -2.
  ['cuts predictions towards 0', [4, 16, 0, 0xfd, 0xff, 0, 0, 0x00], [0, -3, -2, -1]],
  ['grows its steps', [2, 0, 1, 0, 0, 0, 0, 0x71], [0, 0, 1792, 614]],
  ['stays in 16 bits', [0, 0, 0x7f, 0xff, 0x7f, 0, 0, 0x78], [0, 32767, 32767, -32768]],
])('%s', async (_, bytes, expected) => {
  const decoder = await open(1, bytes.length)
  expect(decodeIntegers(decoder, Uint8Array.from(bytes))).toEqual([expected])
})

it('has each field of the header, and each code, for one channel after the other', async () => {
  const header = [0, 2, 16, 0, 32, 0, 3, 0, 4, 0, 1, 0, 2, 0]
  expect(decodeIntegers(await open(2, 16), Uint8Array.of(...header, 0x12, 0x00))).toEqual([
    [1, 3, 19, 19],
    [2, 4, 64, 0],
  ])
})

it('takes the coefficients of the file', async () => {
  const decoder = await open(1, 8, [[512, 256]])
  expect(decodeIntegers(decoder, Uint8Array.of(0, 16, 0, 10, 0, 1, 0, 0))).toEqual([[1, 10, 21, 52]])
  expect(decodeOne(decoder, Uint8Array.of(1, 16, 0, 10, 0, 1, 0, 0))).toEqual({
    channels: [[0, 0, 0, 0]],
    isDamaged: true,
  })
})

it('may be cut at the end of the file', async () => {
  const decoder = await open(1, 9)
  const block = [0, 16, 0, 1, 0, 1, 0, 0, 0]
  const lengths = [9, 16, 17, 18].map((bytes) => {
    return decodeOne(decoder, Uint8Array.from([...block, ...block]).subarray(0, bytes)).channels[0]?.length
  })
  expect(lengths).toEqual([6, 8, 10, 12])
  expect(decodeOne(decoder, Uint8Array.of(1, 0, 0))).toEqual({ channels: [[]], isDamaged: true })
})

it.each<[channels: number, blockBytes: number, reason: string]>([
  [2, 13, 'damaged'],
  [3, 100, 'unsupported'],
])('does not open %d channels in blocks of %d bytes', async (channels, blockBytes, reason) => {
  await expect(open(channels, blockBytes)).rejects.toMatchObject({ reason })
})

it('any bytes are sound', async () => {
  survivesAnything(await open(1, 32))
  survivesAnything(await open(2, 50))
  survivesAnything(
    await open(2, 50, [
      [32767, 32767],
      [-32768, -32768],
    ]),
  )
})
