/** Apple Lossless: packets of Apple's encoder, and packets that are made here for what it does not use. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openAlac } from '../../../src/sound/decoders/alac.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { signalAt, signalSamples } from '../../fixtures/alac/signal.ts'
import signals from '../../fixtures/alac/signals.json'
import { alacConfig, codes, elementHeader, end, low, pair, predictor, single } from './alacPackets.ts'
import { bits, decodeIntegers, decodeOne, survivesAnything, trackOf } from './decoding.ts'

async function open(config: Uint8Array): Promise<Decoder> {
  return await openAlac(trackOf({ codec: 'alac', config }, config[9]))
}

const sum = (values: number[]): number[] =>
  values.map((_, at) => values.slice(0, at + 1).reduce((a, b) => a + b))
const noMix: [number, number][] = [
  [0, 8],
  [0, 8],
]

it.each(signals)('$bits bits, $channels channels of Apple’s encoder', async (signal) => {
  const decoder = await open(Uint8Array.fromBase64(signal.config))
  expect(decoder.speakers).toHaveLength(signal.channels)
  let from = 0
  for (const packet of signal.packets) {
    const channels = decodeIntegers(decoder, Uint8Array.fromBase64(packet), signal.bits)
    const expected = channels.map((samples, channel) =>
      samples.map((_, index) => {
        // As floats: 32 bits are more than they have.
        return Math.fround(signalAt(from + index, channel, signal.bits))
      }),
    )
    expect(channels).toEqual(expected)
    from += channels[0]?.length ?? 0
  }
  expect(from).toBe(signalSamples)
})

describe('a stored element', () => {
  it.each([16, 20, 24, 32])('has samples of %d bits', async (width) => {
    const [least, greatest] = [-(2 ** (width - 1)), 2 ** (width - 2)]
    const samples = [0, least, greatest, -1].map((value): [number, number] => [value, width])
    const packet = bits(...elementHeader({ isStored: true, samples: 4 }), ...samples, end)
    expect(decodeIntegers(await open(alacConfig(width, 1)), packet, width)).toEqual([
      [0, least, greatest, -1],
    ])
  })

  it('of two channels has their samples in turn', async () => {
    const samples = [1, 2, 3, 4].map((value): [number, number] => [value, 16])
    const packet = bits(...elementHeader({ tag: pair, isStored: true }), ...samples, end)
    expect(decodeIntegers(await open(alacConfig(16, 2, 2)), packet)).toEqual([
      [1, 3],
      [2, 4],
    ])
  })
})

describe('a predicted element', () => {
  const errors = [5, -3, 0, 0, 0, 0, 0, 7, 30000, -30000, 1, 0, 0, 2, 0, 0]

  it.each<[what: string, predictor: [number, number][], expected: number[]]>([
    ['no prediction', predictor([]), errors],
    ['the sample before', predictor(Array.from({ length: 31 }, () => 77)), sum(errors)],
    ['differences', predictor([], { mode: 15 }), sum(errors)],
    [
      'differences of differences',
      predictor(
        Array.from({ length: 31 }, () => 0),
        { mode: 15 },
      ),
      sum(sum(errors)),
    ],
  ])('has %s', async (_, fields, expected) => {
    const packet = bits(...elementHeader({}), ...noMix, ...fields, ...codes(errors, 16), end)
    const wrapped = expected.map((value) => (value << 16) >> 16)
    expect(decodeIntegers(await open(alacConfig(16, 1, 16)), packet)).toEqual([wrapped])
  })

  it('adapts its coefficients', async () => {
    // With one coefficient of 1/2: 100, 110, then 100 + 5 + 4, for which the coefficient grows to 257/512, and so on.
    const packet = bits(
      ...elementHeader({}),
      ...noMix,
      ...predictor([256]),
      ...codes([100, 10, 4, -2], 16),
      end,
    )
    expect(decodeIntegers(await open(alacConfig(16, 1, 4)), packet)).toEqual([[100, 110, 109, 107]])
  })

  it('has bits that are not predicted', async () => {
    const raw = [0xab, 0xcd].map((value): [number, number] => [value, 8])
    const header = elementHeader({ rawBytes: 1 })
    const packet = bits(...header, ...noMix, ...predictor([]), ...raw, ...codes([1, -2], 16), end)
    expect(decodeIntegers(await open(alacConfig(24, 1, 2)), packet, 24)).toEqual([[0x1ab, -0x200 + 0xcd]])
  })

  it.each<[shift: number, weight: number, left: number[], right: number[]]>([
    [0, 0, [100, 50], [10, -4]],
    [0, 1, [100, 50], [90, 54]],
    [2, 2, [105, 48], [95, 52]],
    // 100 + 10 + 10 / 4, with a negative weight.
    [2, -1, [113, 45], [103, 49]],
  ])('of two channels has them mixed, by %d and %d', async (shift, weight, left, right) => {
    const mix: [number, number][] = [
      [shift, 8],
      [weight, 8],
    ]
    const [first, second] = [codes([100, 50], 17), codes([10, -4], 17)]
    const packet = bits(
      ...elementHeader({ tag: pair }),
      ...mix,
      ...predictor([]),
      ...predictor([]),
      ...first,
      ...second,
      end,
    )
    expect(decodeIntegers(await open(alacConfig(16, 2, 2)), packet)).toEqual([left, right])
  })
})

/** A stored element of one sample in each channel. */
const stored = (tag: number, ...samples: number[]): [number, number][] => [
  ...elementHeader({ tag, isStored: true, samples: 1 }),
  ...samples.map((value): [number, number] => [value, 16]),
]

