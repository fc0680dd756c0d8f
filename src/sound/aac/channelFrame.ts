/** One channel's part of a frame: individual_channel_stream (ISO/IEC 14496-3 Table 4.50). */
import type { FrameBands } from './bands.ts'
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import { codeBooks } from './huffman.ts'
import type { Noise } from './noise.ts'
import {
  clearPrediction,
  createPredictors,
  type Predictors,
  predictLines,
  resetPredictors,
} from './prediction.ts'
import { addPulses, createPulses, type Pulses, readPulses } from './pulses.ts'
import { type BandInfo, createBandInfo, readGains, readSections } from './sections.ts'
import { readSpectrum } from './spectrum.ts'
import { createTns, readTns, type Tns } from './tns.ts'
import { createWindowInfo, readWindowInfo, type WindowInfo } from './windowInfo.ts'

export type ChannelFrame = {
  info: WindowInfo
  bands: BandInfo
  tns: Tns
  pulses: Pulses
  spectrum: Float64Array
  /** AAC Main has them. */
  predictors: Predictors | undefined
}

/** What is the same for all frames of a track. */
export type FrameKind = {
  bands: FrameBands
  frameSamples: number
  /** How many coefficients a filter of TNS may have in long windows. */
  tnsOrder: number
}

export function createChannelFrame(kind: FrameKind): ChannelFrame {
  return {
    info: createWindowInfo(kind.bands.long),
    bands: createBandInfo(),
    tns: createTns(),
    pulses: createPulses(),
    spectrum: new Float64Array(kind.frameSamples),
    predictors: kind.bands.predicted > 0 ? createPredictors() : undefined,
  }
}

/** A pair with common windows has read `info` before. */
export function readChannelFrame(
  bits: FrameBits,
  kind: FrameKind,
  noise: Noise,
  frame: ChannelFrame,
  hasInfo: boolean,
): void {
  const { info, bands, tns, pulses, spectrum } = frame
  const books = codeBooks()
  const globalGain = bits.read(8)
  if (!hasInfo) readWindowInfo(bits, kind.bands, info)
  readSections(bits, info, bands)
  readGains(bits, books.scaleFactors, info, bands, globalGain)
  pulses.count = 0
  if (bits.readFlag()) readPulses(bits, info, pulses)
  tns.count = 0
  if (bits.readFlag()) readTns(bits, info, kind.tnsOrder, tns)
  if (bits.readFlag()) throw new DamagedFrame('Only scalable sample rate has gain control.')
  readSpectrum(bits, books.spectrum, info, bands, noise, spectrum)
  if (pulses.count > 0) addPulses(pulses, info, bands, spectrum)
}

/** After sums and differences are taken apart, and before one channel is copied to the other (§4.6.7.1). */
export function predictChannel({ info, predictors, spectrum }: ChannelFrame, kind: FrameKind): void {
  if (!predictors) return
  if (info.windows === 8) resetPredictors(predictors)
  else predictLines(predictors, info.prediction, info.bands.offsets, kind.bands.predicted, spectrum)
}

/** Nothing: what a channel plays that a frame leaves out. */
export function silenceChannel(kind: FrameKind, { info, tns, spectrum }: ChannelFrame): void {
  info.sequence = 0
  info.shape = 0
  info.windows = 1
  info.bands = kind.bands.long
  info.codedBands = 0
  clearPrediction(info.prediction)
  tns.count = 0
  spectrum.fill(0)
}
