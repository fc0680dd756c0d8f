/** Reads the elements of a packet: raw_data_block (ISO/IEC 14496-3 Table 4.3). */
import {
  type ChannelFrame,
  createChannelFrame,
  type FrameKind,
  predictChannel,
  readChannelFrame,
  silenceChannel,
} from './channelFrame.ts'
import { type ChannelLayout, type ElementKind, readProgram, takeElement } from './channelLayout.ts'
import { skipCoupling } from './coupling.ts'
import { DamagedFrame, FrameBits } from './frameBits.ts'
import { createNoise, type Noise } from './noise.ts'
import { copyByIntensity, createSharing, readSharing, separateSums, type Sharing } from './stereo.ts'
import { copyWindowInfo, readWindowInfo } from './windowInfo.ts'

export type BlockReader = {
  bits: FrameBits
  kind: FrameKind
  layout: ChannelLayout
  /** The first frames may say which channels there are. */
  isLayoutGuessed: boolean
  /** Of each channel. */
  frames: ChannelFrame[]
  /** Of each element of the layout, whether the frame has had it. */
  isTaken: Uint8Array
  sharing: Sharing
  noise: Noise
  coupled: ChannelFrame
  hasBandReplication: boolean
}

export function createBlockReader(
  kind: FrameKind,
  layout: ChannelLayout,
  isLayoutGuessed: boolean,
): BlockReader {
  return {
    bits: new FrameBits(),
    kind,
    layout,
    isLayoutGuessed,
    frames: layout.speakers.map(() => createChannelFrame(kind)),
    isTaken: new Uint8Array(layout.elements.length),
    sharing: createSharing(),
    noise: createNoise(),
    coupled: createChannelFrame(kind),
    hasBandReplication: false,
  }
}

/** Channels, a few lists and couplings, and padding in parts of 269 bytes. More would only cost time. */
const maxElements = 64

/** Reads the lines of every channel into `frames`. Throws `DamagedFrame`. */
export function readBlock(reader: BlockReader, packet: Uint8Array): void {
  const { bits, isTaken } = reader
  bits.load(packet)
  isTaken.fill(0)
  let hasSound = false
  for (let elements = 0; ; elements++) {
    if (elements === maxElements) throw new DamagedFrame('It has too many elements.')
    const element = bits.read(3)
    if (element === 0) readSingle(reader, 'single')
    else if (element === 1) readPair(reader)
    else if (element === 2) skipCoupling(bits, reader.kind, reader.noise, reader.coupled)
    else if (element === 3) readSingle(reader, 'low')
    else if (element === 4) skipData(bits)
    else if (element === 5) readChannelList(reader)
    else if (element === 6) skipFill(reader)
    else break
    hasSound ||= element === 0 || element === 1 || element === 3
  }
  if (!hasSound) throw new DamagedFrame('It has no channel.')
  silenceMissing(reader)
}

function frameAt(reader: BlockReader, channel: number): ChannelFrame {
  const frame = reader.frames[channel]
  if (!frame) throw new DamagedFrame('It has a channel that the track does not have.')
  return frame
}

function readSingle(reader: BlockReader, elementKind: ElementKind): void {
  const { bits, kind, noise, layout, isTaken } = reader
  const { channel } = takeElement(layout, elementKind, bits.read(4), isTaken)
  const frame = frameAt(reader, channel)
  readChannelFrame(bits, kind, noise, frame, false)
  predictChannel(frame, kind)
}

function readPair(reader: BlockReader): void {
  const { bits, kind, noise, layout, isTaken, sharing } = reader
  const { channel } = takeElement(layout, 'pair', bits.read(4), isTaken)
  const left = frameAt(reader, channel)
  const right = frameAt(reader, channel + 1)
  const isCommon = bits.readFlag()
  if (isCommon) {
    readWindowInfo(bits, kind.bands, left.info)
    copyWindowInfo(left.info, right.info)
    readSharing(bits, left.info, sharing)
  } else {
    sharing.mode = 0
    sharing.bands.fill(0)
  }
  readChannelFrame(bits, kind, noise, left, isCommon)
  readChannelFrame(bits, kind, noise, right, isCommon)
  separateSums(left, right, sharing)
  predictChannel(left, kind)
  predictChannel(right, kind)
  copyByIntensity(left, right, sharing)
}

/** A data_stream_element: bytes for something else. */
function skipData(bits: FrameBits): void {
  bits.skip(4)
  const isAligned = bits.readFlag()
  let count = bits.read(8)
  if (count === 255) count += bits.read(8)
  if (isAligned) bits.align()
  bits.skip(8 * count)
}

/** A program_config_element in the frames, which ADTS has where its header does not number the channels. */
function readChannelList(reader: BlockReader): void {
  const layout = readProgram(reader.bits)
  if (!reader.isLayoutGuessed || layout.speakers.length !== reader.layout.speakers.length) return
  reader.layout = layout
  reader.isTaken = new Uint8Array(layout.elements.length)
  reader.isLayoutGuessed = false
}

/** A fill_element: padding, or an extension. 13 and 14 are spectral band replication. */
function skipFill(reader: BlockReader): void {
  const { bits } = reader
  let count = bits.read(4)
  if (count === 15) count += bits.read(8) - 1
  const extension = count > 0 ? bits.peek() >>> 28 : 0
  if (extension === 13 || extension === 14) reader.hasBandReplication = true
  bits.skip(8 * count)
}

function silenceMissing({ layout, isTaken, frames, kind }: BlockReader): void {
  for (let place = 0; place < layout.elements.length; place++) {
    const element = layout.elements[place]
    if (!element || isTaken[place] === 1) continue
    const end = element.channel + (element.kind === 'pair' ? 2 : 1)
    for (let channel = element.channel; channel < end; channel++) {
      const frame = frames[channel]
      if (frame) silenceChannel(kind, frame)
    }
  }
}
