/**
 * Measures the sound of a file, from its packets. With the decoders and the meter, which only it reaches, it is a module of
 * its own: `src/local/soundModule.ts` writes it to `built/`, and `analyseSound.ts` loads it from there.
 */
import type { SoundTrack } from '../audio/containers/sound.ts'
import type { Decoded, Decoder } from './decoders/decoder.ts'
import { openDecoder } from './decoders/openDecoder.ts'
import { encodeWaveform } from './peaksFile.ts'
import { createSoundMeter, type SoundMeter } from './soundMeter.ts'

export { Undecodable } from './decoders/decoder.ts'

/** A file of which more packets than these are damaged is not measured. */
const maxDamagedShare = 0.5
/**
 * Seconds of one channel that are decoded in one go: some 30 ms of CPU. Streams that the same isolate serves come in between.
 * The clock stands still while a Worker computes, so time cannot decide.
 */
const pauseAfterSeconds = 10
/** A packet that gives nothing costs too. */
const packetSeconds = 0.01

/** Levels are in LUFS, LU and dBTP; the waveform is in its binary form. */
export type Analysis =
  | {
      state: 'done'
      waveform: Uint8Array<ArrayBuffer>
      loudness: number | null
      loudnessRange: number | null
      peak: number | null
    }
  | { state: 'failed' | 'unsupported'; reason: string }

/** The tracks of one file, one after the other. */
export class Measurement {
  #decoder: Decoder | undefined
  #meter: SoundMeter | undefined
  /** Samples of each channel that are still to be dropped, and to be kept, in this track. */
  #skip = 0
  #keep = 0
  #secondsLeft: number
  /** Of one channel. */
  #secondsSincePause = 0
  #packets = 0
  #damaged = 0
  #isCoreOnly = false

  constructor(seconds: number) {
    this.#secondsLeft = seconds
  }

  /** Whether the whole duration of the clip has been measured. What follows is padding. */
  get isFull(): boolean {
    return this.#meter !== undefined && this.#secondsLeft <= 0
  }

  async begin(track: SoundTrack): Promise<void> {
    this.#endTrack()
    const decoder = await openDecoder(track)
    this.#decoder = decoder
    this.#skip = track.skipSamples
    this.#keep = track.playsSamples ?? Infinity
    const { sampleRate, speakers } = decoder
    const expectedSamples = Math.round(this.#secondsLeft * sampleRate)
    if (this.#meter) this.#meter.begin({ sampleRate, speakers })
    else this.#meter = createSoundMeter({ sampleRate, speakers, expectedSamples })
  }

  async decode(packets: Uint8Array[]): Promise<void> {
    for (const packet of packets) {
      if (!this.#decoder || this.#secondsLeft <= 0) return
      this.#packets++
      this.#measure(this.#decoder.decode(packet), this.#decoder)
      if (this.#secondsSincePause < pauseAfterSeconds) continue
      this.#secondsSincePause = 0
      await scheduler.wait(1)
    }
  }

  finish(): Analysis {
    this.#endTrack()
    if (!this.#meter) return { state: 'unsupported', reason: 'its codec is not decoded' }
    const { waveform, loudness, loudnessRange, truePeak, samples } = this.#meter.finish()
    if (samples === 0 || this.#damaged > this.#packets * maxDamagedShare) {
      return { state: 'failed', reason: `${this.#damaged} of ${this.#packets} packets are damaged` }
    }
    const levels = this.#isCoreOnly
      ? { loudness: null, loudnessRange: null, peak: null }
      : {
          loudness: hundredths(loudness),
          loudnessRange: hundredths(loudnessRange),
          peak: hundredths(truePeak),
        }
    return { state: 'done', waveform: encodeWaveform(waveform), ...levels }
  }

  close(): void {
    this.#decoder?.close()
    this.#decoder = undefined
  }

  #endTrack(): void {
    const decoder = this.#decoder
    if (!decoder) return
    this.#measure(decoder.flush(), decoder)
    this.#isCoreOnly ||= decoder.isCoreOnly
    this.close()
  }

  /** Hands on what plays. Loudness and peak need all of the sound, so a decoder of a part of it has none. */
  #measure({ channels, samples, isDamaged }: Decoded, { sampleRate }: Decoder): void {
    if (isDamaged) this.#damaged++
    this.#secondsSincePause += Math.max(packetSeconds, (samples * channels.length) / sampleRate)
    const from = Math.min(samples, this.#skip)
    this.#skip -= from
    const left = Math.max(0, Math.round(this.#secondsLeft * sampleRate))
    const to = Math.min(samples, from + Math.min(this.#keep, left))
    this.#keep -= to - from
    this.#secondsLeft -= (to - from) / sampleRate
    this.#meter?.add(channels, from, to)
  }
}

/** As the database keeps it. */
function hundredths(level: number | null): number | null {
  return level === null || !Number.isFinite(level) ? null : Math.round(level * 100) / 100
}
