/** The streams of an Ogg file: beside each other, or in a row (chained). */
import type { EmbeddedTags } from '../tags.ts'
import { identifyCodec, type OggCodec } from './oggCodecs.ts'
import type { Page } from './oggPages.ts'
import { holdsVideo } from './survey.ts'

/** What the pages of a stream declare, and what its packets contain. */
export type Stream = {
  codec: OggCodec | 'other'
  /** Packets that have ended. */
  packets: number
  /** Samples in them, and in the one that goes on. */
  samples: number
  pendingSamples: number
  /** The first granule position, and the samples of the packets up to it. */
  begin: { granule: number; samples: number } | undefined
  /** The last granule position. */
  end: number
  /** Pieces of a header that goes on, on the next page. */
  header: Uint8Array[]
  headerBytes: number
  tags: EmbeddedTags | undefined
}

/** Streams that play together, by serial number. In a chained file, links follow each other. */
export type Link = Map<number, Stream>

/** The stream of a page: a new one if the page begins one. Undefined for a page of a stream that never began. */
export function streamOf(links: Link[], page: Page): Stream | undefined {
  const link = links.at(-1)
  const known = link?.get(page.serial)
  if (!page.first) return known
  const codec = identifyCodec(page.pieces[0]?.bytes ?? new Uint8Array())
  if (codec === 'video') throw holdsVideo()
  const begun: Stream = {
    codec,
    packets: 0,
    samples: 0,
    pendingSamples: 0,
    begin: undefined,
    end: 0,
    header: [],
    headerBytes: 0,
    tags: undefined,
  }
  // Streams that play together all begin before any of them goes on (RFC 3533 §4).
  const joins = link && !known && [...link.values()].every(({ packets }) => packets === 1)
  if (joins) link.set(page.serial, begun)
  else links.push(new Map([[page.serial, begun]]))
  return begun
}
