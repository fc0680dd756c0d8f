/** Odd and hostile AMR files. */
import { bytesOf, concatenated, noise } from '../../../support/bytes.ts'
import { id3v1 } from '../../../support/id3.ts'
import type { HostileFile } from './hostileFile.ts'

/** Frames of 12.2 kbit/s, whose type is 7. */
const frames = (count: number): Uint8Array =>
  concatenated(...Array.from({ length: count }, () => concatenated(Uint8Array.of(0x3c), noise(31))))
const amr = (...parts: Uint8Array[]): Uint8Array => concatenated(bytesOf('#!AMR\n'), ...parts)
const second = { duration: 1, contentType: 'audio/amr' }

export const amrFiles: HostileFile[] = [
  ['an AMR', () => amr(frames(50)), second],
  ['an AMR that ends within a frame', () => amr(frames(50), frames(1).subarray(0, 20)), second],
  ['two joined AMR files', () => concatenated(amr(frames(20)), amr(frames(30))), second],
  ['an AMR with a tag behind it', () => amr(frames(50), id3v1(bytesOf('Behind'))), second],
  [
    'an AMR with more of something else behind it',
    () => amr(frames(3), bytesOf('TAG'), noise(900)),
    'damaged-audio',
  ],
  [
    'an AMR with a reserved frame type at its start',
    () => amr(Uint8Array.of(0x54), frames(50)),
    'damaged-audio',
  ],
  ['an AMR with no frame', () => amr(), 'damaged-audio'],
  ['an AMR with several channels', () => concatenated(bytesOf('#!AMR_MC1.0\n'), frames(50)), 'not-audio'],
]
