/** What a WebM or Matroska segment says of its tracks, and the tags in it. Pure. */
import { holdsVideo } from '../refusals.ts'
import { decodeText } from '../tagText.ts'
import { addText, type Texts } from './comments.ts'
import { childrenOf, eachChild, float, ids, unsigned } from './ebmlElements.ts'

export type Track = { number: number; codec: string; sampleRate: number; channels: number }

/** TargetTypeValue of a track; album, edition and collection are above it. */
const trackLevel = 30

/** The first track of sound (RFC 9559 §5.1.4). */
export function readTracks(bytes: Uint8Array): Track | undefined {
  let sound: Track | undefined
  for (const [id, entry] of eachChild(bytes)) {
    if (id !== ids.trackEntry) continue
    const fields = childrenOf(entry)
    const type = unsigned(fields.get(ids.trackType) ?? Uint8Array.of())
    if (type === 1) throw holdsVideo()
    if (type !== 2) continue
    const audio = childrenOf(fields.get(ids.audio) ?? Uint8Array.of())
    sound ??= {
      number: unsigned(fields.get(ids.trackNumber) ?? Uint8Array.of()),
      codec: decodeText(fields.get(ids.codecId) ?? Uint8Array.of()).replace(/^A_/, ''),
      sampleRate: audio.has(ids.samplingFrequency) ? float(audio.get(ids.samplingFrequency)) : 8000,
      channels: unsigned(audio.get(ids.channels) ?? Uint8Array.of(1)),
    }
  }
  return sound
}

/** Tags about the track, not about what it belongs to, such as an album (RFC 9559 §5.1.8). */
export function readTags(bytes: Uint8Array, texts: Texts): void {
  for (const [, tag] of eachChild(bytes)) {
    const targets = childrenOf(childrenOf(tag).get(ids.targets) ?? Uint8Array.of())
    if (unsigned(targets.get(ids.targetTypeValue) ?? Uint8Array.of()) > trackLevel) continue
    for (const [id, simpleTag] of eachChild(tag)) {
      const fields = id === ids.simpleTag ? childrenOf(simpleTag) : new Map<number, Uint8Array>()
      const [name, text] = [fields.get(ids.tagName), fields.get(ids.tagString)]
      if (name && text) addText(texts, decodeText(name), text)
    }
  }
}
