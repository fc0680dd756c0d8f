/** Embedded tags: text in every encoding becomes the fields of a clip. */
import { beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, concatenated, utf8 } from '../support/bytes.ts'
import { frame, id3, id3v1, textFrame, utf16 } from '../support/id3.ts'
import { emptyLibrary, fixture, uploaded } from '../support/api.ts'

const sound = (): Uint8Array => fixture('vbr-no-xing.mp3')

beforeEach(emptyLibrary)

describe('an ID3 tag', () => {
  const mark = Uint8Array.of(0xff, 0xfe)
  const text = 'Ünïcödé — Ωμέγα 雨 🎵'
  const latin = 'Prüfton'

  it.each<[string, Uint8Array, string]>([
    ['2.2 in Latin-1', id3(2, textFrame(2, 'TT2', 0, bytesOf('Pr\u00fcfton'))), latin],
    ['2.2 in UTF-16', id3(2, textFrame(2, 'TT2', 1, concatenated(mark, utf16(text, true)))), text],
    ['2.3 in Latin-1', id3(3, textFrame(3, 'TIT2', 0, bytesOf('Pr\u00fcfton'))), latin],
    ['2.3 in UTF-16', id3(3, textFrame(3, 'TIT2', 1, concatenated(mark, utf16(text, true)))), text],
    [
      '2.3 in UTF-16, big-endian',
      id3(3, textFrame(3, 'TIT2', 1, concatenated(Uint8Array.of(0xfe, 0xff), utf16(text, false)))),
      text,
    ],
    ['2.4 in UTF-16BE', id3(4, textFrame(4, 'TIT2', 2, utf16(text, false))), text],
    ['2.4 in UTF-8', id3(4, textFrame(4, 'TIT2', 3, utf8(text))), text],
    ['2.3 in UTF-8, declared as Latin-1', id3(3, textFrame(3, 'TIT2', 0, utf8(text))), text],
    [
      '2.3 in Windows-1252',
      id3(3, textFrame(3, 'TIT2', 0, bytesOf('\u0093Pr\u00fcfton\u0094'))),
      '“Prüfton”',
    ],
    ['2.4 with a text of decomposed letters', id3(4, textFrame(4, 'TIT2', 3, utf8('Pru\u0308fton'))), latin],
    ['2.4 with a NUL at its end', id3(4, textFrame(4, 'TIT2', 3, utf8('Prüfton\0'))), latin],
    ['2.4 with a line break', id3(4, textFrame(4, 'TIT2', 3, utf8('Prüf\nton'))), 'Prüf ton'],
    ['2.4 with spaces only', id3(4, textFrame(4, 'TIT2', 3, utf8('  '))), 'Fallback'],
    ['2.4 with too long a text', id3(4, textFrame(4, 'TIT2', 3, utf8('🎵'.repeat(150)))), '🎵'.repeat(100)],
    [
      '2.3 with an extended header',
      overwriteFlags(
        id3(
          3,
          concatenated(Uint8Array.of(0, 0, 0, 6), new Uint8Array(6)),
          textFrame(3, 'TIT2', 0, utf8('Extended')),
        ),
        0x40,
      ),
      'Extended',
    ],
    ['2.3 with unsynchronisation', unsynchronised(text), text],
  ])('%s', async (_, tag, title) => {
    expect((await uploaded(concatenated(tag, sound()), {}, 'Fallback.mp3')).title).toBe(title)
  })

  it('of version 1 gives its title, in Latin-1 and in UTF-8', async () => {
    const titled = async (title: Uint8Array) => (await uploaded(concatenated(sound(), id3v1(title)))).title
    expect(await titled(bytesOf('Pr\u00fcfton'))).toBe(latin)
    expect(await titled(utf8('Prüfton Ω'))).toBe('Prüfton Ω')
  })

  it('gives artist, genre and description', async () => {
    const tag = id3(
      4,
      textFrame(4, 'TPE1', 3, utf8('Ωμέγα')),
      textFrame(4, 'TCON', 3, utf8('17')),
      frame(4, 'COMM', concatenated(Uint8Array.of(3), bytesOf('eng\0'), utf8('Zeile 1\nZeile 2'))),
    )
    expect(await uploaded(concatenated(tag, sound()), { title: 'x' })).toMatchObject({
      artist: 'Ωμέγα',
      genre: 'rock',
      description: 'Zeile 1\nZeile 2',
    })
  })
})

function overwriteFlags(tag: Uint8Array, flags: number): Uint8Array {
  const copy = new Uint8Array(tag)
  copy[5] = flags
  return copy
}

/** A tag of version 2.3 with a zero after every 0xff, such as the one in its byte order mark. */
function unsynchronised(text: string): Uint8Array {
  const mark = Uint8Array.of(0xff, 0xfe)
  const tag = id3(3, textFrame(3, 'TIT2', 1, concatenated(mark, utf16(text, true))))
  const body = Uint8Array.from([...tag.subarray(10)].flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])))
  return overwriteFlags(id3(3, body), 0x80)
}

describe('every format', () => {
  it.each([
    'cbr.mp3',
    'aac.m4a',
    'lossless.flac',
    'pcm.wav',
    'pcm.aiff',
    'vorbis.ogg',
    'opus.opus',
    'opus.webm',
  ])('%s gives its title', async (file) => {
    expect((await uploaded(fixture(file))).title).toBe('Prüfton Ω')
  })
})
