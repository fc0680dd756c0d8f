/** The frames of an ADTS stream (ISO/IEC 13818-7 §6.2), each of which must have one block, and nothing between them. */
import { aacRates } from '../../src/audio/containers/decoderConfig.ts'
import type { SoundTrack } from '../../src/audio/containers/sound.ts'

export type AacStream = {
  packets: Uint8Array[]
  track: SoundTrack & { coding: { codec: 'aac'; config: Uint8Array } }
}

export function readAdts(file: Uint8Array): AacStream {
  const packets: Uint8Array[] = []
  const [profile, rateIndex, channels] = [
    file[2]! >> 6,
    (file[2]! >> 2) & 15,
    ((file[2]! & 1) << 2) | (file[3]! >> 6),
  ]
  for (let at = 0; at < file.byteLength;) {
    if (file[at] !== 0xff || (file[at + 1]! & 0xf6) !== 0xf0) throw new Error(`no frame at ${at}`)
    if ((file[at + 6]! & 3) > 0) throw new Error(`several blocks at ${at}`)
    const length = ((file[at + 3]! & 3) << 11) | (file[at + 4]! << 3) | (file[at + 5]! >> 5)
    packets.push(file.subarray(at + ((file[at + 1]! & 1) === 1 ? 7 : 9), at + length))
    at += length
  }
  const config = Uint8Array.of(
    ((profile + 1) << 3) | (rateIndex >> 1),
    ((rateIndex & 1) << 7) | (channels << 3),
  )
  return {
    packets,
    track: { coding: { codec: 'aac', config }, sampleRate: aacRates[rateIndex]!, channels, skipSamples: 0 },
  }
}
