/** What the decoders of plain codecs share. Their packets stand alone: nothing stays inside, and nothing is late. */
import type { SoundTrack } from '../../audio/containers/sound.ts'
import type { Speaker } from '../speakers.ts'
import { type Decoded, type Decoder, Undecodable } from './decoder.ts'

/** More are no recording, and each takes memory. */
const maxChannels = 64

/** The result of a decoder. Each packet overwrites it. Its arrays grow to the longest packet, and stay. */
export class Planes implements Decoded {
  readonly channels: Float32Array[]
  samples = 0
  isDamaged = false

  constructor(channels: number) {
    this.channels = Array.from({ length: channels }, () => new Float32Array())
  }

  /** Makes room for so many samples of each channel. What they are is for the caller to write. */
  resize(samples: number): void {
    this.samples = samples
    this.isDamaged = false
    for (const [index, channel] of this.channels.entries()) {
      if (channel.length < samples) this.channels[index] = new Float32Array(samples)
    }
  }

  /** Marks a stretch as damaged, and silences it. */
  silence(from: number, to: number): void {
    this.isDamaged = true
    for (const channel of this.channels) channel.fill(0, from, to)
  }
}

/** A decoder that writes each packet into the same planes. */
export function plainDecoder(
  { sampleRate }: SoundTrack,
  speakers: Speaker[],
  decodeInto: (planes: Planes, packet: Uint8Array) => void,
): Decoder {
  const planes = new Planes(speakers.length)
  return {
    speakers,
    sampleRate,
    isCoreOnly: false,
    decode: (packet) => {
      decodeInto(planes, packet)
      return planes
    },
    flush: () => {
      planes.resize(0)
      return planes
    },
    close: () => undefined,
  }
}

/** Throws unless a decoder can have as many channels. */
export function checkChannels({ channels }: SoundTrack, most = maxChannels): void {
  if (!Number.isInteger(channels) || channels < 1) {
    throw new Undecodable('damaged', `It has ${channels} channels.`)
  }
  if (channels > most) throw new Undecodable('unsupported', `It has more than ${most} channels.`)
}
