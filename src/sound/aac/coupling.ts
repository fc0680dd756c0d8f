/**
 * Skips a coupling_channel_element (ISO/IEC 14496-3 Table 4.8): sound that is added to other channels. No encoder
 * in use writes it. Its length is known only by reading it.
 */
import { type ChannelFrame, type FrameKind, readChannelFrame } from './channelFrame.ts'
import type { FrameBits } from './frameBits.ts'
import { codeBooks, readDifference } from './huffman.ts'
import type { Noise } from './noise.ts'
import { zeroBook } from './sections.ts'

export function skipCoupling(bits: FrameBits, kind: FrameKind, noise: Noise, frame: ChannelFrame): void {
  bits.skip(4)
  const isIndependent = bits.readFlag()
  const targets = bits.read(3) + 1
  let lists = 0
  for (let target = 0; target < targets; target++) {
    lists++
    const isPair = bits.readFlag()
    bits.skip(4)
    // A pair whose channels are both coupled has a list for each.
    if (isPair && bits.read(2) === 3) lists++
  }
  bits.skip(1 + 1 + 2)
  readChannelFrame(bits, kind, noise, frame, false)
  for (let list = 1; list < lists; list++) skipGains(bits, frame, isIndependent)
}

function skipGains(bits: FrameBits, { info, bands }: ChannelFrame, isIndependent: boolean): void {
  const { scaleFactors } = codeBooks()
  if (isIndependent || bits.readFlag()) readDifference(bits, scaleFactors)
  else {
    for (let place = 0; place < info.groups * info.codedBands; place++) {
      if (bands.books[place] !== zeroBook) readDifference(bits, scaleFactors)
    }
  }
}
