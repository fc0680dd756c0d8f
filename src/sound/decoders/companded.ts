/** Mu-law and A-law (ITU-T G.711): a byte for each sample, a step of which is as large as the sample is loud. */
import type { SoundTrack } from '../../audio/containers/sound.ts'
import type { Decoder, OpenDecoder } from './decoder.ts'
import { checkChannels, plainDecoder } from './plainDecoder.ts'
import { waveSpeakers } from './waveSpeakers.ts'

const scale = 2 ** -15
const tables = { mulaw: tableOf(expandMulaw), alaw: tableOf(expandAlaw) }

function tableOf(expand: (code: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => expand(code) * scale)
}

/** The sample of 16 bits. The bits of a code are inverted: sign, segment, step (G.711 Table 2a, times 4). */
function expandMulaw(code: number): number {
  const bits = ~code & 0xff
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return bits & 0x80 ? -magnitude : magnitude
}

/** The sample of 16 bits. Every second bit of a code is inverted (G.711 Table 1a, times 8). */
function expandAlaw(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const step = ((bits & 15) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

/** Bytes behind the last whole block are left out. A packet that has no whole block is damaged. */
export const openCompanded: OpenDecoder<'mulaw' | 'alaw'> = async (track) =>
  openTable(track, tables[track.coding.codec])

function openTable(track: SoundTrack, table: Float32Array): Decoder {
  checkChannels(track)
  const step = track.channels
  return plainDecoder(track, waveSpeakers(step), (planes, packet) => {
    const samples = Math.floor(packet.byteLength / step)
    planes.resize(samples)
    planes.isDamaged = samples === 0
    for (const [channel, into] of planes.channels.entries()) {
      for (let index = 0, at = channel; index < samples; index++, at += step) {
        into[index] = table[packet[at] ?? 0] ?? 0
      }
    }
  })
}
