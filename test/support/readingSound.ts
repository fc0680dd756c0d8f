/** Reads the sound of a file in memory, and checks what that cost. */
import { expect } from 'vitest'
import { ByteSource } from '../../src/audio/byteSource.ts'
import { readSound } from '../../src/audio/containers/detectFormat.ts'
import type { SoundTrack } from '../../src/audio/containers/sound.ts'
import { packetSamples } from './packetSamples.ts'

export const soundWindowBytes = 1024 * 1024

export type ReadTrack = { track: SoundTrack; packets: Uint8Array[]; samples: number }

/** Its tracks with copies of their packets. */
export async function readTracks(file: Uint8Array, maxWindowBytes = soundWindowBytes): Promise<ReadTrack[]> {
  let longest = 0
  const readRange = (offset: number, length: number) => {
    if (!(length > 0 && offset + length <= file.byteLength))
      throw new Error(`a read of ${length} at ${offset}`)
    longest = Math.max(longest, length)
    return Promise.resolve(new Uint8Array(file.subarray(offset, offset + length)))
  }
  const source = new ByteSource(file.byteLength, readRange, { maxWindowBytes })
  const tracks: ReadTrack[] = []
  let count: (packet: Uint8Array) => number = () => 0
  try {
    for await (const part of readSound(source)) {
      if ('track' in part) {
        tracks.push({ track: part.track, packets: [], samples: 0 })
        count = packetSamples(part.track)
        continue
      }
      const track = tracks.at(-1)
      if (!track) throw new Error('packets come before a track')
      for (const packet of part.packets) {
        track.packets.push(new Uint8Array(packet))
        track.samples += count(packet)
      }
    }
  } finally {
    expect(longest).toBeLessThanOrEqual(maxWindowBytes)
  }
  return tracks
}

/** Seconds that play of the tracks, after what they skip. */
export function secondsPlayed(tracks: ReadTrack[]): number {
  return tracks.reduce((sum, { track, samples }) => {
    const { skipSamples, playsSamples = Infinity, sampleRate } = track
    return sum + Math.max(0, Math.min(samples - skipSamples, playsSamples)) / sampleRate
  }, 0)
}
