/** Measures the sound of a file: packets from its container, samples from its decoder, waveform and levels from its meter. */
import { ByteSource } from '../audio/byteSource.ts'
import { readSound } from '../audio/containers/detectFormat.ts'
import { Problem } from '../http/problem.ts'
import type { Undecodable } from './decoders/decoder.ts'
import type { Analysis } from './measurement.ts'

/** Grows when an analysis would give something else than before. The cron then analyses older clips again. */
export const analysisVersion = 1

/** Seconds of one channel: four hours of stereo. Twice as much could take all the CPU time of an invocation. */
const maxChannelSeconds = 8 * 60 * 60
const windowBytes = 1024 * 1024

/** What is known of a file from its upload. */
export type Known = { size: number; seconds: number | null; channels: number | null }

/** Each result has memory of its own, which is freed after the next but one. */
type ReadRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

/** Throws only what `readRange` throws, and mistakes of ours. */
export async function analyseSound(known: Known, readRange: ReadRange): Promise<Analysis> {
  const seconds = known.seconds ?? 0
  if (seconds * (known.channels ?? 1) > maxChannelSeconds) {
    return { state: 'unsupported', reason: 'it lasts too long' }
  }
  // A module of its own, so that what streams never loads it. It has copies of classes that are here too: what it throws is to
  // be compared with its own.
  const { Measurement, Undecodable } = await import('./built/measurement.mjs')
  const source = new ByteSource(known.size, freeingWindows(readRange), { maxWindowBytes: windowBytes })
  const measurement = new Measurement(seconds)
  try {
    for await (const part of readSound(source)) {
      if ('track' in part) await measurement.begin(part.track)
      else await measurement.decode(part.packets)
      if (measurement.isFull) break
    }
    return measurement.finish()
  } catch (error) {
    if (error instanceof Undecodable) return { state: stateOf(error), reason: error.message }
    if (isUnreadable(error)) return { state: 'failed', reason: error.message }
    throw error
  } finally {
    measurement.close()
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

/** The file is not as its upload has found it. */
function isUnreadable(error: unknown): error is Problem {
  return error instanceof Problem && (error.problem === 'damaged-audio' || error.problem === 'not-audio')
}

function stateOf({ reason }: Undecodable): 'unsupported' | 'failed' {
  return reason === 'unsupported' ? 'unsupported' : 'failed'
}
