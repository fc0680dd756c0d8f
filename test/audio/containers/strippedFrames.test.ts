/** Matroska may leave out the bytes that every frame begins with (RFC 9559 §5.1.4.1.31), compress frames, or encrypt them. */
import { describe, expect, it } from 'vitest'
import { bytesOf, concatenated } from '../../support/bytes.ts'
import { readTracks } from '../../support/readingSound.ts'

/** An element with its length in two bytes. */
function element(id: number[], ...payload: Uint8Array[]): Uint8Array {
  const inside = concatenated(...payload)
  return concatenated(Uint8Array.of(...id, 0x40 | (inside.byteLength >> 8), inside.byteLength & 255), inside)
}

const byte = (value: number) => Uint8Array.of(value)
const encodings = (...inside: Uint8Array[]) => element([0x6d, 0x80], element([0x62, 0x40], ...inside))
const compression = (...inside: Uint8Array[]) => element([0x50, 0x34], ...inside)

/** A file with two blocks of MP3. */
function matroska(...trackFields: Uint8Array[]): Uint8Array {
  const track = element(
    [0xae],
    element([0xd7], byte(1)),
    element([0x83], byte(2)),
    element([0x86], bytesOf('A_MPEG/L3')),
    element([0x56, 0xaa], Uint8Array.of(0x01, 0xc9, 0xc3, 0x80)), // a delay of 30 ms
    ...trackFields,
  )
  const block = (...frame: number[]) => element([0xa3], Uint8Array.of(0x81, 0, 0, 0x80, ...frame))
  return concatenated(
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], bytesOf('matroska'))),
    element(
      [0x18, 0x53, 0x80, 0x67],
      element([0x16, 0x54, 0xae, 0x6b], track),
      element([0x1f, 0x43, 0xb6, 0x75], element([0xe7], byte(0)), block(1, 2), block(3)),
    ),
  )
}

describe('frames of Matroska', () => {
  it.each<[string, Uint8Array[], number[][] | undefined]>([
    ['that are whole', [], [[1, 2], [3]]],
    [
      'without the bytes that each begins with',
      [
        encodings(
          compression(element([0x42, 0x54], byte(3)), element([0x42, 0x55], Uint8Array.of(0xff, 0xfb))),
        ),
      ],
      [
        [0xff, 0xfb, 1, 2],
        [0xff, 0xfb, 3],
      ],
    ],
    ['that are compressed', [encodings(compression(element([0x42, 0x54], byte(0))))], undefined],
    ['that are encrypted', [encodings(element([0x50, 0x33], byte(1)), element([0x50, 0x35]))], undefined],
  ])('%s', async (_, fields, frames) => {
    const [read] = await readTracks(matroska(...fields))
    expect(read?.packets.map((packet) => [...packet])).toEqual(frames)
    if (read) expect(read.track.skipSamples).toBe(240) // 30 ms at 8 kHz, which is the rate if none is declared
  })
})
