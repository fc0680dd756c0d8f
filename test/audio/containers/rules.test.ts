/** The rules of the surveys that are pure: genres, blocks, packets, and how many entries a box can have. */
import { describe, expect, it } from 'vitest'
import { readGenre } from '../../../src/audio/containers/genres.ts'
import { checkCounts } from '../../../src/audio/containers/mp4Counts.ts'
import { opusPacketSamples } from '../../../src/audio/containers/packets.ts'
import {
  countSamples,
  fixedSamples,
  gsmInWav,
  ima4,
  imaAdpcm,
  msAdpcm,
} from '../../../src/audio/containers/sampleBlocks.ts'
import { readFormat } from '../../../src/audio/containers/wavFormat.ts'
import { concatenated, uint16le, uint32le, uint32 } from '../../support/bytes.ts'

describe('a genre of ID3', () => {
  it.each([
    ['(12)Soundtrack', 'Soundtrack'],
    ['(24)', 'Soundtrack'],
    ['17', 'Rock'],
    ['(4)(23)', 'Disco'],
    ['(4)Eurodisco', 'Eurodisco'],
    ['(RX)', 'Remix'],
    ['(CR)', 'Cover'],
    ['((Odd)', '(Odd)'],
    ['R&B/Soul', 'R&B/Soul'],
    ['80s', '80s'],
    ['255', undefined],
    ['RX', 'Remix'],
    ['CR', 'Cover'],
    ['(999)', undefined],
    ['(live)', '(live)'],
    [' ', undefined],
  ])('%j is %j', (text, genre) => {
    expect(readGenre(text)).toBe(genre)
  })
})

describe('blocks of compressed sound', () => {
  it.each([
    ['MS ADPCM, mono', msAdpcm(1, 256), 256 * 2, 500 * 2],
    ['MS ADPCM, stereo, a part of a block', msAdpcm(2, 512), 512 + 114, 500 + 102],
    ['IMA ADPCM, mono', imaAdpcm(1, 256, 4), 256 * 3, 505 * 3],
    ['IMA ADPCM, less than a header', imaAdpcm(2, 512, 4), 7, 0],
    ['IMA ADPCM of 3 bits', imaAdpcm(1, 100, 3), 100, 257],
    ['ima4, stereo', ima4(2), 68 * 10 + 5, 640],
    ['GSM in WAV', gsmInWav(1), 65 * 4 + 64, 1280],
    ['samples of 12 bits', fixedSamples(1, 12), 3 * 5, 10],
    ['samples of 4 bits, stereo', fixedSamples(2, 4), 7, 7],
  ])('%s', (_, blocks, bytes, samples) => {
    expect(countSamples(bytes, blocks)).toBe(samples)
  })
})

describe('the bytes of an uncompressed sample in WAV', () => {
  it.each([
    [24, 6, 6],
    [24, 8, 8],
    [24, 0, 6],
    [16, 2, 4],
    [20, 6, 6],
    [8, 2, 2],
    [16, 5, 4],
    [32, 1000, 8],
  ])('%i bits in stereo, in blocks of %i: %i', (bits, declared, bytes) => {
    const header = concatenated(
      uint16le(1),
      uint16le(2),
      uint32le(8000),
      uint32le(1),
      uint16le(declared),
      uint16le(bits),
    )
    expect(readFormat(header).blocks).toEqual({ bytes, samples: 1 })
  })
})

describe('an Opus packet', () => {
  it.each([
    [[0x00], 480],
    [[0x18], 2880],
    [[0x60], 480],
    [[0x68], 960],
    [[0x80], 120],
    [[0xf8], 960],
    [[0xf9], 1920],
    [[0xfa], 1920],
    [[0xfb, 3], 2880],
    [[0xfb, 0x83], 2880],
    [[0xfb, 63], 5760],
    [[], 0],
  ])('%j has %i samples', (bytes, samples) => {
    expect(opusPacketSamples(Uint8Array.from(bytes))).toBe(samples)
  })
})

describe('the entries of a box', () => {
  const fileBytes = 10_000
  const full = (version: number, flags: number, ...numbers: number[]): Uint8Array =>
    concatenated(uint32(version * 2 ** 24 + flags), ...numbers.map(uint32))

  it.each<[string, Uint8Array, payloadBytes: number, most: boolean]>([
    ['stts', full(0, 0, 10), 88, true],
    ['stts', full(0, 0, 11), 88, false],
    ['stsc', full(0, 0, 3), 44, true],
    ['stsc', full(0, 0, 0xffffffff), 44, false],
    ['stsz', full(0, 0, 0, 5), 32, true],
    ['stsz', full(0, 0, 0, 6), 32, false],
    ['stsz', full(0, 0, 4, 2500), 12, true],
    ['stsz', full(0, 0, 4, 0xffffffff), 12, false],
    ['stz2', full(0, 0, 4, 8), 16, true],
    ['stz2', full(0, 0, 4, 9), 16, false],
    ['stz2', full(0, 0, 16, 2), 16, true],
    ['stz2', full(0, 0, 5, 2), 16, false],
    ['pssh', full(1, 0, 0, 0, 0, 0, 2), 24 + 32, true],
    ['pssh', full(1, 0, 0, 0, 0, 0, 3), 24 + 32, false],
    ['pssh', full(0, 0, 0, 0, 0, 0, 40), 24 + 32, false],
    ['keys', full(0, 0, 2), 24, true],
    ['keys', full(0, 0, 0x7fffffff), 24, false],
    ['trun', full(0, 0x101, 4, 0), 8 + 4 + 16, true],
    ['trun', full(0, 0xf00, 4), 8 + 60, false],
    ['trun', full(0, 0, 0xffffffff), 8, false],
    ['elst', full(1, 0, 1), 28, true],
    ['elst', full(1, 0, 2), 28, false],
    ['saiz', concatenated(full(0, 0), Uint8Array.of(0, 0, 0, 0, 9)), 17, false],
    ['sgpd', full(1, 0, 0, 2, 3), 16 + 6, true],
    ['sgpd', full(1, 0, 0, 2, 4), 16 + 6, false],
    ['sgpd', full(2, 0, 0, 1, 6), 16 + 6, true],
    ['sgpd', full(0, 0, 0, 7), 12 + 6, false],
    ['sidx', full(0, 0, 1, 1, 0, 0, 2), 48, true],
    ['sidx', full(0, 0, 1, 1, 0, 0, 3), 48, false],
    ['free', full(0, 0, 0xffffffff), 8, true],
    ['stts', full(0, 0), 4, false],
  ])('%s %j in %i bytes: %s', (type, head, payloadBytes, possible) => {
    const check = () => checkCounts(type, head, payloadBytes, fileBytes)
    if (possible) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ problem: 'damaged-audio' }))
  })
})
