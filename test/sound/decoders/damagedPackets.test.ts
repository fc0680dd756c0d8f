/** Packets that are cut, changed, empty and huge, in every decoder. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeAll, fileNames, readPackets } from './tracks.ts'
import { Undecodable } from '../../../src/sound/decoders/decoder.ts'
import { openDecoder } from '../../../src/sound/decoders/openDecoder.ts'
import type { SoundTrack } from '../../../src/audio/containers/sound.ts'

/** Numbers from 0 on, below `limit`, the same for a seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
type Random = ReturnType<typeof randomNumbers>

const changes: ((packet: Uint8Array, random: Random) => Uint8Array)[] = [
  (packet) => packet,
  // Some bits.
  (packet, random) => {
    const changed = packet.slice()
    for (let flips = 1 + random(20); flips > 0; flips--) changed[random(changed.length)]! ^= 1 << random(8)
    return changed
  },
  // All behind the header.
  (packet, random) => packet.map((byte, at) => (at < 4 ? byte : random(256))),
  (packet, random) => packet.subarray(0, random(packet.length)),
  () => new Uint8Array(),
  (_packet, random) => new Uint8Array(random(100_000)).map(() => random(256)),
  (packet, random) => Uint8Array.of(...packet, ...new Uint8Array(random(5000)).map(() => random(256))),
]

const { SEED: seed } = z.object({ SEED: z.coerce.number() }).parse(env)

it.each(fileNames)(`%s, changed at random (SEED=${seed})`, async (name) => {
  const { track, packets } = readPackets(name)
  const random = randomNumbers(seed)
  for (let round = 0; round < 8; round++) {
    const decoder = await openDecoder(track)
    for (const packet of packets) {
      const changed = changes[random(changes.length)]!(packet, random)
      const { channels, samples } = decoder.decode(changed)
      expect(channels).toHaveLength(track.channels)
      for (const values of channels) {
        expect(values.length).toBeGreaterThanOrEqual(samples)
        expect(values.subarray(0, samples).every(Number.isFinite)).toBe(true)
      }
    }
    decoder.close()
  }
})

describe('after damage, sound goes on', () => {
  it.each<[name: string, maxDifference: number]>([
    ['flac-44k-stereo.flac', 0],
    ['mp2-48k-stereo.mp2', 1e-6],
    ['mp3-44k-stereo.mp3', 1e-6],
    ['vorbis-44k-stereo.ogg', 1e-6],
    // Its filters forget slowly.
    ['opus-stereo.opus', 0.02],
  ])('%s', async (name, maxDifference) => {
    const { track, packets } = readPackets(name)
    const damaged = packets[0]!.map((byte, at) => (at < 4 ? byte : ~byte))
    const [whole, mended] = [
      decodeAll(await openDecoder(track), packets),
      decodeAll(await openDecoder(track), [damaged, damaged.subarray(0, 30), new Uint8Array(), ...packets]),
    ]
    const length = Math.floor((whole.channels[0]?.length ?? 0) / 3)
    const differences = whole.channels.map((values, channel) =>
      values
        .slice(-length)
        .map((value, at) => Math.abs(value - mended.channels[channel]!.slice(-length)[at]!)),
    )
    expect(Math.max(...differences.map((values) => Math.max(...values)))).toBeLessThanOrEqual(maxDifference)
  })
})

it('an MP3 whose first frames lack the bits of those before is silent until it has them', async () => {
  const { track, packets } = readPackets('mp3-44k-stereo.mp3')
  const [whole, rest] = [
    decodeAll(await openDecoder(track), packets).channels[0]!,
    decodeAll(await openDecoder(track), packets.slice(9)).channels[0]!,
  ]
  expect([rest.length, rest.slice(0, 576).every((value) => value === 0)]).toEqual([
    whole.length - 9 * 1152,
    true,
  ])
  const differences = rest.slice(-9216).map((value, at) => Math.abs(value - whole.slice(-9216)[at]!))
  expect(Math.max(...differences)).toBeLessThan(1e-6)
})

describe('damage does not change how long sound is', () => {
  it.each<[name: string, damage: (packet: Uint8Array) => Uint8Array]>([
    ['flac-44k-stereo.flac', (packet) => packet.with(99, ~packet[99]!)],
    ['flac-44k-stereo.flac', (packet) => packet.subarray(0, -3)],
    ['mp3-44k-stereo.mp3', (packet) => packet.subarray(0, 50)],
    ['mp3-44k-stereo.mp3', (packet) => packet.map((byte, at) => (at < 4 ? byte : 0xff))],
    ['mp2-mpeg2-24k-mono.mp2', (packet) => packet.map((byte, at) => (at < 4 ? byte : 0xff))],
    // Three frames, and padding longer than the packet.
    ['opus-60ms-stereo.opus', (packet) => Uint8Array.of(packet[0]!, packet[1]! | 0x40, 0xff)],
  ])('%s', async (name, damage) => {
    const { track, packets } = readPackets(name)
    const lengthOf = async (some: Uint8Array[]) =>
      decodeAll(await openDecoder(track), some).channels[0]?.length
    const one = packets.map((packet, index) => (index === 1 ? damage(packet) : packet))
    expect(await lengthOf(one)).toBe(await lengthOf(packets))
  })
})

it('libopus breaks, and sound goes on', async () => {
  // A stereo frame of CELT, then two of SILK that make it divide by zero, in version 0.7.12 of the package.
  const breaking = [
    '3Ov09C2hdrqweZblZZs0LC8x4/rPT51oomKqmt1CkhguWThPBHJYYO8iHtbB5Ir5c1fKx/c32N12AevHm1WWh/mMp0+pIRi6osKl/XVH4uFu3d59PxOo/rWsS/okWBkefg==',
    'UiRUaYBwHqIXxJwjM9krP4nfRwHQJsAtTnA+TUrEEih7pY5OzhJNkBO5KJlnN8j7ZlYEZYeWi9QxioX2UMEeDZhMOBKyEazd7pDcj1y3eJNG7L/lenKcdd/LZNxBxB2yVjWEQVLETmCwH1Cw5XiCjzBRFm3HwxBo+94gSyvdoV6SJPmmSWbYcRRh8WnI/kF3W9r5KwF0lofbj85TDoFOX199dFKiFIPui3T/7Q==',
  ].map((text) => Uint8Array.fromBase64(text))
  const { track, packets } = readPackets('opus-stereo.opus')
  const decoder = await openDecoder(track)
  const results = breaking
    .map((packet) => decoder.decode(packet))
    .map(({ samples, isDamaged }) => [samples, isDamaged])
  expect(results).toEqual([
    [960, false],
    [3840, true],
  ])
  // A new decoder, so every sample is as if there had been no damage.
  const whole = decodeAll(await openDecoder(track), packets)
  expect(decodeAll(decoder, packets)).toEqual(whole)
})

describe('headers', () => {
  it.each(['vorbis-44k-stereo.ogg', 'vorbis-5.1.ogg', 'opus-5.1.opus', 'flac-44k-stereo.flac'])(
    `of %s, changed at random, are refused or decode (SEED=${seed})`,
    async (name) => {
      const { track, packets } = readPackets(name)
      const random = randomNumbers(seed)
      for (let round = 0; round < 40; round++) {
        const decoder = await openDecoder(withChangedHeader(track, random)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Undecodable)
        })
        for (const packet of packets) decoder?.decode(packet)
        decoder?.close()
      }
    },
  )

  it('Vorbis with other channels than its track has is damaged', async () => {
    const { track } = readPackets('vorbis-44k-stereo.ogg')
    await expect(openDecoder({ ...track, channels: 3 })).rejects.toMatchObject({ reason: 'damaged' })
  })
})

function withChangedHeader(track: SoundTrack, random: Random): SoundTrack {
  const changed = (header: Uint8Array) => changes[1 + random(3)]!(header, random)
  const { coding } = track
  if (coding.codec === 'opus') return { ...track, coding: { codec: 'opus', head: changed(coding.head) } }
  if (coding.codec === 'flac')
    return { ...track, coding: { ...coding, streamInfo: changed(coding.streamInfo) } }
  if (coding.codec !== 'vorbis') return track
  const [identification, setup] = [coding.identification, coding.setup]
  return random(3) === 0
    ? { ...track, coding: { codec: 'vorbis', identification: changed(identification), setup } }
    : { ...track, coding: { codec: 'vorbis', identification, setup: changed(setup) } }
}

it('hundreds of decoders, one after the other, fit in the memory of a Worker', async () => {
  const { track, packets } = readPackets('opus-stereo.opus')
  for (let opened = 0; opened < 300; opened++) {
    const decoder = await openDecoder(track)
    expect(decoder.decode(packets[0]!).samples).toBe(960)
    decoder.close()
  }
})
