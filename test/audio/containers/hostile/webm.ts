/** Odd and hostile WebM files. */
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, find, noise, overwritten } from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

const webm = (): Uint8Array => fixture('opus.webm')
const segmentId = [0x18, 0x53, 0x80, 0x67]
const clusterId = [0x1f, 0x43, 0xb6, 0x75]
const unknown = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
const all = { duration: 2.508, contentType: 'audio/webm' }

/** As a browser records it: segment and cluster have unknown lengths. */
function live(): Uint8Array {
  const file = webm()
  const cluster = find(file, clusterId)
  const payload = cluster + 4 + lengthBytes(file[cluster + 4] ?? 0)
  const front = overwritten(file.subarray(0, cluster), find(file, segmentId) + 4, ...unknown)
  const duration = find(front, [0x44, 0x89, 0x88])
  front.set([0xec, 0x89], duration) // a void element of the same length
  return concatenated(
    front,
    Uint8Array.from([...clusterId, ...unknown]),
    file.subarray(payload, find(file, [0x1c, 0x53, 0xbb, 0x6b], payload)),
  )
}

/** Searched after the index at the start, which contains all IDs. */
const tracksAt = (): number => find(webm(), [0x16, 0x54, 0xae, 0x6b], find(webm(), 'Lavf'))
const lengthBytes = (first: number): number => Math.clz32(first << 24) + 1
const afterId = (id: number[]): number => find(webm(), id) + id.length

/** A short element. */
const element = (id: number[], ...payload: Uint8Array[]): Uint8Array => {
  const inside = concatenated(...payload)
  return concatenated(
    Uint8Array.from([...id, 0x40 | (inside.byteLength >> 8), inside.byteLength & 255]),
    inside,
  )
}

/** A recording up to its first block. */
const liveStart = (): Uint8Array => live().subarray(0, find(live(), clusterId) + 12)

/** With another document type. */
function typed(docType: string): Uint8Array {
  const header = element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], bytesOf(docType)))
  return concatenated(header, webm().subarray(find(webm(), segmentId)))
}

/** As a browser records it, with a title for this target and no other one. */
function withTags(target: Uint8Array): Uint8Array {
  const simpleTag = element(
    [0x67, 0xc8],
    element([0x45, 0xa3], bytesOf('TITLE')),
    element([0x44, 0x87], bytesOf('Tagged')),
  )
  const tags = element(
    [0x12, 0x54, 0xc3, 0x67],
    element([0x73, 0x73], element([0x63, 0xc0], target), simpleTag),
  )
  const file = live()
  const segment = find(file, segmentId) + 12
  const untitled = overwritten(file, find(file, 'Pr\u00c3\u00bcfton'), 0)
  return concatenated(untitled.subarray(0, segment), tags, untitled.subarray(segment))
}

export const webmFiles: HostileFile[] = [
  ['a WebM with unknown lengths', live, { duration: 2.521, contentType: 'audio/webm', title: 'Prüfton Ω' }],
  [
    'a WebM with unknown lengths that is cut short within a block',
    () => live().subarray(0, 5000),
    'damaged-audio',
  ],
  ['a WebM that is cut short within a cluster', () => webm().subarray(0, 5000), 'damaged-audio'],
  ['a WebM with nothing but its start', () => webm().subarray(0, find(webm(), clusterId)), 'damaged-audio'],
  ['a WebM that declares years', () => overwritten(webm(), afterId([0x44, 0x89]) + 1, 0x43), 'damaged-audio'],
  ['a WebM with a sample rate of 0', () => overwritten(webm(), afterId([0xb5, 0x88]), 0, 0), 'damaged-audio'],
  ['a WebM whose document type is a property of every object', () => typed('valueOf'), 'not-audio'],
  ['a WebM whose document type is that of a prototype', () => typed('__proto__'), 'not-audio'],
  [
    'a WebM with the tags of a chapter',
    () => withTags(element([0x63, 0xc4], Uint8Array.of(1))),
    { ...all, duration: 2.521, title: 'Fallback' },
  ],
  [
    'a WebM with the tags of its track',
    () => withTags(new Uint8Array()),
    { ...all, duration: 2.521, title: 'Tagged' },
  ],
  [
    'a WebM with one packet of 60 ms and no duration',
    () =>
      concatenated(
        liveStart(),
        element([0xe7], Uint8Array.of(0)),
        element([0xa3], bytesOf('\u0081\0\0\u0080\u0018'), noise(60)),
      ),
    { duration: 0.06, contentType: 'audio/webm' },
  ],
  ['a WebM with no channels', () => overwritten(webm(), afterId([0x9f, 0x81]), 0), 'damaged-audio'],
  [
    'a WebM with an element longer than the file',
    () => overwritten(webm(), tracksAt() + 4, 0x08, 127),
    'damaged-audio',
  ],
  ['a WebM with video', () => overwritten(webm(), afterId([0x83, 0x81]), 1), 'not-audio'],
  ['a WebM with nothing but subtitles', () => overwritten(webm(), afterId([0x83, 0x81]), 17), 'not-audio'],
  [
    'EBML with another document type',
    () => overwritten(webm(), find(webm(), 'webm'), ...bytesOf('else')),
    'not-audio',
  ],
  ['a WebM followed by garbage', () => concatenated(webm(), noise(3000)), all],
  [
    'a WebM with nothing but the EBML header',
    () => webm().subarray(0, find(webm(), segmentId)),
    'damaged-audio',
  ],
]
