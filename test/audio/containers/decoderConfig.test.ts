/** What a decoder's configuration says of channels, rate and codec. */
import { describe, expect, it } from 'vitest'
import { readAudioSpecificConfig, readDescriptors } from '../../../src/audio/containers/decoderConfig.ts'
import { readAc3, readEac3 } from '../../../src/audio/containers/dolbyConfig.ts'

/** Without what a decoder must know. */
function factsOf(config: ReturnType<typeof readDescriptors>) {
  return typeof config === 'object' ? { ...config, decoded: undefined } : config
}

/** Bytes from numbers with their widths, the first bit first. */
function bits(...fields: [value: number, width: number][]): Uint8Array {
  const text = fields.map(([value, width]) => value.toString(2).padStart(width, '0')).join('')
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0')
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

describe('an AudioSpecificConfig', () => {
  const [lc, sbr, ps] = [2, 5, 29]
  const [at48, at44, at24, at22] = [3, 4, 6, 7]
  const general: [number, number][] = [
    [0, 1],
    [0, 1],
    [0, 1],
  ]

  it.each<[string, Uint8Array, codec: string, channels: number | undefined, rate: number | undefined]>([
    ['LC, mono', bits([lc, 5], [at48, 4], [1, 4], ...general), 'MPEG-4/AAC', 1, 48000],
    ['LC, 5.1', bits([lc, 5], [at44, 4], [6, 4], ...general), 'MPEG-4/AAC', 6, 44100],
    ['LC, 7.1', bits([lc, 5], [at44, 4], [7, 4], ...general), 'MPEG-4/AAC', 8, 44100],
    [
      'LC at a rate of its own',
      bits([lc, 5], [15, 4], [37800, 24], [2, 4], ...general),
      'MPEG-4/AAC',
      2,
      37800,
    ],
    ['a type beyond 31', bits([31, 5], [10, 6], [at48, 4], [2, 4]), 'MPEG-4/xHE-AAC', 2, 48000],
    [
      'SBR, in front',
      bits([sbr, 5], [at24, 4], [2, 4], [at48, 4], [lc, 5], ...general),
      'MPEG-4/HE-AAC',
      2,
      48000,
    ],
    [
      'SBR and PS, in front',
      bits([ps, 5], [at22, 4], [1, 4], [at44, 4], [lc, 5], ...general),
      'MPEG-4/HE-AACv2',
      2,
      44100,
    ],
    [
      'SBR, behind',
      bits([lc, 5], [at24, 4], [2, 4], ...general, [0x2b7, 11], [sbr, 5], [1, 1], [at48, 4]),
      'MPEG-4/HE-AAC',
      2,
      48000,
    ],
    [
      'SBR and PS, behind',
      bits(
        [lc, 5],
        [at24, 4],
        [1, 4],
        ...general,
        [0x2b7, 11],
        [sbr, 5],
        [1, 1],
        [at48, 4],
        [0x548, 11],
        [1, 1],
      ),
      'MPEG-4/HE-AACv2',
      2,
      48000,
    ],
    [
      'no SBR, behind',
      bits([lc, 5], [at44, 4], [2, 4], ...general, [0x2b7, 11], [sbr, 5], [0, 1]),
      'MPEG-4/AAC',
      2,
      44100,
    ],
    [
      'channels one by one: a pair, a centre and low frequencies',
      bits(
        [lc, 5],
        [at48, 4],
        [0, 4],
        ...general,
        [0, 4],
        [1, 2],
        [at48, 4],
        [2, 4],
        [0, 4],
        [0, 4],
        [1, 2],
        [0, 3],
        [0, 4],
        [0, 1],
        [0, 1],
        [0, 1],
        [0, 1],
        [0, 4],
        [1, 1],
        [0, 4],
        [0, 4],
      ),
      'MPEG-4/AAC',
      4,
      48000,
    ],
    ['nothing', new Uint8Array(), 'MPEG-4/AAC', undefined, undefined],
  ])('%s', (_, bytes, codec, channels, sampleRate) => {
    expect(factsOf(readAudioSpecificConfig(bytes))).toEqual({ codec, channels, sampleRate })
  })

  it('that is cut short is damage', () => {
    const cut = bits([ps, 5], [15, 4], [1, 4])
    expect(() => readAudioSpecificConfig(cut)).toThrow(expect.objectContaining({ problem: 'damaged-audio' }))
  })
})

describe('descriptors', () => {
  /** A descriptor with its length in one byte, or in four, as QuickTime writes it. */
  const descriptor = (tag: number, long: boolean, ...payload: number[]): number[] =>
    long ? [tag, 0x80, 0x80, 0x80, payload.length, ...payload] : [tag, payload.length, ...payload]
  const stream = (type: number, config: number[], long = false, flags: number[] = [0]): Uint8Array => {
    const decoder = descriptor(
      4,
      long,
      type,
      0x15,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...descriptor(5, long, ...config),
    )
    return Uint8Array.from(descriptor(3, long, 0, 1, ...flags, ...decoder))
  }
  const mono48 = [0x11, 0x88]

  it.each<[string, Uint8Array, unknown]>([
    ['AAC', stream(0x40, mono48), { codec: 'MPEG-4/AAC', channels: 1, sampleRate: 48000 }],
    [
      'AAC, long lengths',
      stream(0x40, mono48, true),
      { codec: 'MPEG-4/AAC', channels: 1, sampleRate: 48000 },
    ],
    [
      'AAC that depends on a stream',
      stream(0x40, mono48, false, [0x80, 0, 9]),
      { codec: 'MPEG-4/AAC', channels: 1, sampleRate: 48000 },
    ],
    ['MPEG-2 AAC', stream(0x67, mono48), { codec: 'MPEG-4/AAC', channels: 1, sampleRate: 48000 }],
    ['MP3', stream(0x6b, []), 'mpeg'],
    ['MPEG-2 audio', stream(0x69, []), 'mpeg'],
    ['Vorbis without headers', stream(0xdd, [1, 2, 3]), { codec: 'Vorbis' }],
    ['an unknown type', stream(0xc0, []), { codec: 'MPEG-4 object type 192' }],
    ['nothing', new Uint8Array(), undefined],
    ['another tag', Uint8Array.of(4, 0), undefined],
  ])('%s', (_, bytes, config) => {
    expect(factsOf(readDescriptors(bytes))).toEqual(config)
  })
})

describe('AC-3 and E-AC-3', () => {
  it.each([
    [7, 1, 6],
    [2, 0, 2],
    [1, 0, 1],
    [7, 0, 5],
  ])('mode %i, low frequencies %i: %i channels', (mode, low, channels) => {
    const ac3 = bits([0, 2], [8, 5], [0, 3], [mode, 3], [low, 1], [10, 5])
    expect(readAc3(ac3)).toEqual({ codec: 'AC-3', channels, sampleRate: 48000 })
    const eac3 = bits(
      [640, 13],
      [0, 3],
      [0, 2],
      [16, 5],
      [0, 1],
      [0, 1],
      [0, 3],
      [mode, 3],
      [low, 1],
      [0, 3],
      [0, 4],
      [0, 1],
    )
    expect(readEac3(eac3)).toEqual({ codec: 'E-AC-3', channels, sampleRate: 48000 })
  })

  it('has more channels with a dependent stream', () => {
    const eac3 = bits(
      [640, 13],
      [0, 3],
      [0, 2],
      [16, 5],
      [0, 1],
      [0, 1],
      [0, 3],
      [7, 3],
      [1, 1],
      [0, 3],
      [1, 4],
      [0b000000010, 9],
    )
    expect(readEac3(eac3).channels).toBe(8)
  })
})
