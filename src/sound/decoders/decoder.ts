/** What every decoder exports. */
import type { Coding, SoundTrack } from '../../audio/containers/sound.ts'
import type { Speaker } from '../speakers.ts'

/** What a packet gives. */
export type Decoded = {
  /** One array for each channel, with at least `samples` values; full scale is −1 to 1. Valid until the next call. */
  channels: Float32Array[]
  /** Of each channel. 0 is possible: a decoder may need more packets first. */
  samples: number
  /** The packet was damaged: what it gives is silence, or nothing. */
  isDamaged: boolean
}

/** A decoder of one track. */
export type Decoder = {
  /** Where each channel of its result comes from. There are as many in each result. */
  readonly speakers: Speaker[]
  /** Hz. That of the track, unless the packets know better. */
  readonly sampleRate: number
  /** Whether what it gives lacks a part of the sound, so that its level is not that of the sound: the core of HE-AAC. */
  readonly isCoreOnly: boolean
  /** Never throws for damaged packets. */
  decode: (packet: Uint8Array) => Decoded
  /** What is still inside after the last packet. */
  flush: () => Decoded
  close: () => void
}

/** Opens a decoder; throws `Undecodable` if the track cannot be decoded at all. */
export type OpenDecoder<Codec extends Coding['codec']> = (
  track: SoundTrack & { coding: Extract<Coding, { codec: Codec }> },
) => Promise<Decoder>

/** The track cannot be decoded: its configuration is wrong, or uses what no decoder here knows. */
export class Undecodable extends Error {
  readonly reason: 'unsupported' | 'damaged'

  constructor(reason: 'unsupported' | 'damaged', message: string) {
    super(message)
    this.reason = reason
  }
}
