/** Damaged frames: nothing throws, every value is finite, and each costs little time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openAac } from '../../../src/sound/aac/openAac.ts'
import { Undecodable } from '../../../src/sound/decoders/decoder.ts'
import { BitWriter } from './bitWriter.ts'
import { streams } from './streams.ts'

const names = [...streams.keys()]

type Change = { packet: number; at: number; how: 'flip' | 'cut' | 'fill' | 'random'; what: number }
const change = fc.record<Change>({
  packet: fc.nat(60),
  at: fc.nat(2000),
  how: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'fill', 'random'),
  what: fc.nat(255),
})

function changed(packet: Uint8Array, { at, how, what }: Change): Uint8Array {
  const place = at % (packet.byteLength + 1)
  if (how === 'cut') return packet.subarray(0, place)
  const copy = packet.slice()
  if (how === 'fill') copy.fill(what, place)
  else if (how === 'flip') copy[place] = (copy[place] ?? 0) ^ (1 << (what % 8))
  else
    for (let index = place; index < copy.byteLength; index++)
      copy[index] = (Math.imul(index + what, 2654435761) >>> 13) & 255
  return copy
}

function expectFinite(channels: Float32Array[]): void {
  for (const values of channels) {
    let sum = 0
    for (const value of values) sum += Math.abs(value)
    expect(sum).toBeLessThan(Infinity)
  }
}

describe('damaged frames', () => {
  it('give finite values, and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(change, { minLength: 1, maxLength: 20 }),
        async (name, changes) => {
          const { packets, track } = streams.get(name)!
          const damaged = [...packets]
          for (const one of changes) {
            const index = one.packet % packets.length
            damaged[index] = changed(damaged[index]!, one)
          }
          const decoder = await openAac(track)
          for (const packet of damaged) {
            const { channels, samples } = decoder.decode(packet)
            expect(samples).toBe(1024)
            expectFinite(channels)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('leave the frames after the next one as they were', async () => {
    const { packets, track } = streams.get('transients.aac')!
    const [whole, damaged] = [await openAac(track), await openAac(track)]
    const noiseless = packets.slice(0, 12)
    for (const [index, packet] of noiseless.entries()) {
      const expected = whole.decode(packet).channels[0]!.slice()
      const got = damaged.decode(index === 5 ? packet.subarray(0, 9) : packet)
      expect(got.isDamaged).toBe(index === 5)
      const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0)
      // Noise goes on otherwise, at the same level.
      if (index !== 5 && index !== 6) expect(energy(got.channels[0]!) / energy(expected)).toBeCloseTo(1, 0)
    }
  })

  it.each<[string, Uint8Array]>([
    ['zeros', new Uint8Array(65536)],
    ['ones', new Uint8Array(65536).fill(255)],
    ['empty padding', new BitWriter().text('110 0000 '.repeat(70_000)).bytes()],
    ['one byte too large', new Uint8Array(65537)],
    [
      'sections without end',
      new BitWriter().text(`001 0000 0 00000000 0 00 0 000001 0 ${'0001 00000 '.repeat(50_000)}`).bytes(),
    ],
  ])('cost little time: %s', async (_, packet) => {
    const decoder = await openAac(streams.get('joint.aac')!.track)
    const start = performance.now()
    for (let count = 0; count < 10; count++) expect(decoder.decode(packet).isDamaged).toBe(true)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('have configurations that are refused, or open', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(9), async (config, channels) => {
        try {
          const decoder = await openAac({
            coding: { codec: 'aac', config },
            sampleRate: 44100,
            channels,
            skipSamples: 0,
          })
          expect(decoder.speakers.length).toBeGreaterThan(0)
          expectFinite(decoder.decode(config).channels)
        } catch (error) {
          expect(error).toBeInstanceOf(Undecodable)
        }
      }),
      { numRuns: 500 },
    )
  })
})
