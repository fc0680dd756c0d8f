/** The rules of packets that are pure: how blocks, frames and samples are told apart, and what their decoder must know. */
import { describe, expect, it } from 'vitest'
import { adtsConfig, rawDataBlocks } from '../../../src/audio/containers/adtsBlocks.ts'
import { soundOfCoding } from '../../../src/audio/containers/codings.ts'
import { opusHeadOf, preSkipOf, vorbisCoding } from '../../../src/audio/containers/decoderHeaders.ts'
import { placesIn, sampleSize } from '../../../src/audio/containers/mp4Stretches.ts'
import { fixedSamples, ima4, imaAdpcm } from '../../../src/audio/containers/sampleBlocks.ts'
import { cutBlocks } from '../../../src/audio/containers/soundPackets.ts'
import { readFormat } from '../../../src/audio/containers/wavFormat.ts'
import { decodedOf } from '../../../src/audio/containers/webmCodings.ts'
import { framesOf } from '../../../src/audio/containers/webmLacing.ts'
import { bytesOf, concatenated, uint16le, uint32le } from '../../support/bytes.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('a block of Matroska', () => {
  const track = [0x81, 0, 0]
  it.each<[string, number[], number[][]]>([
    ['one frame', [0x80, 1, 2, 3], [[1, 2, 3]]],
    ['Xiph lacing', [0x02, 2, 1, 2, 9, 8, 8, 7, 7, 7], [[9], [8, 8], [7, 7, 7]]],
    [
      'fixed lacing',
      [0x04, 1, 9, 9, 8, 8],
      [
        [9, 9],
        [8, 8],
      ],
    ],
    ['EBML lacing', [0x06, 2, 0x82, 0xbe, 9, 9, 8, 7, 7], [[9, 9], [8], [7, 7]]],
    ['a length beyond the block', [0x02, 2, 1, 200, 9, 8], [[9]]],
    ['lengths that are cut short', [0x02, 200, 1], []],
    ['a difference below 0', [0x06, 2, 0x81, 0x80, 9, 8, 8], [[9]]],
  ])('%s', (_, block, frames) => {
    expect(framesOf(bytes(...track, ...block)).map((frame) => [...frame])).toEqual(frames)
  })
})

describe('a frame of ADTS', () => {
  const header = (isProtected: boolean, others: number) => [
    0xff,
    isProtected ? 0xf0 : 0xf1,
    0x50,
    0x80,
    0,
    0,
    others,
  ]

  it.each<[string, number[], number[][]]>([
    ['one block', [...header(false, 0), 1, 2], [[1, 2]]],
    ['one block with a checksum', [...header(true, 0), 0, 0, 1, 2], [[1, 2]]],
    ['two blocks with checksums', [...header(true, 1), 0, 4, 0, 0, 1, 2, 0, 0, 3, 0, 0], [[1, 2], [3]]],
    ['two blocks without', [...header(false, 1), 1, 2, 3], []],
    ['a position beyond the frame', [...header(true, 1), 9, 9, 0, 0, 1, 2], [[1, 2]]],
  ])('%s', (_, frame, blocks) => {
    expect(rawDataBlocks(bytes(...frame)).map((block) => [...block])).toEqual(blocks)
  })

  it('declares a configuration', () => {
    expect([...adtsConfig(bytes(...header(false, 0), 1, 2))]).toEqual([0x12, 0x10])
  })

  it('lists its channels in its first block', () => {
    // Six channels that no number stands for, as ffmpeg writes them, and as it copies their list to MP4.
    const frame = Uint8Array.fromHex('fff14c007d7ffca0990100040110800d4c61766335392e33372e313030de0200')
    expect(adtsConfig(frame).toHex()).toBe('118004c8080020088400')
  })
})

describe('pieces of whole blocks', () => {
  it.each([
    ['samples of 6 bytes', 40_000, fixedSamples(2, 24), [16_380, 16_380, 7236]],
    ['a half sample', 5, fixedSamples(1, 16), [4]],
    ['a part of a block of ADPCM', 300, imaAdpcm(1, 256, 4), [256, 44]],
    ['less than the header of such a block', 259, imaAdpcm(1, 256, 4), [256]],
    ['blocks longer than a piece', 65_536, imaAdpcm(2, 32_768, 4), [32_768, 32_768]],
    ['nothing', 0, fixedSamples(1, 8), []],
  ])('%s', (_, length, blocks, pieces) => {
    const places = [...cutBlocks(100, length, blocks)]
    expect(places.map((place) => place.bytes)).toEqual(pieces)
    expect(places.map(({ at }) => at)).toEqual(pieces.map((__, index) => 100 + sum(pieces.slice(0, index))))
  })
})

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

describe('the samples of MP4', () => {
  it('follow each other within a chunk', () => {
    const chunks = [
      { at: 100, count: 2, sizes: Uint32Array.of(7, 8) },
      { at: 50, count: 2, sizes: 3 },
    ]
    const places = [...placesIn(chunks, undefined)].map(({ at, bytes: length }) => [at, length])
    expect(places).toEqual([
      [100, 7],
      [107, 8],
      [50, 3],
      [53, 3],
    ])
  })

  it.each([
    [4, fixedSamples(2, 16), 4],
    [1, fixedSamples(2, 16), 4],
    [4096, fixedSamples(2, 16), 4096],
    [5, fixedSamples(2, 16), 4],
    [0, fixedSamples(2, 16), 0],
    [34, ima4(1), 34],
    [1, ima4(1), 34 / 64],
    [100, undefined, 100],
  ])('have a size of %i as their table declares it, in %o: %d', (declared, blocks, size) => {
    expect(sampleSize(declared, blocks)).toBe(size)
  })

  it('are cut anew if they are blocks of one size', () => {
    const places = [...placesIn([{ at: 100, count: 10_000, sizes: 4 }], fixedSamples(2, 16))]
    expect(places.map((place) => place.bytes)).toEqual([16_384, 16_384, 7232])
  })
})

