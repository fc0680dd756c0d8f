/** CAF files (Apple Core Audio Format Specification 1.0), as iPhones and Macs record them. */
import type { ByteSource } from '../byteSource.ts'
import { findChunks, type Description, type Packets } from './cafChunks.ts'
import { blocksOf, readCookie, visitPackets } from './cafPackets.ts'
import { readCafSound } from './cafSound.ts'
import type { Chunk } from './chunks.ts'
import { alacHeaderBytes, alacPacketSamples } from './packets.ts'
import { countSamples } from './sampleBlocks.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'

export const caf: Format = {
  matches: (head) => head.startsWith('caff\0\u0001'),
  survey: surveyCaf,
  readSound: readCafSound,
  leadingTag: 'refused',
}

const names: Record<string, string> = {
  lpcm: 'PCM',
  'aac ': 'MPEG-4/AAC',
  aace: 'MPEG-4/AAC ELD',
  aacf: 'MPEG-4/AAC ELD',
  aacl: 'MPEG-4/AAC LD',
  aach: 'MPEG-4/HE-AAC',
  aacp: 'MPEG-4/HE-AACv2',
  alac: 'ALAC',
  flac: 'FLAC',
  opus: 'Opus',
  '.mp3': 'MPEG Layer 3',
  '.mp2': 'MPEG Layer 2',
  '.mp1': 'MPEG Layer 1',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
}

async function surveyCaf(source: ByteSource, start: number): Promise<Survey> {
  const { description, sound, packets, cookie, tags } = await findChunks(source, start)
  if (!description) throw damaged('It does not declare its sample format.')
  if (!sound || sound.length <= 0) throw damaged('It contains no audio.')
  const { coding } = description
  const config = cookie && readCookie(coding, cookie)
  const duration = (await samplesIn(source, description, sound, packets)) / description.sampleRate
  const sampleRate = config?.sampleRate ?? (coding === 'opus' ? 48000 : description.sampleRate)
  const channels = config?.channels ?? description.channels
  const codec = config?.codec ?? names[coding] ?? coding
  const bitrate = (sound.length * 8) / duration
  return { contentType: 'audio/x-caf', codec, duration, sampleRate, channels, bitrate, tags }
}

/** Packets of one size are counted by the bytes, others by their table, which also declares what plays of them. */
async function samplesIn(
  source: ByteSource,
  description: Description,
  sound: Chunk,
  packets: Packets | undefined,
): Promise<number> {
  const blocks = blocksOf(description)
  if (blocks) {
    const samples = countSamples(sound.length, blocks)
    return packets && packets.validSamples > 0 ? Math.min(samples, packets.validSamples) : samples
  }
  if (!packets) throw damaged('It is cut short: its packet table is missing.')
  const { coding, packetSamples } = description
  if (packetSamples === 0) throw notAudio(coding, `a CAF file with packets of unlike durations (${coding})`)
  let [sum, last] = [0, 0]
  await visitPackets(source, packets, (bytes) => {
    sum += bytes
    last = bytes
  })
  if (sum > sound.length) throw damaged('It is cut short: its packet table declares more than there is.')
  const lastPacket = await source.bytes(sound.offset + sum - last, Math.min(last, alacHeaderBytes))
  // Writers may count the last packet of ALAC as a whole one.
  const lastSamples = coding === 'alac' ? alacPacketSamples(lastPacket, packetSamples) : packetSamples
  return Math.max(0, Math.min(packets.validSamples, (packets.count - 1) * packetSamples + lastSamples))
}
