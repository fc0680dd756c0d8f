/** The sample entry of a sound track (ISO/IEC 14496-12 §12.2.3; QuickTime File Format, "Sound sample descriptions"). Pure. */
import { bytesOf, characters, dataView } from './bytes.ts'
import { codecOfCoding } from './codings.ts'
import {
  readAlac,
  readDescriptors,
  readFlac,
  readOpus,
  type Decoded,
  type DecoderConfig,
} from './decoderConfig.ts'
import { readAc3, readEac3 } from './dolbyConfig.ts'
import { boxNamed, entryBytes } from './mp4EntryBoxes.ts'
import { readPlainEntry } from './mp4Plain.ts'
import type { SampleBlocks } from './sampleBlocks.ts'
import { wavCodec } from './wavFormat.ts'

export type SampleEntry = {
  codec: string
  channels: number
  sampleRate: number
  /** Whether only the frames know the codec: MP3, MP2 or MP1. */
  mpeg: boolean
  /** Undefined where nothing here decodes it. */
  decoded: Decoded | undefined
  /** Of a coding whose samples all have one size. */
  blocks: SampleBlocks | undefined
}

/** Codecs whose name, and a decoder's configuration, are clear from the coding. */
const configs: Record<
  string,
  { box: string; read: (payload: Uint8Array) => DecoderConfig | 'mpeg' | undefined }
> = {
  mp4a: { box: 'esds', read: (payload) => readDescriptors(payload.subarray(4)) },
  'ac-3': { box: 'dac3', read: readAc3 },
  'ec-3': { box: 'dec3', read: readEac3 },
  Opus: { box: 'dOps', read: readOpus },
  alac: { box: 'alac', read: (payload) => readAlac(payload.subarray(4)) },
  fLaC: { box: 'dfLa', read: readFlac },
  // Speech always has one channel, and one rate (3GPP TS 26.244 §6.5).
  samr: { box: 'damr', read: () => ({ codec: 'AMR-NB', channels: 1, sampleRate: 8000 }) },
  sawb: { box: 'damr', read: () => ({ codec: 'AMR-WB', channels: 1, sampleRate: 16000 }) },
}
const names: Record<string, string> = {
  mp4a: 'MPEG-4/AAC',
  alac: 'ALAC',
  fLaC: 'FLAC',
  Opus: 'Opus',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  samr: 'AMR-NB',
  sawb: 'AMR-WB',
  lpcm: 'PCM',
  ipcm: 'PCM',
}
/** MPEG audio without a configuration. `ms` is followed by the number of a WAV codec. */
const mpegCodings = new Set(['.mp3', '.mp2', '.mp1', 'ms\0U', 'ms\0P'])

/** Reads the entry that these bytes begin. `timescale` is the track's, which equals the rate where no other says it. */
export function readSampleEntry(entry: Uint8Array, timescale: number): SampleEntry | undefined {
  if (entry.byteLength < entryBytes) return undefined
  const coding = characters(entry, 4, 4)
  const known = configs[coding]
  const payload = known && boxNamed(entry, known.box)
  const config = payload && known.read(payload)
  const declared = declaredFormat(entry)
  const name = names[coding] ?? microsoftCodec(coding) ?? codecOfCoding(coding)
  const mpeg = config === 'mpeg' || mpegCodings.has(coding)
  const found = config === 'mpeg' ? { codec: 'MPEG audio' } : config
  const channels = found?.channels || declared.channels
  const plain = readPlainEntry(entry, coding, channels)
  const mpegDecoded: Decoded | undefined = mpeg ? { coding: { codec: 'mpeg' } } : undefined
  return {
    codec: found?.codec ?? name,
    channels,
    sampleRate: found?.sampleRate || declared.sampleRate || timescale,
    mpeg,
    decoded: mpegDecoded ?? found?.decoded ?? (plain && { coding: plain.coding }),
    blocks: plain?.blocks,
  }
}

/** What the entry itself says. QuickTime's version 2 has its fields elsewhere; a box `srat` has rates over 65,535 Hz. */
function declaredFormat(entry: Uint8Array): { channels: number; sampleRate: number } {
  const view = dataView(entry)
  const isVersion2 = view.getUint16(16) === 2 && entry.byteLength >= 72
  if (isVersion2) return { channels: view.getUint32(48), sampleRate: view.getFloat64(40) }
  const rate = boxNamed(entry, 'srat')
  const fixedPoint = view.getUint32(32) / 0x10000
  const sampleRate = rate && rate.byteLength >= 8 ? dataView(rate).getUint32(4) : fixedPoint
  return { channels: view.getUint16(24), sampleRate: sampleRate > 1 ? sampleRate : 0 }
}

/** QuickTime's coding for a WAV codec is `ms` and the number of the codec. */
function microsoftCodec(coding: string): string | undefined {
  return coding.startsWith('ms') ? wavCodec(dataView(bytesOf(coding)).getUint16(2)) : undefined
}
