/** The sound in a file, packet by packet: what `sound/` decodes. The module of each format reads it (`Format.readSound`). */

/** How samples are coded: what a decoder must know before the first packet. */
export type Coding =
  /** MPEG audio, layers 1 to 3. A packet is a frame with its header. */
  | { codec: 'mpeg' }
  /** A packet is a raw data block (ISO/IEC 14496-3 §4.4.2), without an ADTS header. `config` is an AudioSpecificConfig. */
  | { codec: 'aac'; config: Uint8Array }
  /** `config` is an ALACSpecificConfig of 24 bytes. */
  | { codec: 'alac'; config: Uint8Array }
  /** A packet is a frame. `streamInfo` is the content of STREAMINFO, 34 bytes (RFC 9639 §8.2). */
  | { codec: 'flac'; streamInfo: Uint8Array }
  /** The first and the third header packet, whole (Vorbis I §4.2). */
  | { codec: 'vorbis'; identification: Uint8Array; setup: Uint8Array }
  /** `head` is an identification header, `OpusHead` and what follows (RFC 7845 §5.1). */
  | { codec: 'opus'; head: Uint8Array }
  /** A packet is any number of whole blocks, a block being one sample of each channel. */
  | { codec: 'pcm'; sample: PcmSample }
  | { codec: 'mulaw' }
  | { codec: 'alaw' }
  /** A packet is one or more blocks of so many bytes, for all channels. `bits` are those of a coded sample. */
  | { codec: 'ima-adpcm'; layout: 'wav' | 'quicktime'; blockBytes: number; bits: 3 | 4 }
  /** `coefficients` are the pairs of the `fmt ` chunk; none stands for the usual ones. */
  | { codec: 'ms-adpcm'; blockBytes: number; coefficients: [number, number][] }

/** A sample that is not compressed. Integers that have fewer bits than their bytes fill them from the top. */
export type PcmSample = {
  type: 'signed' | 'unsigned' | 'float'
  bytes: 1 | 2 | 3 | 4 | 8
  bigEndian: boolean
}

/** A stretch of sound that one decoder plays. Joined and chained files have several. */
export type SoundTrack = {
  coding: Coding
  /** Hz, of what the decoder gives. */
  sampleRate: number
  channels: number
  /** Samples of each channel to drop at the start: the delay of the encoder and of the decoder, pre-skip, edit list. */
  skipSamples: number
  /** Samples of each channel that play after those; undefined where all do. */
  playsSamples?: number | undefined
}

/** A track begins, or packets of the current track follow. Their bytes are those of a window: valid until the next part. */
export type SoundPart = { track: SoundTrack } | { packets: Uint8Array[] }