describe('a coding by four characters', () => {
  const pcm = (type: string, length: number, bigEndian: boolean) => ({
    codec: 'pcm',
    sample: { type, bytes: length, bigEndian },
  })

  it.each<[string, number, boolean | undefined, unknown]>([
    ['NONE', 16, undefined, pcm('signed', 2, true)],
    ['NONE', 12, undefined, pcm('signed', 2, true)],
    ['NONE', 40, undefined, undefined],
    ['sowt', 16, undefined, pcm('signed', 2, false)],
    ['twos', 8, undefined, pcm('signed', 1, true)],
    ['raw ', 8, undefined, pcm('unsigned', 1, true)],
    ['in24', 16, undefined, pcm('signed', 3, true)],
    ['in24', 16, true, pcm('signed', 3, false)],
    ['42ni', 16, undefined, pcm('signed', 3, false)],
    ['FL64', 64, undefined, pcm('float', 8, true)],
    ['ULAW', 16, undefined, { codec: 'mulaw' }],
    ['alaw', 16, undefined, { codec: 'alaw' }],
    ['ima4', 16, undefined, { codec: 'ima-adpcm', layout: 'quicktime', blockBytes: 68, bits: 4 }],
    ['GSM ', 0, undefined, undefined],
    ['MAC3', 0, undefined, undefined],
  ])('%s of %i bits', (name, bits, isLittleEndian, coding) => {
    expect(soundOfCoding(name, 2, bits, isLittleEndian)).toEqual(coding)
  })
})

describe('a codec of WAV', () => {
  const format = (tag: number, blockBytes: number, bits: number, ...more: Uint8Array[]) =>
    readFormat(
      concatenated(
        uint16le(tag),
        uint16le(1),
        uint32le(8000),
        uint32le(8000),
        uint16le(blockBytes),
        uint16le(bits),
        ...more,
      ),
    ).coding

  it.each<[string, ReturnType<typeof format>, unknown]>([
    ['8 bits', format(1, 1, 8), { codec: 'pcm', sample: { type: 'unsigned', bytes: 1, bigEndian: false } }],
    [
      '24 bits in 4 bytes',
      format(1, 4, 24),
      { codec: 'pcm', sample: { type: 'signed', bytes: 4, bigEndian: false } },
    ],
    ['48 bits', format(1, 6, 48), undefined],
    [
      'floats of 64 bits',
      format(3, 8, 64),
      { codec: 'pcm', sample: { type: 'float', bytes: 8, bigEndian: false } },
    ],
    ['floats of 16 bits', format(3, 2, 16), undefined],
    [
      'IMA ADPCM of 3 bits',
      format(0x11, 256, 3),
      { codec: 'ima-adpcm', layout: 'wav', blockBytes: 256, bits: 3 },
    ],
    [
      'MS ADPCM with pairs of its own',
      format(2, 256, 4, uint16le(8), uint16le(500), uint16le(1), uint16le(256), uint16le(0xff00)),
      { codec: 'ms-adpcm', blockBytes: 256, coefficients: [[256, -256]] },
    ],
    [
      'MS ADPCM without pairs of its own',
      format(2, 256, 4),
      { codec: 'ms-adpcm', blockBytes: 256, coefficients: [] },
    ],
    ['G.726', format(0x45, 1, 4), undefined],
  ])('%s', (_, coding, expected) => {
    expect(coding).toEqual(expected)
  })
})

describe('the headers of', () => {
  it('Opus, from dOps', () => {
    const head = opusHeadOf(bytes(0, 2, 0x01, 0x38, 0, 0, 0xbb, 0x80, 0xff, 0x00, 0))
    expect(head).toEqual(
      concatenated(bytesOf('OpusHead'), bytes(1, 2, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0x00, 0xff, 0)),
    )
    expect(preSkipOf(head)).toBe(312)
    expect(preSkipOf(head.subarray(0, 10))).toBe(0)
  })

  it.each<[string, number[], unknown]>([
    [
      'Vorbis, from CodecPrivate',
      [2, 2, 1, 10, 11, 20, 30, 31],
      { codec: 'vorbis', identification: bytes(10, 11), setup: bytes(30, 31) },
    ],
    ['Vorbis that are cut short', [2, 2, 9, 10, 11], undefined],
    ['Vorbis that are not there', [], undefined],
  ])('%s', (_, config, coding) => {
    expect(vorbisCoding(bytes(...config))).toEqual(coding)
  })
})

describe('a codec of Matroska', () => {
  it.each<[string, number, unknown]>([
    [
      'PCM/INT/LIT',
      8,
      { coding: { codec: 'pcm', sample: { type: 'unsigned', bytes: 1, bigEndian: false } } },
    ],
    ['PCM/INT/BIG', 24, { coding: { codec: 'pcm', sample: { type: 'signed', bytes: 3, bigEndian: true } } }],
    ['MPEG/L3', 0, { coding: { codec: 'mpeg' } }],
    ['FLAC', 0, undefined],
    ['AC3', 0, undefined],
  ])('%s of %i bits', (codec, bits, decoded) => {
    expect(decodedOf(codec, new Uint8Array(), bits, 2)).toEqual(decoded)
  })
})
