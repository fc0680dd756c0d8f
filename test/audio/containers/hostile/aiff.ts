/** Odd and hostile AIFF files. */
import { fixture } from '../../../support/api.ts'
import { bytesOf, concatenated, find, noise, overwritten, uint32 } from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

const aiff = (): Uint8Array => fixture('pcm.aiff')
const common = (): number => find(aiff(), 'COMM') + 8
/** The same sound as AIFF-C, byte-swapped. */
function aifc(): Uint8Array {
  const file = aiff()
  const coding = concatenated(
    bytesOf('COMM'),
    uint32(24),
    file.subarray(common(), common() + 18),
    bytesOf('sowt\0\0'),
  )
  const inside = concatenated(bytesOf('AIFC'), coding, file.subarray(find(file, 'SSND')))
  return concatenated(bytesOf('FORM'), uint32(inside.byteLength), inside)
}

export const aiffFiles: HostileFile[] = [
  ['an AIFF-C', aifc, { duration: 2.5, contentType: 'audio/aiff' }],
  ['an AIFF that is cut short within its sound', () => aiff().subarray(0, 40_000), 'damaged-audio'],
  [
    'an AIFF that declares four billion samples',
    () => overwritten(aiff(), common() + 2, 255, 255, 255, 255),
    'damaged-audio',
  ],
  ['an AIFF at 0 Hz', () => overwritten(aiff(), common() + 10, 0, 0, 0, 0), 'damaged-audio'],
  ['an AIFF with no channels', () => overwritten(aiff(), common(), 0, 0), 'damaged-audio'],
  [
    'an AIFF whose name is longer than the file',
    () => overwritten(aiff(), find(aiff(), 'NAME') + 4, 127, 0, 0, 0),
    'damaged-audio',
  ],
  [
    'an AIFF followed by garbage',
    () => concatenated(aiff(), noise(2000)),
    { duration: 2.5, title: 'Prüfton Ω' },
  ],
]
