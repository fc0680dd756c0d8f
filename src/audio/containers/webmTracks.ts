/** The tracks and the tags that a WebM or Matroska file describes (RFC 9559 §5.1.4 and §5.1.8). Pure. */
import { addText, type TextTags } from '../tags.ts'
import { decodeText } from '../textEncoding.ts'
import { characters } from './bytes.ts'
import { readAudioSpecificConfig, type Decoded } from './decoderConfig.ts'
import { childrenOf, eachChild, float, ids, unsigned } from './ebml.ts'
import { decodedOf } from './webmCodings.ts'

export type SoundTrack = {
  number: number
  /** The codec ID without `A_`. */
  codec: string
  sampleRate: number
  channels: number
  /** What each frame lasts, if that is declared. */
  frameNanoseconds: number
  /** Samples of an ALAC frame. */
  frameSamples: number
  /** Undefined where nothing here decodes it. */
  decoded: Decoded | undefined
  /** What a decoder adds in front. */
  delayNanoseconds: number
  /** Bytes that every frame begins with, and that are left out in the file. */
  strippedBytes: Uint8Array
}

/** The TargetTypeValue of a track. Albums, editions and collections are above it. */
const trackLevel = 30
/** No name of a tag that is read is longer. */
const maxNameBytes = 40

/** The first audio track, and the numbers of the tracks with pictures. */
export function readTracks(bytes: Uint8Array): { sound: SoundTrack | undefined; pictures: number[] } {
  let sound: SoundTrack | undefined
  const pictures: number[] = []
  for (const [id, entry] of eachChild(bytes)) {
    if (id !== ids.trackEntry) continue
    const fields = childrenOf(entry)
    const type = unsigned(fields.get(ids.trackType))
    if (type === 1) pictures.push(unsigned(fields.get(ids.trackNumber)))
    if (type === 2) sound ??= readSoundTrack(fields)
  }
  return { sound, pictures }
}

/** AAC has a decoder's configuration of its own. With SBR, another rate plays than is coded. Opus always plays at 48 kHz. */
function readSoundTrack(fields: Map<number, Uint8Array>): SoundTrack {
  const audio = childrenOf(fields.get(ids.audio))
  const codec = (decodeText(fields.get(ids.codecId) ?? Uint8Array.of()) ?? '').replace(/^A_/, '')
  const rate = audio.get(ids.outputSamplingFrequency) ?? audio.get(ids.samplingFrequency)
  const declared = rate ? float(rate) : 8000
  const config = fields.get(ids.codecPrivate)
  const aac = config && codec === 'AAC' ? readAudioSpecificConfig(config) : undefined
  const channels = unsigned(audio.get(ids.channels) ?? Uint8Array.of(1))
  const stripped = strippedOf(fields.get(ids.contentEncodings))
  return {
    number: unsigned(fields.get(ids.trackNumber)),
    codec,
    sampleRate: codec === 'OPUS' && declared >= 1 ? 48000 : (aac?.sampleRate ?? declared),
    channels: aac?.channels ?? channels,
    frameNanoseconds: unsigned(fields.get(ids.defaultDuration)),
    frameSamples: codec === 'ALAC' ? unsigned(config?.subarray(0, 4)) : 0,
    decoded:
      stripped && decodedOf(codec, config ?? new Uint8Array(), unsigned(audio.get(ids.bitDepth)), channels),
    delayNanoseconds: unsigned(fields.get(ids.codecDelay)),
    strippedBytes: new Uint8Array(stripped ?? []),
  }
}

/** Bytes that are the same in every frame, which some writers leave out (§5.1.4.1.31). Undefined for other encodings: zlib, encryption. */
function strippedOf(encodings: Uint8Array | undefined): Uint8Array | undefined {
  const headerStripping = 3
  if (!encodings) return new Uint8Array()
  const encoding = childrenOf(childrenOf(encodings).get(ids.contentEncoding))
  const compression = encoding.get(ids.contentCompression)
  const fields = childrenOf(compression)
  if (!compression || unsigned(fields.get(ids.contentCompAlgo)) !== headerStripping) return undefined
  return fields.get(ids.contentCompSettings) ?? new Uint8Array()
}

/** Tags of the track, not of an album that it belongs to, nor of its chapters and attachments. */
export function readTagTexts(bytes: Uint8Array): TextTags {
  const texts: TextTags = new Map()
  for (const [tagId, tag] of eachChild(bytes)) {
    const target = childrenOf(childrenOf(tag).get(ids.targets))
    const isOfPart = [ids.tagEditionUid, ids.tagChapterUid, ids.tagAttachmentUid].some((id) => target.has(id))
    if (tagId !== ids.tag || isOfPart || unsigned(target.get(ids.targetTypeValue)) > trackLevel) continue
    for (const [id, simpleTag] of eachChild(tag)) {
      const fields = childrenOf(id === ids.simpleTag ? simpleTag : undefined)
      const [name, text] = [fields.get(ids.tagName), fields.get(ids.tagString)]
      if (name && text) addText(texts, characters(name, 0, maxNameBytes), text)
    }
  }
  return texts
}
