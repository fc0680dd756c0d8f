/** The files of `test/fixtures/decoders` as tracks and packets, with the simplest reading that they allow. */
import { openDecoder } from '../../../src/sound/decoders/openDecoder.ts'
import type { Coding, SoundTrack } from '../../../src/audio/containers/sound.ts'
import {
  frameEnd,
  hasSyncCode,
  isWholeFrame,
  readStreamInfo,
} from '../../../src/audio/containers/flacFrames.ts'
import { readFrameHeader } from '../../../src/audio/containers/mpegFrames.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import type { Speaker } from '../../../src/sound/speakers.ts'

const inlined = import.meta.glob<string>('../../fixtures/decoders/files/*', {
  query: '?inline',
  import: 'default',
  eager: true,
})
const files = new Map(Object.entries(inlined).map(([path, url]) => [path.split('/').at(-1) ?? path, url]))
export const fileNames = [...files.keys()].filter((name) => !name.endsWith('.f32'))

export function soundFile(name: string): Uint8Array<ArrayBuffer> {
  const url = files.get(name)
  if (url === undefined) throw new Error(`there is no ${name}`)
  return Uint8Array.fromBase64(url.slice(url.indexOf(',') + 1))
}

export type Packets = { track: SoundTrack; packets: Uint8Array[] }

export function readPackets(name: string): Packets {
  const bytes = soundFile(name)
  if (name.endsWith('.flac')) return readFlac(bytes)
  if (name.endsWith('.ogg') || name.endsWith('.opus')) return readOgg(bytes)
  return readMpeg(bytes)
}

const trackOf = (coding: Coding, sampleRate: number, channels: number): SoundTrack => ({
  coding,
  sampleRate,
  channels,
  skipSamples: 0,
})

function readMpeg(bytes: Uint8Array): Packets {
  const packets: Uint8Array[] = []
  const id3 = bytes[0] === 0x49
  for (
    let at = id3 ? bytes.findIndex((byte, index) => byte === 0xff && index > 9) : 0;
    at < bytes.byteLength;
  ) {
    const header = readFrameHeader(bytes, at)
    if (!header) throw new Error(`no frame at ${at}`)
    packets.push(bytes.slice(at, at + header.length))
    at += header.length
  }
  const first = packets[0]
  const header = first && readFrameHeader(first, 0)
  if (!header) throw new Error('no frame')
  const isInfo = /Xing|Info/.test(new TextDecoder('latin1').decode(first.subarray(0, 60)))
  const track = trackOf({ codec: 'mpeg' }, header.sampleRate, header.channels ?? 0)
  return { track, packets: isInfo ? packets.slice(1) : packets }
}

function readFlac(bytes: Uint8Array): Packets {
  const streamInfo = bytes.slice(8, 8 + 34)
  const info = readStreamInfo(streamInfo)
  let at = 4
  for (let isLast = false; !isLast;) {
    isLast = (bytes[at] ?? 0) >= 128
    at += 4 + (new DataView(bytes.buffer).getUint32(at) % 2 ** 24)
  }
  const packets: Uint8Array[] = []
  for (let next = at + 1; next <= bytes.byteLength; next++) {
    const begins = hasSyncCode(bytes, next) && frameEnd(bytes.subarray(next), info) !== undefined
    if (next < bytes.byteLength && !begins) continue
    if (!isWholeFrame(bytes.subarray(at, next))) continue
    packets.push(bytes.slice(at, next))
    at = next
  }
  return { track: trackOf({ codec: 'flac', streamInfo }, info.sampleRate, info.channels), packets }
}

function readOgg(bytes: Uint8Array): Packets {
  const [first, second, third, ...rest] = oggPackets(bytes)
  if (!first || !second || !third) throw new Error('no headers')
  if (first[0] === 1) {
    const rate = new DataView(first.buffer, first.byteOffset).getUint32(12, true)
    return {
      track: trackOf({ codec: 'vorbis', identification: first, setup: third }, rate, first[11] ?? 0),
      packets: rest,
    }
  }
  return { track: trackOf({ codec: 'opus', head: first }, 48_000, first[9] ?? 0), packets: [third, ...rest] }
}

function oggPackets(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  let packet: number[] = []
  for (let page = 0; page < bytes.byteLength;) {
    const lacing = bytes.subarray(page + 27, page + 27 + (bytes[page + 26] ?? 0))
    let at = page + 27 + lacing.byteLength
    for (const length of lacing) {
      packet.push(...bytes.subarray(at, at + length))
      at += length
      if (length === 255) continue
      packets.push(Uint8Array.from(packet))
      packet = []
    }
    page = at
  }
  return packets
}

export type Sound = {
  speakers: Speaker[]
  sampleRate: number
  channels: Float32Array[]
  damagedPackets: number
}

/** All that a decoder gives, each result copied before the next. */
export function decodeAll(decoder: Decoder, packets: Uint8Array[]): Sound {
  const { speakers, sampleRate } = decoder
  const parts = [...packets.map((packet) => () => decoder.decode(packet)), () => decoder.flush()]
  const channels: number[][] = speakers.map(() => [])
  let damagedPackets = 0
  for (const part of parts) {
    const { channels: given, samples, isDamaged } = part()
    if (given.length !== speakers.length) throw new Error(`${given.length} channels`)
    if (isDamaged) damagedPackets++
    for (const [index, values] of given.entries()) {
      for (let at = 0; at < samples; at++) channels[index]?.push(values[at] ?? Number.NaN)
    }
  }
  return {
    speakers,
    sampleRate,
    channels: channels.map((values) => Float32Array.from(values)),
    damagedPackets,
  }
}

export async function decodeFile(name: string): Promise<Sound> {
  const { track, packets } = readPackets(name)
  const decoder = await openDecoder(track)
  const sound = decodeAll(decoder, packets)
  decoder.close()
  return sound
}
