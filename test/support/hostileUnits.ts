/** Files that cost the most to survey, of any length: a head, and a unit that comes again and again. */
import { bytesOf, concatenated, find, overwritten } from './bytes.ts'

export type HostileUnit = [name: string, head: Uint8Array, unit: Uint8Array]

/** `fixture` reads a file in test/fixtures. */
export function hostileUnits(fixture: (name: string) => Uint8Array): HostileUnit[] {
  const [mp3, vorbis, opus, flac] = ['vbr-no-xing.mp3', 'vorbis.ogg', 'opus.opus', 'lossless.flac'].map(
    fixture,
  )
  if (!mp3 || !vorbis || !opus || !flac) throw new Error('a fixture is missing')
  const nothing = new Uint8Array()
  /** A page of a stream with this many packets of one byte, or of none. */
  const page = (stream: Uint8Array, packets: number, ...packet: number[]): Uint8Array =>
    concatenated(
      overwritten(stream.subarray(0, 26), 5, 0),
      Uint8Array.of(packets),
      new Uint8Array(packets).fill(packet.length),
      concatenated(...Array.from({ length: packets }, () => Uint8Array.from(packet))),
    )
  const start = webmStart(fixture('opus.webm'))
  const cluster = concatenated(
    start,
    Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 1, 255, 255, 255, 255, 255, 255, 255),
  )
  return [
    ['MP3 without a header', nothing, mp3],
    ['zeros', nothing, new Uint8Array(1)],
    ['0xff', nothing, Uint8Array.of(0xff)],
    ['MP3, then 0xff', mp3, Uint8Array.of(0xff)],
    ['MP3, then zeros', mp3, new Uint8Array(1)],
    ['MP3, then the starts of frames', mp3, Uint8Array.of(0xff, 0xfb, 0x50, 0xc4)],
    ['the shortest MP3 frames', nothing, overwritten(new Uint8Array(24), 0, 0xff, 0xf3, 0x14, 0xc4)],
    ['the shortest ADTS frames', nothing, Uint8Array.of(0xff, 0xf1, 0x50, 0x80, 0x01, 0x1f, 0xfc, 0)],
    ['empty ID3 tags', nothing, bytesOf('ID3\u0003\0\0\0\0\0\0')],
    ['empty RIFF chunks', bytesOf('RIFF\0\0\0\0WAVE'), bytesOf('junk\0\0\0\0')],
    ['empty boxes', fixture('aac.m4a').subarray(0, 28), bytesOf('\0\0\0\u0008free')],
    ['empty Ogg pages', vorbis.subarray(0, 58), page(vorbis, 1)],
    ['Ogg pages of empty packets', vorbis, page(vorbis, 255)],
    ['Ogg pages of Opus packets of one byte', opus, page(opus, 255, 0xfc)],
    ['the starts of Ogg pages', vorbis, bytesOf('OggO')],
    ['empty EBML elements', start, Uint8Array.of(0xec, 0x80)],
    ['empty elements in a cluster', cluster, Uint8Array.of(0xec, 0x80)],
    ['WebM blocks of seven bytes', cluster, Uint8Array.of(0xa3, 0x85, 0x81, 0, 0, 0x80, 0)],
    ['the starts of FLAC frames', flac, Uint8Array.of(0xff, 0xf8, 0xc9, 0x08)],
    ['FLAC, then 0xff', flac, Uint8Array.of(0xff)],
    ['FLAC, then the starts of markers', flac, bytesOf('f')],
    ['AMR frames of one byte', bytesOf('#!AMR\n'), Uint8Array.of(0x7c)],
  ]
}

/** A WebM of an unknown length, up to its first cluster. */
function webmStart(file: Uint8Array): Uint8Array {
  const segment = find(file, [0x18, 0x53, 0x80, 0x67]) + 4
  const open = overwritten(file, segment, 1, 255, 255, 255, 255, 255, 255, 255)
  return open.subarray(0, find(open, [0x1f, 0x43, 0xb6, 0x75]))
}
