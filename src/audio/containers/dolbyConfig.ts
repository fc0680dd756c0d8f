/** What the decoders of AC-3 and E-AC-3 are configured with, in MP4. Pure. */
import { BitReader } from './bytes.ts'
import type { DecoderConfig } from './decoderConfig.ts'

/** By audio coding mode (ETSI TS 102 366 §4.4.2.3), without the low frequencies. */
const dolbyChannels = [2, 1, 2, 3, 3, 4, 4, 5]
const dolbyRates = [48000, 44100, 32000]

/** `dac3` (ETSI TS 102 366 §F.4). */
export function readAc3(bytes: Uint8Array): DecoderConfig {
  const bits = new BitReader(bytes)
  const sampleRate = dolbyRates[bits.read(2)]
  bits.read(5 + 3)
  const channels = (dolbyChannels[bits.read(3)] ?? 0) + bits.read(1)
  return { codec: 'AC-3', channels, sampleRate }
}

/** `dec3` (§F.6): the first independent substream, and the channels that dependent ones add to it. */
export function readEac3(bytes: Uint8Array): DecoderConfig {
  const bits = new BitReader(bytes)
  bits.read(13 + 3)
  const sampleRate = dolbyRates[bits.read(2)]
  bits.read(5 + 1 + 1 + 3)
  let channels = (dolbyChannels[bits.read(3)] ?? 0) + bits.read(1)
  bits.read(3)
  // Each bit, the last one first, is a place of one or two loudspeakers (Table F.6.1).
  const places = bits.read(4) > 0 ? bits.read(9) : 0
  for (const [bit, speakers] of [2, 2, 1, 1, 2, 2, 2, 1, 1].entries())
    channels += ((places >> bit) & 1) * speakers
  return { codec: 'E-AC-3', channels, sampleRate }
}
