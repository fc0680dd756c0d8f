/** Which channels a track has, and which elements of a frame carry them (ISO/IEC 14496-3 Table 1.19, §4.5.1.2). */
import type { Speaker } from '../speakers.ts'
import { DamagedFrame, type FrameBits } from './frameBits.ts'

export type ElementKind = 'single' | 'pair' | 'low'

export type Element = {
  kind: ElementKind
  /** Undefined where only the order of the elements says which is which. */
  tag: number | undefined
  /** Its first channel. */
  channel: number
}

/** Channels are in the order of their elements. */
export type ChannelLayout = { speakers: Speaker[]; elements: Element[] }

type Places = [kind: ElementKind, ...speakers: Speaker[]][]

const front: Places = [
  ['single', 'C'],
  ['pair', 'L', 'R'],
]
const sides: Places = [['pair', 'Ls', 'Rs']]
const low: Places = [['low', 'LFE']]

/** By channel configuration. The others are reserved, or have more than eight channels. */
const configurations: Record<number, Places> = {
  1: [['single', 'M']],
  2: [['pair', 'L', 'R']],
  3: front,
  4: [...front, ['single', 'Cb']],
  5: [...front, ...sides],
  6: [...front, ...sides, ...low],
  // The standard has the pairs Lc Rc, L R, Ls Rs. Encoders write these, and decoders read them so.
  7: [...front, ...sides, ['pair', 'Lb', 'Rb'], ...low],
  11: [...front, ...sides, ['single', 'Cb'], ...low],
  12: [...front, ...sides, ['pair', 'Lb', 'Rb'], ...low],
  // The second pair is above the front.
  14: [...front, ...sides, ...low, ['pair', 'other', 'other']],
}

export function layoutOf(configuration: number): ChannelLayout | undefined {
  const places = configurations[configuration]
  if (!places) return undefined
  const layout: ChannelLayout = { speakers: [], elements: [] }
  for (const [kind, ...speakers] of places) {
    add(layout, kind, undefined, speakers)
  }
  return layout
}

/** The layout that so many channels have where nothing says which they are. */
export function layoutOfCount(channels: number): ChannelLayout | undefined {
  return layoutOf(channels === 7 ? 11 : channels === 8 ? 12 : channels)
}

/** A program_config_element (§4.4.1.1), which lists the elements one by one. */
export function readProgram(bits: FrameBits): ChannelLayout {
  bits.skip(4 + 2 + 4)
  const counts = [bits.read(4), bits.read(4), bits.read(4)]
  const lows = bits.read(2)
  const [data, couplings] = [bits.read(3), bits.read(4)]
  for (const length of [4, 4, 3]) if (bits.readFlag()) bits.skip(length)
  const [inFront, atSides, behind] = counts.map((count) =>
    Array.from({ length: count }, () => ({ isPair: bits.readFlag(), tag: bits.read(4) })),
  )
  const lowTags = Array.from({ length: lows }, () => bits.read(4))
  bits.skip(4 * data + 5 * couplings)
  bits.align()
  bits.skip(8 * bits.read(8))
  return programLayout(inFront ?? [], atSides ?? [], behind ?? [], lowTags)
}

type Listed = { isPair: boolean; tag: number }
type Pair = [Speaker, Speaker]

const innerFront: Pair = ['Lc', 'Rc']
const outerFront: Pair = ['L', 'R']
const sidePair: Pair = ['Ls', 'Rs']
const backPair: Pair = ['Lb', 'Rb']

function programLayout(
  inFront: Listed[],
  atSides: Listed[],
  behind: Listed[],
  lowTags: number[],
): ChannelLayout {
  const layout: ChannelLayout = { speakers: [], elements: [] }
  const isMono = inFront.length === 1 && atSides.length + behind.length === 0
  const frontPairs = inFront.filter(({ isPair }) => isPair).length
  const hasSidePair = atSides.some(({ isPair }) => isPair)
  // From the middle outwards.
  addListed(layout, inFront, frontPairs > 1 ? [innerFront, outerFront] : [outerFront], isMono ? 'M' : 'C')
  // No single loudspeaker is at a side: ffmpeg's encoder lists low frequencies there.
  addListed(layout, atSides, [sidePair], 'LFE')
  addListed(layout, behind, hasSidePair ? [backPair] : [sidePair, backPair], 'Cb')
  for (const tag of lowTags) add(layout, 'low', tag, ['LFE'])
  return layout
}

/** Names the pairs in order, and the first single channel. Those that are more have no name. */
function addListed(layout: ChannelLayout, listed: Listed[], pairs: Pair[], single: Speaker): void {
  const [pairsLeft, singlesLeft] = [[...pairs], [single]]
  for (const { isPair, tag } of listed) {
    if (isPair) add(layout, 'pair', tag, pairsLeft.shift() ?? ['other', 'other'])
    else add(layout, 'single', tag, [singlesLeft.shift() ?? 'other'])
  }
}

function add(layout: ChannelLayout, kind: ElementKind, tag: Element['tag'], speakers: Speaker[]): void {
  layout.elements.push({ kind, tag, channel: layout.speakers.length })
  layout.speakers.push(...speakers)
}

/** The element's place in `layout.elements`. `isTaken` says which elements the frame has had; the found one is marked. */
export function takeElement(
  layout: ChannelLayout,
  kind: ElementKind,
  tag: number,
  isTaken: Uint8Array,
): Element {
  for (let place = 0; place < layout.elements.length; place++) {
    const element = layout.elements[place]
    if (!element || isTaken[place] === 1 || !isElement(element, kind, tag)) continue
    isTaken[place] = 1
    return element
  }
  throw new DamagedFrame('It has a channel that the track does not have.')
}

function isElement(element: Element, kind: ElementKind, tag: number): boolean {
  if (element.tag !== undefined) return element.kind === kind && element.tag === tag
  // Some encoders write low frequencies as a single channel.
  return (element.kind === 'pair') === (kind === 'pair')
}
