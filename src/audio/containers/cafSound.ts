/** The sound of a CAF file, packet by packet. */
import type { ByteSource } from '../byteSource.ts'
import { findChunks, type Description, type Packets } from './cafChunks.ts'
import { blocksOf, readCookie, visitPackets } from './cafPackets.ts'
import { pcm, soundOfCoding } from './codings.ts'
import type { Decoded } from './decoderConfig.ts'
import { plainOpusHead } from './decoderHeaders.ts'
import type { SoundPart } from './sound.ts'
import { cutBlocks, maxTableBytes, readPlaces, type Place } from './soundPackets.ts'
import { damaged } from './survey.ts'

const opusRate = 48000
/** Opus needs a header for more. */
const maxPlainOpusChannels = 2
/** Of PCM. */
const floatFlag = 1
const littleEndianFlag = 2

export async function* readCafSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const { description, sound, packets, cookie } = await findChunks(source, start)
  if (!description || !sound) return
  const decoded = decodedOf(description, cookie, packets?.primingSamples ?? 0)
  const blocks = blocksOf(description)
  if (!decoded || (!blocks && !packets)) return
  const sampleRate = decoded.sampleRate || description.sampleRate
  // SBR doubles the rate that the file counts in.
  const scale = sampleRate / description.sampleRate
  const skipSamples = Math.round((packets?.primingSamples ?? 0) * scale)
  const playsSamples = packets?.validSamples ? Math.round(packets.validSamples * scale) : undefined
  const channels = decoded.channels || description.channels
  yield { track: { coding: decoded.coding, sampleRate, channels, skipSamples, playsSamples } }
  if (blocks) yield* readPlaces(source, cutBlocks(sound.offset, sound.length, blocks))
  else if (packets) yield* readPlaces(source, inARow(sound.offset, await readSizes(source, packets)))
}

function decodedOf(
  description: Description,
  cookie: Uint8Array | undefined,
  primingSamples: number,
): Decoded | undefined {
  const { coding: name, flags, packetBytes, packetSamples, channels, bits } = description
  if (/^\.mp[123]$/.test(name)) return { coding: { codec: 'mpeg' } }
  if (name === 'opus' && channels <= maxPlainOpusChannels) {
    const head = plainOpusHead(channels, primingSamples)
    return { coding: { codec: 'opus', head }, sampleRate: opusRate }
  }
  if (name !== 'lpcm') {
    const coding = soundOfCoding(name, channels, bits)
    return coding ? { coding } : cookie && readCookie(name, cookie)?.decoded
  }
  const type = flags & floatFlag ? 'float' : 'signed'
  const bytes = packetBytes > 0 ? packetBytes / (packetSamples * channels) : Math.ceil(bits / 8)
  const coding = pcm(type, bytes, (flags & littleEndianFlag) === 0)
  return coding && { coding }
}

async function readSizes(source: ByteSource, packets: Packets): Promise<Uint32Array> {
  if (packets.count * 4 > maxTableBytes) throw damaged('It has too many packets.')
  const sizes = new Uint32Array(packets.count)
  await visitPackets(source, packets, (bytes, index) => {
    sizes[index] = bytes
  })
  return sizes
}

function* inARow(from: number, sizes: Uint32Array): Generator<Place> {
  let at = from
  for (const bytes of sizes) {
    yield { at, bytes }
    at += bytes
  }
}
