/** The packets of a CAF file: of one size, or listed in a table. */
import type { ByteSource } from '../byteSource.ts'
import { characters } from './bytes.ts'
import type { Description, Packets } from './cafChunks.ts'
import { blocksOfCoding } from './codings.ts'
import { readAlac, readDescriptors, type DecoderConfig } from './decoderConfig.ts'
import { visitVariableNumbers } from './packetTable.ts'
import { fixedSamples, type SampleBlocks } from './sampleBlocks.ts'

/** In front of the sizes, a table has numbers of packets and samples. */
const tableHeaderBytes = 24

/** Calls `visit` with the bytes of each packet. */
export async function visitPackets(
  source: ByteSource,
  { count, chunk }: Packets,
  visit: (bytes: number, index: number) => void,
): Promise<void> {
  const { offset, length } = chunk
  await visitVariableNumbers(source, offset + tableHeaderBytes, offset + length, count, visit)
}

/** Undefined where packets vary in size, or nothing says how long they are. */
export function blocksOf({
  coding,
  packetBytes,
  packetSamples,
  channels,
  bits,
}: Description): SampleBlocks | undefined {
  if (channels === 0) return undefined
  if (coding === 'lpcm') {
    return packetBytes > 0
      ? { bytes: packetBytes, samples: packetSamples }
      : fixedSamples(channels, bits || 8)
  }
  const known = blocksOfCoding(coding, channels, bits)
  if (known) return known
  return packetBytes > 0 && packetSamples > 0 ? { bytes: packetBytes, samples: packetSamples } : undefined
}

/** The magic cookie: of ALAC alone or behind `frma` and `alac` boxes, of AAC the descriptors of MP4. */
export function readCookie(coding: string, cookie: Uint8Array): DecoderConfig | undefined {
  if (coding === 'alac') {
    const isWrapped = characters(cookie, 4, 4) === 'frma'
    const config = cookie.subarray(isWrapped ? 24 : 0)
    return config.byteLength >= 24 ? readAlac(config) : undefined
  }
  const config = coding.startsWith('aac') ? readDescriptors(cookie) : undefined
  return config === 'mpeg' ? undefined : config
}
