import { describe, expect, it } from 'vitest'
import { openAac } from '../../../src/sound/aac/openAac.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { BitWriter } from './bitWriter.ts'
import { streams } from './streams.ts'

function open(config: string, channels = 2): Promise<Decoder> {
  const coding = { codec: 'aac' as const, config: new BitWriter().text(config).bytes() }
  return openAac({ coding, sampleRate: 44100, channels, skipSamples: 0 })
}
const lc = '00010 0100'
const packet = (written: string): Uint8Array => new BitWriter().text(written).bytes()

// A channel's frame without a coded band: gain, a long window, no pulses, TNS, gain control.
const silentChannel = '00000000 0 00 0 000000 0 000'
const single = `000 0000 ${silentChannel}`
const pair = `001 0000 0 ${silentChannel} ${silentChannel}`
// A channel with one band of noise: 9 bits of its level.
const loudChannel = '10000000 0 00 0 000001 0 1101 00001 100000000 000'
const end = '111'

describe('openAac', () => {
  // The levels are those of ffmpeg (astats), in its order of channels, which is that of these files too.
  it.each<[string, string, number, number[]]>([
    ['transients.aac', 'L R', 44100, [-13.591102, -23.181906]],
    ['joint.aac', 'L R', 44100, [-20.735995, -20.739906]],
    ['main.aac', 'L R', 44100, [-12.006445, -13.603083]],
    ['other.aac', 'L R', 32000, [-22.80075, -9.280519]],
    [
      'listed.aac',
      'L R C Ls Rs Lb Rb Cb',
      48000,
      [-16.301762, -16.583331, -16.721139, -16.431267, -16.366658, -16.435801, -16.676925, -16.627054],
    ],
  ])('decodes %s', async (name, speakers, sampleRate, levels) => {
    const { packets, track } = streams.get(name)!
    const decoder = await openAac(track)
    const energies = levels.map(() => 0)
    for (const bytes of packets) {
      const { channels, samples, isDamaged } = decoder.decode(bytes)
      expect({ channels: channels.length, samples, isDamaged }).toEqual({
        channels: levels.length,
        samples: 1024,
        isDamaged: false,
      })
      for (const [channel, values] of channels.entries()) {
        for (const value of values) energies[channel]! += value * value
      }
    }
    expect({ speakers: decoder.speakers.join(' '), rate: decoder.sampleRate }).toEqual({
      speakers,
      rate: sampleRate,
    })
    for (const [channel, energy] of energies.entries()) {
      expect(10 * Math.log10(energy / (packets.length * 1024))).toBeCloseTo(levels[channel]!, 4)
    }
    expect(decoder.isCoreOnly).toBe(false)
    expect(decoder.flush().samples).toBe(0)
    decoder.close()
  })

  it('gives frames of 960 samples', async () => {
    const decoder = await open(`${lc} 0001 100`)
    expect(decoder.decode(packet(`000 0000 ${loudChannel} ${end}`))).toMatchObject({
      samples: 960,
      isDamaged: false,
    })
  })

  it('gives what a frame keeps for the next one', async () => {
    const decoder = await open(`${lc} 0001 000`)
    const peak = (written: string): number =>
      Math.max(...decoder.decode(packet(written)).channels[0]!.map(Math.abs))
    expect(peak(`000 0000 ${loudChannel} ${end}`)).toBeGreaterThan(0)
    expect(peak(`${single} ${end}`)).toBeGreaterThan(0)
    expect(peak(`${single} ${end}`)).toBe(0)
  })

  it('is silent for a damaged frame, and for what it would have overlapped with', async () => {
    const decoder = await open(`${lc} 0001 000`)
    const loud = packet(`000 0000 ${loudChannel} ${end}`)
    decoder.decode(loud)
    const damaged = decoder.decode(loud.subarray(0, 4))
    expect(damaged).toMatchObject({ samples: 1024, isDamaged: true })
    expect(damaged.channels[0]!.every((value) => value === 0)).toBe(true)
    expect(decoder.decode(packet(`${single} ${end}`)).channels[0]!.every((value) => value === 0)).toBe(true)
    expect(decoder.decode(loud)).toMatchObject({ isDamaged: false })
  })

  it('knows the extension of HE-AAC when it sees one', async () => {
    const decoder = await open(`${lc} 0001 000`)
    decoder.decode(packet(`${single} 110 0001 0000 0000 ${end}`))
    expect(decoder.isCoreOnly).toBe(false)
    decoder.decode(packet(`${single} 110 0001 1101 0000 ${end}`))
    expect(decoder.isCoreOnly).toBe(true)
  })
})

describe('the elements of a frame', () => {
  const coupling = `010 0000 0 000 1 0000 11 0 0 00 ${silentChannel} 0`
  it.each<[string, string, boolean]>([
    ['a pair', `${pair} ${end}`, true],
    ['data, and a pair', `100 0000 0 00000010 ${'10'.repeat(8)} ${pair} ${end}`, true],
    ['padding behind a pair', `${pair} 110 0010 0000 0000 0000 0000 ${end}`, true],
    ['much padding', `${pair} 110 1111 00000010 ${'0'.repeat(128)} ${end}`, true],
    ['sound that is coupled to both', `${coupling} ${pair} ${end}`, true],
    [
      'a list of channels',
      `101 0000 01 0100 0001 0000 0000 00 000 0000 000 1 0000 ${'0'.repeat(14)} ${pair} ${end}`,
      true,
    ],
    ['nothing', '', false],
    ['no end', pair, false],
    ['no channel', end, false],
    ['padding beyond the end', `${pair} 110 1110 ${end}`, false],
    ['a pair too many', `${pair} ${pair} ${end}`, false],
    ['a channel that the track lacks', `${single} ${end}`, false],
    ['prediction in LC', `001 0000 1 0 00 0 000000 1 0 ${end}`, false],
    ['a reserved mask', `001 0000 1 0 00 0 000000 0 11 ${end}`, false],
    ['gain control', `001 0000 0 ${silentChannel.replace(/0$/, '1')}`, false],
    ['more elements than any frame has', `${'110 0000 '.repeat(65)} ${pair} ${end}`, false],
  ])('%s: %s', async (_, written, isWhole) => {
    const decoder = await open(`${lc} 0010 000`)
    expect(decoder.decode(packet(written)).isDamaged).toBe(!isWhole)
  })

  it('takes a single channel for low frequencies, as some encoders write them', async () => {
    const decoder = await open(`${lc} 0110 000`)
    expect(decoder.decode(packet(`${single} ${pair} ${pair} ${single} ${end}`)).isDamaged).toBe(false)
  })

  it('is silent where a channel is left out', async () => {
    const decoder = await open(`${lc} 0011 000`)
    decoder.decode(packet(`000 0000 ${loudChannel} ${pair} ${end}`))
    decoder.decode(packet(`${pair} ${end}`))
    const { channels, isDamaged } = decoder.decode(packet(`${pair} ${end}`))
    expect(isDamaged).toBe(false)
    expect(channels[0]!.every((value) => value === 0)).toBe(true)
  })
})
