/** What decoders give for whole packets, compared with ffmpeg's, and with the MD5 that a FLAC has of its samples. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeAll, decodeFile, readPackets, soundFile, type Sound } from './tracks.ts'
import { Undecodable } from '../../../src/sound/decoders/decoder.ts'
import { openDecoder } from '../../../src/sound/decoders/openDecoder.ts'
import type { Speaker } from '../../../src/sound/speakers.ts'

/** ffmpeg's order of channels. */
const nativeOrder: Record<number, Speaker[]> = {
  1: ['M'],
  2: ['L', 'R'],
  3: ['L', 'R', 'C'],
  6: ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
}
/** `encode.mjs` keeps every so manieth sample. */
const every = 16

/** dB of the reference over its difference from what was decoded, of the worst channel. */
function signalToNoise(name: string, { speakers, channels }: Sound): number {
  const kept = new Float32Array(soundFile(`${name}.f32`).buffer)
  const order = nativeOrder[speakers.length] ?? []
  const ratios = channels.map((values, channel) => {
    const speaker = speakers[channel]
    // ffmpeg takes three channels for those of Vorbis, whatever they are: left, centre, right.
    const place = speaker === 'other' ? [0, 2, 1][channel]! : order.indexOf(speaker!)
    let signal = 0
    let noise = 0
    for (let at = 0; at * order.length < kept.length; at++) {
      const expected = kept[at * order.length + place] ?? Number.NaN
      signal += expected ** 2
      noise += (expected - (values[at * every] ?? 0)) ** 2
    }
    return 10 * Math.log10(signal / noise)
  })
  return Math.min(...ratios)
}

describe('sound is that of ffmpeg, from the very first sample on', () => {
  it.each<[name: string, sampleRate: number, samples: number, minDecibels: number]>([
    ['mp3-44k-stereo.mp3', 44_100, 24_192, 110],
    ['mp3-48k-mono.mp3', 48_000, 25_344, 110],
    ['mp3-mpeg2-22k-stereo.mp3', 22_050, 12_672, 110],
    ['mp3-mpeg2.5-8k-mono.mp3', 8000, 5184, 110],
    ['mp2-48k-stereo.mp2', 48_000, 24_192, 110],
    ['mp2-mpeg2-24k-mono.mp2', 24_000, 12_672, 110],
    ['layer1-48k-stereo.mp1', 48_000, 15_360, 110],
    ['vorbis-44k-stereo.ogg', 44_100, 22_144, 110],
    ['vorbis-16k-mono.ogg', 16_000, 8192, 110],
    ['vorbis-5.1.ogg', 48_000, 24_064, 110],
    ['opus-stereo.opus', 48_000, 24_960, 80],
    ['opus-speech-mono.opus', 48_000, 24_960, 80],
    ['opus-hybrid-mono.opus', 48_000, 24_960, 80],
    ['opus-60ms-stereo.opus', 48_000, 25_920, 80],
    ['opus-5.1.opus', 48_000, 24_960, 80],
    ['opus-discrete.opus', 48_000, 24_960, 80],
  ])('%s', async (name, sampleRate, samples, minDecibels) => {
    const sound = await decodeFile(name)
    expect([sound.sampleRate, sound.channels[0]?.length, sound.damagedPackets]).toEqual([
      sampleRate,
      samples,
      0,
    ])
    expect(signalToNoise(name, sound)).toBeGreaterThan(minDecibels)
  })
})

/** The MD5 of samples as integers, interleaved, in as few bytes as they need (RFC 9639 §8.2). */
function md5({ channels }: Sound, bits: number): string {
  const bytes = Math.ceil(bits / 8)
  const length = channels[0]?.length ?? 0
  const data = Buffer.alloc(length * channels.length * bytes)
  for (const [channel, values] of channels.entries()) {
    for (const [at, value] of values.entries()) {
      data.writeIntLE(value * 2 ** (bits - 1), (at * channels.length + channel) * bytes, bytes)
    }
  }
  return createHash('md5').update(data).digest('hex')
}

describe('FLAC is exact', () => {
  it.each<[name: string, bits: number, speakers: string]>([
    ['flac-16k-mono.flac', 16, 'M'],
    ['flac-44k-stereo.flac', 16, 'L R'],
    ['flac-96k-24-bits.flac', 24, 'L R'],
    ['flac-5.1.flac', 16, 'L R C LFE Ls Rs'],
    ['flac-8-bits.flac', 8, 'L R'],
    ['flac-12-bits.flac', 12, 'L R'],
    ['flac-20-bits.flac', 20, 'L R'],
  ])('%s', async (name, bits, speakers) => {
    const sound = await decodeFile(name)
    expect([sound.speakers.join(' '), sound.damagedPackets]).toEqual([speakers, 0])
    const { track } = readPackets(name)
    const streamInfo = track.coding.codec === 'flac' ? track.coding.streamInfo : new Uint8Array()
    expect(md5(sound, bits)).toBe(Buffer.from(streamInfo.subarray(18)).toString('hex'))
  })

  it('to the 24 bits of a float where samples have 32', async () => {
    const [fine, coarse] = [await decodeFile('flac-32-bits.flac'), await decodeFile('flac-20-bits.flac')]
    expect([fine.damagedPackets, fine.channels[0]?.length]).toEqual([0, 4800])
    for (const [channel, values] of fine.channels.entries()) {
      // The same sound, rounded down to 20 bits.
      const steps = values.map((value, at) => (value - (coarse.channels[channel]?.[at] ?? 0)) * 2 ** 19)
      expect([Math.min(...steps) >= 0, Math.max(...steps) <= 1, Math.max(...steps) > 0.9]).toEqual([
        true,
        true,
        true,
      ])
    }
  })
})

