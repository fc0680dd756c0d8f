/** What the decoder of a track in WebM or Matroska must know (RFC 9559 codec mappings, draft-ietf-cellar-codec). Pure. */
import { startsWith } from './bytes.ts'
import { pcm } from './codings.ts'
import { readAlac, readAudioSpecificConfig, readVorbis, type Decoded } from './decoderConfig.ts'
import { plainOpusHead } from './decoderHeaders.ts'
import { streamInfoBytes } from './flacFrames.ts'

/** Behind `fLaC` and the header of the block. */
const streamInfoAt = 8
const alacConfigBytes = 24
/** Opus needs a header for more. */
const maxPlainOpusChannels = 2

/** By the codec ID without `A_`, and what the track has for its decoder. Undefined where nothing here decodes it. */
export function decodedOf(
  codec: string,
  config: Uint8Array,
  bits: number,
  channels: number,
): Decoded | undefined {
  if (/^MPEG\/L[123]$/.test(codec)) return { coding: { codec: 'mpeg' } }
  if (codec === 'AAC' && config.byteLength >= 2) return readAudioSpecificConfig(config).decoded
  if (codec === 'ALAC' && config.byteLength >= alacConfigBytes) return readAlac(config).decoded
  if (codec === 'VORBIS') return readVorbis(config).decoded
  if (codec === 'FLAC' && startsWith(config, 'fLaC') && config.byteLength >= streamInfoAt + streamInfoBytes) {
    const streamInfo = config.slice(streamInfoAt, streamInfoAt + streamInfoBytes)
    return { coding: { codec: 'flac', streamInfo } }
  }
  if (codec === 'OPUS') return opus(config, channels)
  const coding = uncompressed(codec, bits)
  return coding && { coding }
}

function opus(config: Uint8Array, channels: number): Decoded | undefined {
  if (startsWith(config, 'OpusHead')) return { coding: { codec: 'opus', head: config.slice() } }
  if (channels < 1 || channels > maxPlainOpusChannels) return undefined
  return { coding: { codec: 'opus', head: plainOpusHead(channels, 0) } }
}

function uncompressed(codec: string, bits: number) {
  if (codec === 'PCM/FLOAT/IEEE') return pcm('float', bits / 8, false)
  const isBig = codec === 'PCM/INT/BIG'
  if (!isBig && codec !== 'PCM/INT/LIT') return undefined
  return pcm(bits === 8 ? 'unsigned' : 'signed', Math.ceil(bits / 8), isBig)
}
