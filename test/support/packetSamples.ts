/** How many samples a packet gives, without decoding it. */
import { frameSamples } from '../../src/audio/containers/flacFrames.ts'
import { readFrameHeader } from '../../src/audio/containers/mpegFrames.ts'
import { alacPacketSamples, opusPacketSamples } from '../../src/audio/containers/packets.ts'
import {
  countSamples,
  fixedSamples,
  ima4,
  imaAdpcm,
  msAdpcm,
  type SampleBlocks,
} from '../../src/audio/containers/sampleBlocks.ts'
import type { SoundTrack } from '../../src/audio/containers/sound.ts'
import { vorbisPackets } from '../../src/audio/containers/vorbisPackets.ts'

/** A counter for the packets of a track, in order. */
export function packetSamples({ coding, channels }: SoundTrack): (packet: Uint8Array) => number {
  const ofBlocks = (blocks: SampleBlocks) => (packet: Uint8Array) => countSamples(packet.byteLength, blocks)
  switch (coding.codec) {
    case 'mpeg':
      return (packet) => readFrameHeader(packet, 0)?.samples ?? 0
    case 'aac':
      return () => 1024
    case 'opus':
      return opusPacketSamples
    case 'flac':
      return frameSamples
    case 'alac': {
      const usual = new DataView(coding.config.buffer).getUint32(0)
      return (packet) => alacPacketSamples(packet, usual)
    }
    case 'vorbis': {
      const { readSetup, packetSamples: count } = vorbisPackets(coding.identification[28] ?? 0)
      readSetup(coding.setup)
      return count
    }
    case 'pcm':
      return ofBlocks(fixedSamples(channels, coding.sample.bytes * 8))
    case 'mulaw':
    case 'alaw':
      return ofBlocks(fixedSamples(channels, 8))
    case 'ms-adpcm':
      return ofBlocks(msAdpcm(channels, coding.blockBytes))
    default:
      return ofBlocks(
        coding.layout === 'wav' ? imaAdpcm(channels, coding.blockBytes, coding.bits) : ima4(channels),
      )
  }
}
