/** Mu-law and A-law. */
import { expect, it } from 'vitest'
import { openCompanded } from '../../../src/sound/decoders/companded.ts'
import { decodeIntegers, decodeOne, survivesAnything, trackOf } from './decoding.ts'

type Law = 'mulaw' | 'alaw'

/** The least and the greatest of some segments (ITU-T G.711, tables 1 and 2), in 16 bits. */
it.each<[Law, code: number, expected: number]>([
  ['mulaw', 0xff, 0],
  ['mulaw', 0x7f, 0],
  ['mulaw', 0xfe, 8],
  ['mulaw', 0x7e, -8],
  ['mulaw', 0xf0, 120],
  ['mulaw', 0xef, 132],
  ['mulaw', 0xdf, 396],
  ['mulaw', 0x80, 32124],
  ['mulaw', 0x00, -32124],
  ['alaw', 0xd5, 8],
  ['alaw', 0x55, -8],
  ['alaw', 0xd4, 24],
  ['alaw', 0xc5, 264],
  ['alaw', 0xf5, 528],
  ['alaw', 0xaa, 32256],
  ['alaw', 0x2a, -32256],
])('%s %i is %i', async (codec, code, expected) => {
  const decoder = await openCompanded(trackOf({ codec }))
  const [[sample] = []] = decodeIntegers(decoder, Uint8Array.of(code))
  // -0 is 0 too.
  expect((sample ?? Number.NaN) + 0).toBe(expected)
})

it('takes channels apart, and leaves out a block that is not whole', async () => {
  const decoder = await openCompanded(trackOf({ codec: 'alaw' }, 2))
  expect(decodeIntegers(decoder, Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a, 0xd5))).toEqual([
    [8, 32256],
    [-8, -32256],
  ])
  expect(decodeOne(decoder, Uint8Array.of(0xd5))).toEqual({ channels: [[], []], isDamaged: true })
})

it.each<Law>(['mulaw', 'alaw'])('any bytes are sound of %s', async (codec) => {
  survivesAnything(await openCompanded(trackOf({ codec }, 3)))
})
