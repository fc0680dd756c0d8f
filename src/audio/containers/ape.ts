/** APEv2 tags (the format of Monkey's Audio, found on MP3 files): items of a name and a value, before a footer. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView, startsWith } from './bytes.ts'
import { addText, type Texts } from './comments.ts'

const footerBytes = 32
/** A key is at most 255 characters long. */
const maxItemHeaderBytes = 8 + 256
const maxItems = 200
/** Pictures are longer. */
const maxItemBytes = 64 * 1024

/** The tag that ends at `end`, and where it starts; undefined where there is none, or one that lies. */
export async function readApeTag(
  source: ByteSource,
  end: number,
): Promise<{ offset: number; texts: Texts } | undefined> {
  if (end < footerBytes) return undefined
  const footer = await source.bytes(end - footerBytes, footerBytes)
  if (!startsWith(footer, 'APETAGEX')) return undefined
  const view = dataView(footer)
  const size = view.getUint32(12, true) // with the footer, without the header
  const headerBytes = view.getUint32(20, true) >>> 31 ? footerBytes : 0
  if (size < footerBytes || size + headerBytes > end) return undefined
  const texts = await readItems(source, end - size, end - footerBytes)
  return { offset: end - size - headerBytes, texts }
}

async function readItems(source: ByteSource, from: number, end: number): Promise<Texts> {
  const texts: Texts = new Map()
  let at = from
  for (let count = 0; count < maxItems && at + 8 < end; count++) {
    const header = await source.bytes(at, Math.min(maxItemHeaderBytes, end - at))
    const keyEnd = header.indexOf(0, 8)
    if (keyEnd === -1) break
    const key = characters(header, 8, keyEnd - 8)
    const length = dataView(header).getUint32(0, true)
    const start = at + keyEnd + 1
    at = start + length
    if (at > end) break
    if (length <= maxItemBytes) addText(texts, key, await source.bytes(start, length))
  }
  return texts
}
