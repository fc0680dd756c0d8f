/** The sound of MPEG audio and ADTS, frame by frame: alone, and in WAV. */
import type { ByteSource } from '../byteSource.ts'
import { adtsConfig, rawDataBlocks } from './adtsBlocks.ts'
import { readAudioSpecificConfig } from './decoderConfig.ts'
import { readEncoderHeader, type EncoderHeader } from './encoderHeader.ts'
import type { FrameHeader } from './mpegFrames.ts'
import { walkFrames } from './mpegStream.ts'
import type { SoundPart, SoundTrack } from './sound.ts'

/** What every decoder of layer 3 adds in front, which ffmpeg drops with what the encoder added. */
const decoderDelaySamples = 528 + 1
/** A file with so much more than its header declares has others joined to it. */
const joinedTolerance = { share: 0.01, bytes: 8192 }

/** Begins a track where the rate or the number of channels changes, as in joined files. */
export async function* readFrameSound(
  source: ByteSource,
  from: number,
  end: number,
): AsyncGenerator<SoundPart> {
  let current: FrameHeader | undefined
  let encoder: EncoderHeader | undefined
  let isFirst = true
  for await (const { frames } of walkFrames(source, from, end)) {
    let packets: Uint8Array[] = []
    for (const { header, at } of frames) {
      const frame = source.buffered(at, header.length) ?? new Uint8Array()
      if (isFirst) {
        isFirst = false
        encoder = readEncoderHeader(frame, header.infoOffset)
        if (encoder) continue
      }
      if (!current || !isSameSound(current, header)) {
        if (packets.length > 0) yield { packets }
        packets = []
        yield { track: trackOf(header, frame, current ? undefined : encoder, end - from) }
        current = header
      }
      if (header.contentType === 'audio/aac') packets.push(...rawDataBlocks(frame))
      else packets.push(frame)
    }
    if (packets.length > 0) yield { packets }
  }
}

function isSameSound(a: FrameHeader, b: FrameHeader): boolean {
  return a.codec === b.codec && a.sampleRate === b.sampleRate && a.channels === b.channels
}

function trackOf(
  header: FrameHeader,
  frame: Uint8Array,
  encoder: EncoderHeader | undefined,
  bytes: number,
): SoundTrack {
  const { sampleRate } = header
  const played = playedSamples(header, encoder, bytes)
  if (header.contentType !== 'audio/aac') {
    return { coding: { codec: 'mpeg' }, sampleRate, channels: header.channels ?? unknownChannels, ...played }
  }
  const config = adtsConfig(frame)
  const listed = config.byteLength > plainConfigBytes ? readAudioSpecificConfig(config).channels : undefined
  const channels = header.channels ?? listed ?? unknownChannels
  return { coding: { codec: 'aac', config }, sampleRate, channels, ...played }
}

/** Where neither a header nor a list has them. */
const unknownChannels = 2
/** An AudioSpecificConfig without a list of its channels. */
const plainConfigBytes = 2

/** What plays of the first stream, if its encoder says it. What it says of the end is wrong if other files are joined to it. */
function playedSamples(
  { samples }: FrameHeader,
  encoder: EncoderHeader | undefined,
  bytes: number,
): Pick<SoundTrack, 'skipSamples' | 'playsSamples'> {
  if (!encoder?.added) return { skipSamples: 0 }
  const { start, end } = encoder.added
  const skipSamples = start + decoderDelaySamples
  const isAlone =
    encoder.bytes > 0 && bytes <= encoder.bytes * (1 + joinedTolerance.share) + joinedTolerance.bytes
  if (!isAlone || encoder.frames === 0) return { skipSamples }
  return { skipSamples, playsSamples: Math.max(0, encoder.frames * samples - start - end) }
}