describe('a packet', () => {
  it('has elements in the order of the loudspeakers, and others between them', async () => {
    const data: [number, number][] = [
      [4, 3],
      [0, 4],
      [1, 1],
      [2, 8],
    ]
    const fill: [number, number][] = [
      [6, 3],
      [1, 4],
      [0xff, 8],
    ]
    const front = [...stored(single, 1), ...fill, ...stored(pair, 2, 3)]
    const aligned = bits(...front, ...data)
    const behind = bits([0xffff, 16], ...stored(pair, 4, 5), ...stored(low, 6), end)
    const decoder = await open(alacConfig(16, 6))
    expect(decoder.speakers).toEqual(['C', 'L', 'R', 'Ls', 'Rs', 'LFE'])
    const packet = Uint8Array.from([...aligned, ...behind])
    expect(decodeIntegers(decoder, packet)).toEqual([[1], [2], [3], [4], [5], [6]])
  })

  it.each<[what: string, fields: [number, number][]]>([
    ['nothing', []],
    ['an end only', [end]],
    ['fewer channels', [...stored(single, 1), end]],
    ['more channels', [...stored(single, 1), ...stored(pair, 1, 2), end]],
    [
      'an unknown element',
      [
        [2, 3],
        [0, 200],
      ],
    ],
    [
      'other lengths of its channels',
      [...stored(single, 1), ...elementHeader({ isStored: true, samples: 2 }), [0, 32], end],
    ],
    ['no samples', [...elementHeader({ tag: pair, isStored: true, samples: 0 }), [0, 64]]],
    [
      'too many samples',
      [
        ...elementHeader({ tag: pair, isStored: true, samples: 9 }),
        ...Array.from({ length: 20 }, (): [number, number] => [0, 32]),
      ],
    ],
    ['no bits that are predicted', [...elementHeader({ tag: pair, rawBytes: 3 }), [0, 200]]],
    [
      'a run that is too long',
      [
        ...elementHeader({ tag: pair, samples: 2 }),
        ...noMix,
        ...predictor([]),
        ...predictor([]),
        ...codes([0, 0, 0, 0, 0], 17),
        ...codes([0, 0], 17),
        end,
      ],
    ],
    [
      'a last sample that is cut',
      [
        ...elementHeader({ tag: pair, samples: 1 }),
        ...noMix,
        ...predictor([]),
        ...predictor([]),
        ...codes([0], 17),
        [0x1ff, 9],
      ],
    ],
  ])('of %s is damaged, and silent', async (_, fields) => {
    const silence = Array.from({ length: 8 }, () => 0)
    expect(decodeOne(await open(alacConfig(16, 2)), bits(...fields))).toEqual({
      channels: [silence, silence],
      isDamaged: true,
    })
  })

  it('is damaged if it is cut anywhere before its end', async () => {
    for (const { config, packets } of signals) {
      const decoder = await open(Uint8Array.fromBase64(config))
      const packet = Uint8Array.fromBase64(packets[1] ?? '')
      expect(decoder.decode(packet).isDamaged).toBe(false)
      for (let bytes = 0; bytes < packet.byteLength - 1; bytes++) {
        expect(decoder.decode(packet.subarray(0, bytes)).isDamaged).toBe(true)
      }
    }
  })
})

it.each<[what: string, config: Uint8Array, reason: string]>([
  ['fewer bytes', alacConfig(16, 2).subarray(1), 'damaged'],
  ['no channels', alacConfig(16, 0), 'damaged'],
  ['no samples', alacConfig(16, 2, 0), 'damaged'],
  ['nine channels', alacConfig(16, 9), 'unsupported'],
  ['8 bits', alacConfig(8, 2), 'unsupported'],
  ['another version', alacConfig(16, 2, 8, 1), 'unsupported'],
  ['packets that are too long', alacConfig(16, 2, 65_537), 'unsupported'],
])('does not open %s', async (_, config, reason) => {
  await expect(open(config)).rejects.toMatchObject({ reason })
})

describe('any bytes are sound', () => {
  it.each([
    [16, 1],
    [24, 2],
    [32, 6],
  ])('of %d bits, %d channels', async (width, channels) => {
    survivesAnything(await open(alacConfig(width, channels, 64)))
  })

  it('with the header of an element in front', async () => {
    const header = bits(...elementHeader({ tag: pair, samples: 64 }))
    const packet = fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.from([...header, ...rest]))
    survivesAnything(await open(alacConfig(16, 2, 64)), 1, packet)
  })

  it.each(signals)('that were a packet of $bits bits, $channels channels', async ({ config, packets }) => {
    const whole = Uint8Array.fromBase64(packets[1] ?? '')
    const change = fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255))
    const changed = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
      const copy = Uint8Array.from(whole)
      for (const [at, byte] of changes) copy[at] = byte
      return copy
    })
    survivesAnything(await open(Uint8Array.fromBase64(config)), 1, changed)
  })
})
