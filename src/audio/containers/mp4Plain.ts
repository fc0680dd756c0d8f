/** Sound in MP4 and QuickTime whose samples all have one size: PCM, mu-law, A-law and ima4. Pure. */
import { dataView, type CheckedView } from './bytes.ts'
import { blocksOfCoding, pcm, soundOfCoding } from './codings.ts'
import { boxNamed } from './mp4EntryBoxes.ts'
import type { SampleBlocks } from './sampleBlocks.ts'
import type { Coding } from './sound.ts'

type Plain = { coding: Coding; blocks: SampleBlocks }

/** QuickTime's version 2 (QuickTime File Format, "Sound Sample Description V2"). */
const version2Bytes = 72

/** What an entry with these four characters declares; undefined for any other coding. */
export function readPlainEntry(entry: Uint8Array, name: string, channels: number): Plain | undefined {
  if (channels === 0) return undefined
  const view = dataView(entry)
  if (name === 'ipcm' || name === 'fpcm') return readIsoPcm(entry, name, channels)
  if (name === 'lpcm') return view.byteLength >= version2Bytes ? readLinearPcm(view, channels) : undefined
  const bits = view.getUint16(26)
  // In QuickTime, samples of one byte are unsigned, unless a name says otherwise.
  const coded = name === 'NONE' && bits === 8 ? 'raw ' : name
  const enda = boxNamed(entry, 'enda')
  const isLittle = enda && enda.byteLength >= 2 ? dataView(enda).getUint16(0) === 1 : undefined
  const coding = soundOfCoding(coded, channels, bits, isLittle)
  const blocks = blocksOfCoding(coded, channels, bits)
  return coding && blocks && { coding, blocks }
}

/** Flags: 1 for floating point, 2 for the high byte first, 4 for signed. */
function readLinearPcm(view: CheckedView, channels: number): Plain | undefined {
  const [flags, bytes, samples] = [view.getUint32(60), view.getUint32(64), view.getUint32(68)]
  if (bytes === 0 || samples === 0) return undefined
  const type = flags & 1 ? 'float' : flags & 4 ? 'signed' : 'unsigned'
  const coding = pcm(type, bytes / (samples * channels), (flags & 2) !== 0)
  return coding && { coding, blocks: { bytes, samples } }
}

/** `pcmC` (ISO/IEC 23003-5): a flag for the low byte first, and the bits of a sample. */
function readIsoPcm(entry: Uint8Array, name: string, channels: number): Plain | undefined {
  const box = boxNamed(entry, 'pcmC')
  if (!box || box.byteLength < 6) return undefined
  const [flags = 0, bits = 0] = box.subarray(4)
  const bytes = Math.ceil(bits / 8)
  const coding = pcm(name === 'fpcm' ? 'float' : 'signed', bytes, (flags & 1) === 0)
  return coding && { coding, blocks: { bytes: bytes * channels, samples: 1 } }
}
