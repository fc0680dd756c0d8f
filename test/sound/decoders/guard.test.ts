/** A decoder whose program may break. */
import { describe, expect, it } from 'vitest'
import { Undecodable, type Decoded } from '../../../src/sound/decoders/decoder.ts'
import { guard } from '../../../src/sound/decoders/guard.ts'

const given = (...values: number[]): Decoded => {
  const channel = Float32Array.from(values)
  return { channels: [channel, channel], samples: values.length, isDamaged: false }
}
const opened: number[] = []
const none = new Uint8Array()

/** Gives what its packets say: the results of one program, numbered from 1 on. */
function guarded(results: (program: number) => Decoded, samples = 3) {
  opened.length = 0
  return guard({
    speakers: ['L', 'R'],
    sampleRate: 48_000,
    open: () => {
      const program = opened.push(opened.length + 1)
      return { decode: () => results(program), flush: () => results(program) }
    },
    samplesOf: () => samples,
  })
}

const broken = () => {
  throw new WebAssembly.RuntimeError('unreachable')
}
const silent = (samples: number) => ({
  channels: [new Float32Array(samples), new Float32Array(samples)],
  samples,
  isDamaged: true,
})

describe('a packet', () => {
  it.each<[what: string, decode: () => Decoded, result: Decoded, programs: number]>([
    ['that is whole', () => given(0.5, -7), given(0.5, -7), 1],
    ['that breaks the program', broken, silent(3), 2],
    ['that gives NaN', () => given(0, Number.NaN), silent(3), 2],
    ['that gives infinity', () => given(0, -Infinity), silent(3), 2],
    ['that gives what is too loud', () => given(0, 1e6), silent(2), 1],
  ])('%s', (_what, decode, result, programs) => {
    const decoder = guarded(decode)
    expect([decoder.decode(none), opened.length]).toEqual([result, programs])
  })

  it('values behind its samples do not count', () => {
    const decoder = guarded(() => ({ ...given(1, Number.NaN), samples: 1 }))
    expect(decoder.decode(none).isDamaged).toBe(false)
  })
})

it('a new program goes on after one that broke', () => {
  const decoder = guarded((program) => (program === 1 ? broken() : given(program)))
  expect([decoder.decode(none), decoder.decode(none), decoder.flush()]).toEqual([
    silent(3),
    given(2),
    given(2),
  ])
})

it('after a hundred programs the rest is silent', () => {
  const decoder = guarded(broken)
  for (let packet = 0; packet < 1000; packet++) expect(decoder.decode(none)).toEqual(silent(3))
  expect([opened.length, decoder.flush()]).toEqual([100, silent(0)])
})

it('a program that cannot be opened again leaves silence', () => {
  let openings = 0
  const decoder = guard({
    speakers: ['L', 'R'],
    sampleRate: 48_000,
    open: () => (openings++ === 0 ? { decode: broken, flush: broken } : broken()),
    samplesOf: () => 3,
  })
  expect([decoder.decode(none), decoder.decode(none)]).toEqual([silent(3), silent(3)])
})

it('a program that cannot be opened at all is undecodable', () => {
  const opening = (open: () => never) => () =>
    guard({ speakers: ['M'], sampleRate: 48_000, open, samplesOf: () => 0 })
  expect(opening(broken)).toThrow(Undecodable)
  const damaged = () => {
    throw new Undecodable('damaged', 'why')
  }
  expect(opening(damaged)).toThrow(expect.objectContaining({ reason: 'damaged', message: 'why' }))
})

it('nothing is decoded after the end', () => {
  const decoder = guarded(() => given(1))
  decoder.close()
  expect([decoder.decode(none), opened.length]).toEqual([silent(3), 1])
})
