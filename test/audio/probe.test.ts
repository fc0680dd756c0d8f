/** The facts that a file declares are stored, or the file is refused. They never make the insert fail. */
import { asyncProperty, assert, constantFrom, nat, oneof, record, uint8Array } from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import {
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  storedKeys,
  upload,
  uploaded,
} from '../support/api.ts'
import { bytesOf, concatenated, find, overwritten, utf8, uint32 } from '../support/bytes.ts'
import { wave } from '../support/wav.ts'

beforeEach(emptyLibrary)

const m4aOf = (coding: Uint8Array): Uint8Array =>
  overwritten(fixture('aac.m4a'), find(fixture('aac.m4a'), 'mp4a'), ...coding)

/** A compressed AIFF-C with this coding. */
function aifcOf(coding: Uint8Array): Uint8Array {
  const file = fixture('pcm.aiff')
  const common = file.subarray(find(file, 'COMM') + 8, find(file, 'COMM') + 26)
  const inside = concatenated(
    bytesOf('AIFCCOMM'),
    uint32(24),
    common,
    coding,
    bytesOf('\0\0'),
    file.subarray(find(file, 'SSND')),
  )
  return concatenated(bytesOf('FORM'), uint32(inside.byteLength), inside)
}

/** A WebM with another codec ID, which must be as long. */
const webmOf = (coding: string): Uint8Array =>
  overwritten(fixture('opus.webm'), find(fixture('opus.webm'), 'A_OPUS'), ...bytesOf(coding))

describe('the codec name', () => {
  it.each([
    ['ms\0\u0002', 'ADPCM'],
    ['ms\0\u0011', 'DVI_ADPCM'],
    ['ms\0U', 'MPEGLAYER3'],
    ['ms\u0001\u0000', 'WAVE format 256'],
    ['raw ', 'PCM'],
    ['lpcm', 'PCM'],
    ['a\u0000\u0001b', 'a b'],
    ['\0\0\0\0', null],
  ])('%j in an M4A is %j', async (coding, codec) => {
    expect((await uploaded(m4aOf(bytesOf(coding)), { title: 'x' })).audio.codec).toBe(codec)
  })

  it.each([
    ['ima4', 'ima4'],
    ['sowt', 'PCM'],
    ['GSM ', 'GSM'],
  ])('%j in an AIFF-C is %j', async (coding, codec) => {
    expect((await uploaded(aifcOf(bytesOf(coding)), { title: 'x' })).audio.codec).toBe(codec)
  })

  it.each([
    ['QDM2', 'QDM2'],
    ['a\u0000\u0001b', 'a b'],
  ])('%j in an AIFF-C, which is not known, is told', async (coding, codec) => {
    const problem = await expectProblem(
      await upload(aifcOf(bytesOf(coding)), { title: 'x' }),
      415,
      'not-audio',
    )
    expect(problem.detail).toContain(`an AIFF-C file with the codec ${codec}. Convert it to one of: MP3`)
  })

  it.each([
    ['A_OPUS', 'OPUS'],
    ['A_\u0001\nAB', 'AB'],
  ])('%j in a WebM is %j', async (coding, codec) => {
    expect((await uploaded(webmOf(coding), { title: 'x' })).audio.codec).toBe(codec)
  })

  it('is printable for any coding', async () => {
    const coding = uint8Array({ minLength: 4, maxLength: 4 })
    await assert(
      asyncProperty(coding, async (bytes) => {
        const { codec } = (await uploaded(m4aOf(bytes), { title: 'x' })).audio
        if (codec !== null) expect(codec).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a WAV file', () => {
  const oneSample = (rate: number) => wave({ rate, byteRate: rate, bits: 8 }, Uint8Array.of(7))

  it.each([
    [1_000_000, 0.000001],
    [1_999_999, 0.000001],
    [8000, 0.000125],
  ])('with one sample at %i Hz lasts %d s', async (rate, duration) => {
    expect((await uploaded(oneSample(rate), { title: 'x' })).duration).toBe(duration)
  })

  it.each([2_000_001, 10_000_000])('with one sample at %i Hz is too short to be audio', async (rate) => {
    await expectProblem(await upload(oneSample(rate), { title: 'x' }), 422, 'damaged-audio')
    expect([await storedKeys(), await countRows()]).toEqual([[], 0])
  })

  it('with any format chunk is stored or refused', async () => {
    const large = (most: number) => oneof(nat(10), nat(most), constantFrom(most))
    const header = record({
      tag: oneof(constantFrom(1, 2, 3, 6, 7, 0x11, 0x55), nat(0xffff)),
      channels: large(0xffff),
      rate: large(0xffff_ffff),
      byteRate: large(0xffff_ffff),
      bits: large(0xffff),
    })
    await assert(
      asyncProperty(header, async (changes) => {
        const response = await upload(wave(changes, utf8('sound')), { title: 'x' })
        const body = await response.json()
        expect([201, 415, 422], JSON.stringify(body)).toContain(response.status)
        if (response.status === 201) Clip.parse(body)
      }),
      { numRuns: 200 },
    )
    expect(await storedKeys()).toHaveLength(await countRows())
  })
})
