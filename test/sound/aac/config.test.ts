import { describe, expect, it } from 'vitest'
import { layoutOf, readProgram } from '../../../src/sound/aac/channelLayout.ts'
import { readConfig } from '../../../src/sound/aac/config.ts'
import { FrameBits } from '../../../src/sound/aac/frameBits.ts'
import { Undecodable } from '../../../src/sound/decoders/decoder.ts'
import { BitWriter } from './bitWriter.ts'

/** Type, sample rate, channels, and 1024 lines. */
const plain = (type: number, rateIndex: number, configuration: number): BitWriter =>
  new BitWriter().write(type, 5).write(rateIndex, 4).write(configuration, 4).text('000')

/** Pairs are marked. */
function program(front: string, side: string, back: string, low: number): BitWriter {
  const written = new BitWriter().write(0, 4 + 2 + 4)
  for (const list of [front, side, back]) written.write(list.length, 4)
  written
    .write(low, 2)
    .write(0, 3 + 4)
    .text('000')
  const tags = { pair: 0, single: 0 }
  for (const element of front + side + back) {
    const kind = element === 'P' ? 'pair' : 'single'
    written.write(kind === 'pair' ? 1 : 0, 1).write(tags[kind]++, 4)
  }
  for (let tag = 0; tag < low; tag++) written.write(tag, 4)
  return written.align().write(2, 8).write(0xabcd, 16)
}

describe('readConfig', () => {
  const stereo = { speakers: ['L', 'R'] }
  it.each<[string, BitWriter, object]>([
    [
      'LC',
      plain(2, 4, 2),
      { sampleRate: 44100, rateIndex: 4, frameSamples: 1024, isCoreOnly: false, isMain: false },
    ],
    [
      'LC of 960 lines',
      new BitWriter().text('00010 0011 0010 100'),
      { sampleRate: 48000, frameSamples: 960 },
    ],
    ['Main', plain(1, 3, 1), { isMain: true, layout: { speakers: ['M'] } }],
    [
      'a dependent core',
      new BitWriter().text('00010 0011 0010 01').write(77, 14).text('0'),
      { layout: stereo },
    ],
    [
      'HE-AAC',
      new BitWriter().text('00101 0110 0010 0011 00010 000'),
      { sampleRate: 24000, isCoreOnly: true },
    ],
    [
      'HE-AAC v2',
      new BitWriter().text('11101 0110 0001 0011 00010 000'),
      { layout: { speakers: ['M'] }, isCoreOnly: true },
    ],
    [
      'HE-AAC behind the rest',
      plain(2, 6, 2).write(0x2b7, 11).text('00101 1 0011'),
      { sampleRate: 24000, isCoreOnly: true },
    ],
    ['no HE-AAC behind the rest', plain(2, 6, 2).write(0x2b7, 11).text('00101 0'), { isCoreOnly: false }],
    [
      'a mark of HE-AAC a bit later',
      plain(2, 6, 2).text('0').write(0x2b7, 11).text('00101 1 0011'),
      { isCoreOnly: true },
    ],
    [
      'its own sample rate',
      new BitWriter().text('00010 1111').write(44000, 24).text('0010 000'),
      { sampleRate: 44000, rateIndex: 4 },
    ],
    [
      'its own low sample rate',
      new BitWriter().text('00010 1111').write(1000, 24).text('0010 000'),
      { sampleRate: 1000, rateIndex: 11 },
    ],
    ['no channels', plain(2, 4, 0), { isLayoutGuessed: true, layout: { speakers: ['C', 'L', 'R'] } }],
  ])('reads %s', (_, written, expected) => {
    const { layout, ...config } = readConfig(written.bytes(), 3)
    expect({ ...config, layout: { speakers: layout.speakers } }).toMatchObject(expected)
  })

  it('reads a list of channels', () => {
    // The list is aligned to bytes of the whole configuration.
    const list = '0000 01 0100 0010 0001 0000 01 000 0000 0 0 0  0 0000  1 0000  1 0001  0000'
    const written = plain(2, 4, 0).text(list).align().write(0, 8)
    const { layout, isLayoutGuessed } = readConfig(written.bytes(), 0)
    expect(layout.speakers).toEqual(['C', 'L', 'R', 'Ls', 'Rs', 'LFE'])
    expect(isLayoutGuessed).toBe(false)
  })

  it.each<[string, Uint8Array, number, Undecodable['reason']]>([
    ['nothing', new Uint8Array(), 2, 'damaged'],
    ['one byte', Uint8Array.of(0x12), 2, 'damaged'],
    ['a reserved sample rate', plain(2, 13, 2).bytes(), 2, 'damaged'],
    ['scalable sample rate', plain(3, 4, 2).bytes(), 2, 'unsupported'],
    ['long term prediction', plain(4, 4, 2).bytes(), 2, 'unsupported'],
    ['low delay', plain(23, 4, 2).bytes(), 2, 'unsupported'],
    ['xHE-AAC', new BitWriter().text('11111 001010 0100 0010 000').bytes(), 2, 'unsupported'],
    ['22.2 channels', plain(2, 4, 13).bytes(), 24, 'unsupported'],
    ['reserved channels', plain(2, 4, 8).bytes(), 2, 'unsupported'],
    ['channels that nothing counts', plain(2, 4, 0).bytes(), 0, 'unsupported'],
  ])('refuses %s', (_, config, channels, reason) => {
    let thrown: unknown
    try {
      readConfig(config, channels)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(Undecodable)
    expect(thrown).toMatchObject({ reason })
  })
})

describe('layoutOf', () => {
  it.each([
    [1, 'M'],
    [2, 'L R'],
    [3, 'C L R'],
    [4, 'C L R Cb'],
    [5, 'C L R Ls Rs'],
    [6, 'C L R Ls Rs LFE'],
    [7, 'C L R Ls Rs Lb Rb LFE'],
    [11, 'C L R Ls Rs Cb LFE'],
    [12, 'C L R Ls Rs Lb Rb LFE'],
    [14, 'C L R Ls Rs LFE other other'],
  ])('configuration %i is %s', (configuration, speakers) => {
    expect(layoutOf(configuration)?.speakers.join(' ')).toBe(speakers)
  })
})

describe('readProgram', () => {
  it.each([
    ['S', '', '', 0, 'M'],
    ['P', '', '', 0, 'L R'],
    ['SP', '', '', 0, 'C L R'],
    ['P', '', 'P', 0, 'L R Ls Rs'],
    ['SP', '', 'P', 1, 'C L R Ls Rs LFE'],
    ['SP', 'P', 'P', 1, 'C L R Ls Rs Lb Rb LFE'],
    ['SPP', 'P', '', 1, 'C Lc Rc L R Ls Rs LFE'],
    ['PS', 'S', 'P', 0, 'L R C LFE Ls Rs'],
    ['SP', '', 'PS', 0, 'C L R Ls Rs Cb'],
    ['SSSS', '', '', 0, 'C other other other'],
  ])('front %s, side %s, back %s, low %i is %s', (front, side, back, low, speakers) => {
    const bits = new FrameBits()
    bits.load(program(front, side, back, low).bytes())
    expect(readProgram(bits).speakers.join(' ')).toBe(speakers)
    expect(bits.left).toBe(0)
  })
})
