/** Reads the lines of a channel's frame (ISO/IEC 14496-3 §4.4.2.7 spectral_data, §4.6.1, §4.6.3) and multiplies them by their gains. */
import type { FrameBits } from './frameBits.ts'
import {
  readEscapePairs,
  readSignedPairs,
  readSignedQuads,
  readUnsignedPairs,
  readUnsignedQuads,
} from './levels.ts'
import type { CodeBook } from './huffman.ts'
import { type Noise, fillWithNoise } from './noise.ts'
import { type BandInfo, noiseBook, zeroBook } from './sections.ts'
import type { WindowInfo } from './windowInfo.ts'

/** Every line of the frame is written: short windows one after another, each `windowLines` long. */
export function readSpectrum(
  bits: FrameBits,
  spectrumBooks: CodeBook[],
  info: WindowInfo,
  { books, gains }: BandInfo,
  noise: Noise,
  spectrum: Float64Array,
): void {
  spectrum.fill(0)
  const { offsets, count } = info.bands
  const windowLines = offsets[count] ?? 0
  let firstWindow = 0
  for (let group = 0; group < info.groups; group++) {
    const groupWindows = info.groupWindows[group] ?? 0
    for (let band = 0; band < info.codedBands; band++) {
      const place = group * info.codedBands + band
      const book = books[place] ?? 0
      const gain = gains[place] ?? 0
      for (let window = firstWindow; window < firstWindow + groupWindows; window++) {
        const from = window * windowLines + (offsets[band] ?? 0)
        const to = window * windowLines + (offsets[band + 1] ?? 0)
        if (book === noiseBook) fillWithNoise(noise, spectrum, from, to, gain)
        else if (book !== zeroBook && book < noiseBook) {
          readBand(bits, spectrumBooks, book, spectrum, from, to, gain)
        }
      }
    }
    firstWindow += groupWindows
  }
}

function readBand(
  bits: FrameBits,
  spectrumBooks: CodeBook[],
  book: number,
  spectrum: Float64Array,
  from: number,
  to: number,
  gain: number,
): void {
  const codes = spectrumBooks[book - 1]
  if (!codes) return
  if (book <= 2) readSignedQuads(bits, codes, spectrum, from, to, gain)
  else if (book <= 4) readUnsignedQuads(bits, codes, spectrum, from, to, gain)
  else if (book <= 6) readSignedPairs(bits, codes, spectrum, from, to, gain)
  else if (book <= 10) readUnsignedPairs(bits, codes, spectrum, from, to, gain)
  else readEscapePairs(bits, codes, spectrum, from, to, gain)
  bits.check()
}
