/** The texts in an MP4 file: iTunes' items, QuickTime's texts and keys, and 3GPP's (3GPP TS 26.244 §8). */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type EmbeddedTags, type TextTags } from '../tags.ts'
import { decodeUtf8 } from '../textEncoding.ts'
import { characters, dataView } from './bytes.ts'
import { genreOf } from './genres.ts'
import { findBox, type Box, type Tree } from './mp4Boxes.ts'

const itemNames = new Map([
  ['\u00a9nam', 'TITLE'],
  ['\u00a9ART', 'ARTIST'],
  ['\u00a9gen', 'GENRE'],
  ['gnre', 'GENRE'],
  ['desc', 'DESCRIPTION'],
  ['ldes', 'COMMENT'],
  ['\u00a9cmt', 'COMMENTS'],
  ['titl', 'TITLE'],
  ['perf', 'ARTIST'],
  ['dscp', 'DESCRIPTION'],
])
/** 3GPP's texts have version, flags and a language before them. */
const mobileTexts = /^(titl|perf|gnre|dscp)$/
const maxItems = 1000
const maxPaddingBytes = 500
/** The data type of a text in UTF-16 (QuickTime File Format, "Well-known types"). */
const utf16Type = 2

/** The tags of a movie, the most trustworthy first. */
export async function readMp4Tags(source: ByteSource, moov: Tree): Promise<EmbeddedTags[]> {
  const tags: EmbeddedTags[] = []
  const udta = findBox(moov, 'udta')
  for (const meta of [findBox(udta, 'meta'), findBox(moov, 'meta')]) {
    const ilst = findBox(meta, 'ilst')
    if (!ilst) continue
    const keys = await readKeys(source, findBox(meta, 'keys'))
    tags.push(fieldsOf(await readItems(source, ilst, keys)))
  }
  if (udta) tags.push(fieldsOf(await readUserTexts(source, udta)))
  return tags
}

/** The samples that an encoder added at the start and the end, as iTunes notes them (`iTunSMPB`). */
export async function readPadding(
  source: ByteSource,
  moov: Tree,
): Promise<{ start: number; end: number } | undefined> {
  const ilst = findBox(moov, 'udta', 'meta', 'ilst')
  if (!ilst) return undefined
  for await (const { code, at, end } of itemsIn(source, ilst)) {
    if (code !== '----' || end - at > maxPaddingBytes) continue
    // Boxes with whose item it is, its name and its text: a zero, and both numbers, all hexadecimal.
    const text = characters(await source.bytes(at, end - at), 0, maxPaddingBytes)
    const [, start, rest] = /iTunSMPB.*? 0{8} ([0-9A-F]{8}) ([0-9A-F]{8}) /s.exec(text) ?? []
    if (start && rest) return { start: Number.parseInt(start, 16), end: Number.parseInt(rest, 16) }
  }
  return undefined
}

type Item = { code: string; number: number; at: number; end: number }

/** `ilst`: items, whose name is four characters, or the number of a key. */
async function* itemsIn(source: ByteSource, ilst: Box): AsyncGenerator<Item> {
  let at = ilst.offset
  for (let count = 0; count < maxItems && at + 8 <= ilst.end; count++) {
    source.countPart()
    const header = await source.bytes(at, 8)
    const view = dataView(header)
    const length = view.getUint32(0)
    if (length < 8 || at + length > ilst.end) break
    yield { code: characters(header, 4, 4), number: view.getUint32(4), at: at + 8, end: at + length }
    at += length
  }
}

async function readItems(source: ByteSource, ilst: Box, keys: string[]): Promise<TextTags> {
  const texts: TextTags = new Map()
  for await (const { code, number, at, end } of itemsIn(source, ilst)) {
    const key = keys[number - 1]
    const name = key === undefined ? itemNames.get(code) : key.replace(/^com\.apple\.quicktime\./, '')
    if (!name || texts.has(name.toUpperCase()) || end - at > maxTextBytes) continue
    const text = await readData(source, at, end, code === 'gnre')
    if (text) addText(texts, name, text)
  }
  return texts
}

/** `data`: a type, a language, and the value. The number of a genre begins at 1. */
async function readData(
  source: ByteSource,
  at: number,
  end: number,
  isGenreNumber: boolean,
): Promise<string | Uint8Array | undefined> {
  const bytes = new Uint8Array(await source.bytes(at, end - at))
  if (bytes.byteLength < 16 || characters(bytes, 4, 4) !== 'data') return undefined
  const view = dataView(bytes)
  const [length, type] = [view.getUint32(0), view.getUint32(8) & 0xffffff]
  if (length > bytes.byteLength) return undefined
  const value = bytes.subarray(16, Math.max(16, length))
  if (isGenreNumber) return value.byteLength >= 2 ? genreOf(view.getUint16(16) - 1) : undefined
  return type === utf16Type ? new TextDecoder('utf-16be').decode(value) : value
}

/** `keys`: the names that items refer to by number, such as `com.apple.quicktime.title`. */
async function readKeys(source: ByteSource, box: Box | undefined): Promise<string[]> {
  if (!box || box.end - box.offset > maxTextBytes) return []
  const bytes = await source.bytes(box.offset, box.end - box.offset)
  const view = dataView(bytes)
  const keys: string[] = []
  for (let at = 8; keys.length < Math.min(view.getUint32(4), maxItems) && at + 8 <= bytes.byteLength;) {
    const length = view.getUint32(at)
    if (length < 8) break
    keys.push(characters(bytes, at + 8, Math.min(length - 8, 200)))
    at += length
  }
  return keys
}

/** Texts directly in `udta`: QuickTime's have a length and a language before them. */
async function readUserTexts(source: ByteSource, udta: Tree): Promise<TextTags> {
  const texts: TextTags = new Map()
  for (const { type, offset, end } of udta.children) {
    const name = itemNames.get(type)
    if (!name || end - offset > maxTextBytes) continue
    const bytes = new Uint8Array(await source.bytes(offset, end - offset))
    addText(texts, name, mobileTexts.test(type) ? mobileText(bytes.subarray(6)) : quickTimeText(bytes))
  }
  return texts
}

function mobileText(text: Uint8Array): string | Uint8Array {
  const isWide = (text[0] === 0xfe && text[1] === 0xff) || (text[0] === 0xff && text[1] === 0xfe)
  return isWide ? decodeWide(text) : text
}

/** Low numbers of languages mean an encoding of the old Macintosh. Programs also write UTF-8 there. */
function quickTimeText(bytes: Uint8Array): string | Uint8Array {
  const view = dataView(bytes)
  const text = bytes.subarray(4, 4 + view.getUint16(0))
  const isMacintosh = view.getUint16(2) < 0x400 && decodeUtf8(text) === undefined
  return isMacintosh ? new TextDecoder('macintosh').decode(text) : text
}

function decodeWide(text: Uint8Array): string {
  const decoder = new TextDecoder(text[0] === 0xfe ? 'utf-16be' : 'utf-16le')
  return decoder.decode(text).replace(/\0.*$/s, '')
}
