/** Decodes AAC-LC (ISO/IEC 14496-3 subpart 4), and of HE-AAC its core. */
import type { Decoded, Decoder, OpenDecoder } from '../decoders/decoder.ts'
import { Undecodable } from '../decoders/decoder.ts'
import { bandsAt } from './bands.ts'
import { type BlockReader, createBlockReader, readBlock } from './block.ts'
import { type AacConfig, readConfig } from './config.ts'
import { createFilterBank, createOverlap, type FilterBank, type Overlap, synthesize } from './filterBank.ts'
import { DamagedFrame } from './frameBits.ts'
import { resetPredictors } from './prediction.ts'
import { applyTns } from './tns.ts'

export const openAac: OpenDecoder<'aac'> = async ({ coding, channels }) =>
  createDecoder(readConfig(coding.config, channels))

function createDecoder(config: AacConfig): Decoder {
  const { frameSamples, rateIndex, isMain, sampleRate } = config
  const bands = bandsAt(rateIndex, frameSamples, isMain)
  if (!bands) throw new Undecodable('damaged', 'Its sample rate is reserved.')
  const kind = { bands, frameSamples, tnsOrder: isMain ? 20 : 12 }
  const reader = createBlockReader(kind, config.layout, config.isLayoutGuessed)
  const bank = createFilterBank(frameSamples)
  const overlaps = config.layout.speakers.map(() => createOverlap(frameSamples))
  const channels = config.layout.speakers.map(() => new Float32Array(frameSamples))
  const whole: Decoded = { channels, samples: frameSamples, isDamaged: false }
  const silent: Decoded = { channels, samples: frameSamples, isDamaged: true }
  const nothing: Decoded = { channels, samples: 0, isDamaged: false }
  return {
    get speakers() {
      return reader.layout.speakers
    },
    sampleRate,
    get isCoreOnly() {
      return config.isCoreOnly || reader.hasBandReplication
    },
    decode: (packet) => {
      if (readLines(reader, packet)) {
        synthesizeAll(bank, reader, overlaps, channels)
        return whole
      }
      // What is kept of the frame before would sound as if it were cut.
      for (const overlap of overlaps) overlap.samples.fill(0)
      for (const samples of channels) samples.fill(0)
      for (const { predictors } of reader.frames) if (predictors) resetPredictors(predictors)
      return silent
    },
    flush: () => nothing,
    close: () => undefined,
  }
}

/** Whether the packet is whole. Nothing of a damaged one is played, so all its channels are read before any. */
function readLines(reader: BlockReader, packet: Uint8Array): boolean {
  try {
    readBlock(reader, packet)
    for (const { tns, info, spectrum } of reader.frames) applyTns(tns, info, spectrum)
    return true
  } catch (error) {
    if (error instanceof DamagedFrame) return false
    throw error
  }
}

function synthesizeAll(
  bank: FilterBank,
  reader: BlockReader,
  overlaps: Overlap[],
  channels: Float32Array[],
): void {
  for (let channel = 0; channel < channels.length; channel++) {
    const frame = reader.frames[channel]
    const overlap = overlaps[channel]
    const samples = channels[channel]
    if (frame && overlap && samples) synthesize(bank, frame.info, frame.spectrum, overlap, samples)
  }
}
