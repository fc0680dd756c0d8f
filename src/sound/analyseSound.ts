/** Measures the sound of a file: packets from its container, samples from its decoder, waveform and levels from its meter. */
import { ByteSource } from '../audio/byteSource.ts'
import { readSound } from '../audio/containers/detectFormat.ts'
import type { SoundTrack } from '../audio/containers/sound.ts'
import { Problem } from '../http/problem.ts'
import { Undecodable, type Decoded, type Decoder } from './decoders/decoder.ts'
import { openDecoder } from './decoders/openDecoder.ts'
import { encodeWaveform } from './peaksFile.ts'
import { createSoundMeter, type SoundMeter } from './soundMeter.ts'

/** Grows when an analysis would give something else than before. The cron then analyses older clips again. */
export const analysisVersion = 1

/** Seconds of one channel: four hours of stereo. Twice as much could take all the CPU time of an invocation. */
const maxChannelSeconds = 8 * 60 * 60
const windowBytes = 1024 * 1024
/**
 * Seconds of one channel that are decoded in one go: some 30 ms of CPU. Streams that the same isolate serves come in between.
 * The clock stands still while a Worker computes, so time cannot decide.
 */
const goSeconds = 10
/** A packet that gives nothing costs too. */
const packetSeconds = 0.01
/** A file of which more packets than these are damaged is not measured. */
const maxDamagedShare = 0.5

/** What is known of a file from its upload. */
export type Known = { size: number; seconds: number | null; channels: number | null }

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

/** Each result has memory of its own, which is freed after the next but one. */
type ReadRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

/** Throws only what `readRange` throws, and mistakes of ours. */
export async function analyseSound(known: Known, readRange: ReadRange): Promise<Analysis> {
  const seconds = known.seconds ?? 0
  if (seconds * (known.channels ?? 1) > maxChannelSeconds) {
    return { state: 'unsupported', reason: 'it lasts too long' }
  }
  const source = new ByteSource(known.size, freeingWindows(readRange), { maxWindowBytes: windowBytes })
  const run = new Run(seconds)
  try {
    for await (const part of readSound(source)) {
      if ('track' in part) await run.begin(part.track)
      else await run.decode(part.packets)
      if (run.isFull) break
    }
    return run.finish()
  } catch (error) {
    if (error instanceof Undecodable) return { state: stateOf(error), reason: error.message }
    const isDamaged = error instanceof Problem && error.problem === 'damaged-audio'
    if (isDamaged) return { state: 'failed', reason: error.message }
    throw error
  } finally {
    run.close()
  }
}

/**
 * Frees each window when the next but one is read: no packet of it is used any more. V8 lets 64 MB of windows pile up before it
 * collects them, which is half of what an isolate has.
 */
function freeingWindows(readRange: ReadRange): ReadRange {
  let [older, newer] = [new Uint8Array(), new Uint8Array()]
  return async (offset, length) => {
    older.buffer.transfer(0)
    older = newer
    newer = await readRange(offset, length)
    return newer
  }
}

function stateOf({ reason }: Undecodable): 'unsupported' | 'failed' {
  return reason === 'unsupported' ? 'unsupported' : 'failed'
}

/** The tracks of one file, one after the other. */
class Run {
  #decoder: Decoder | undefined
  #meter: SoundMeter | undefined
  /** Samples of each channel that are still to be dropped, and to be kept, in this track. */
  #skip = 0
  #keep = 0
  #secondsLeft: number
  /** Seconds of one channel since the last pause. */
  #goSeconds = 0
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
      if (this.#goSeconds < goSeconds) continue
      this.#goSeconds = 0
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
    this.#goSeconds += Math.max(packetSeconds, (samples * channels.length) / sampleRate)
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
  return level === null ? null : Math.round(level * 100) / 100
}