describe('Opus', () => {
  const speakers = async (name: string) => (await decodeFile(name)).speakers.join(' ')

  it('has the speakers of its mapping family', async () => {
    expect(await speakers('opus-speech-mono.opus')).toBe('M')
    expect(await speakers('opus-stereo.opus')).toBe('L R')
    expect(await speakers('opus-5.1.opus')).toBe('L C R Ls Rs LFE')
    expect(await speakers('opus-discrete.opus')).toBe('other other other')
  })

  it('gets the gain of its header', async () => {
    const { track, packets } = readPackets('opus-stereo.opus')
    const plain = await decodeFile('opus-stereo.opus')
    if (track.coding.codec !== 'opus') throw new Error('not Opus')
    const head = track.coding.head.slice()
    // In 256ths of a dB.
    new DataView(head.buffer).setInt16(16, -6.5 * 256, true)
    const quiet = decodeAll(await openDecoder({ ...track, coding: { codec: 'opus', head } }), packets)
    const [before = 0, after = 0] = [plain, quiet].map(({ channels }) => channels[0]?.[9000])
    expect(after / before).toBeCloseTo(10 ** (-6.5 / 20), 5)
  })

  it.each<[why: string, change: (head: Uint8Array) => Uint8Array, reason: string]>([
    ['a cut header', (head) => head.subarray(0, 18), 'damaged'],
    ['no channels', (head) => head.with(9, 0), 'damaged'],
    [
      'nine channels of family 1',
      (head) => Uint8Array.of(...head.with(9, 9).with(18, 1), 9, 0, ...range(9)),
      'damaged',
    ],
    [
      'a mapping to a stream that is not there',
      (head) => Uint8Array.of(...head.with(18, 1), 1, 1, 0, 2),
      'damaged',
    ],
    ['a cut mapping', (head) => Uint8Array.of(...head.with(18, 1), 1, 1, 0), 'damaged'],
    [
      'more coupled streams than streams',
      (head) => Uint8Array.of(...head.with(18, 1), 1, 2, 0, 1),
      'damaged',
    ],
    ['an ambisonic family', (head) => Uint8Array.of(...head.with(18, 2), 1, 1, 0, 1), 'unsupported'],
  ])('is refused with %s', async (_why, change, reason) => {
    const { track } = readPackets('opus-stereo.opus')
    const head = track.coding.codec === 'opus' ? change(track.coding.head) : new Uint8Array()
    const opening = openDecoder({ ...track, coding: { codec: 'opus', head } })
    await expect(opening).rejects.toThrow(Undecodable)
    await expect(opening).rejects.toMatchObject({ reason })
  })

  it.each([9, 64, 255])('decodes %i channels', async (channels) => {
    const { track, packets } = readPackets('opus-stereo.opus')
    const start = track.coding.codec === 'opus' ? track.coding.head.with(9, channels).with(18, 255) : []
    // All of them are the two of one stream.
    const head = Uint8Array.of(...start, 1, 1, ...range(channels).map((channel) => channel % 2))
    const sound = decodeAll(await openDecoder({ ...track, coding: { codec: 'opus', head } }), packets)
    const plain = await decodeFile('opus-stereo.opus')
    expect(sound.channels.at(-1)).toEqual(plain.channels[(channels - 1) % 2])
  })
})

const range = (length: number) => Array.from({ length }, (_, index) => index)

describe('a file of MPEG audio', () => {
  it('may change between mono and stereo', async () => {
    const mono = readPackets('mp3-48k-mono.mp3')
    const stereo = readPackets('mp2-48k-stereo.mp2')
    const packets = [...mono.packets, ...stereo.packets]
    const asMono = decodeAll(await openDecoder(mono.track), packets)
    const asStereo = decodeAll(await openDecoder(stereo.track), packets)
    expect([asMono.channels.length, asStereo.channels.length]).toEqual([1, 2])
    const [left, right] = asStereo.channels
    expect(left?.slice(0, 20_000)).toEqual(right?.slice(0, 20_000))
    expect(asMono.channels[0]?.at(-5000)).toBeCloseTo(
      ((left?.at(-5000) ?? 0) + (right?.at(-5000) ?? 0)) / 2,
      6,
    )
  })
})
