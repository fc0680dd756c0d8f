/** The text in a frame of ID3v2 (ID3v2.4 §4.2 text, §4.10 comments), and what may lie over it. */
import { bytesOf, characters, concatenated } from './bytes.ts'

/** Values in one frame. */
const maxValues = 50
/** The compressed bytes that are inflated at once. They give 500 kB at most. */
const inflatedPieceBytes = 512

/** The text of a `T…` frame, or of a comment without a description of its own; undefined if there is none. */
export function decodeFrame(id: string, payload: Uint8Array, major: number): string | Uint8Array | undefined {
  // A byte order mark is UTF-16, whatever encoding is declared.
  const isMarked =
    (payload[1] === 0xff && payload[2] === 0xfe) || (payload[1] === 0xfe && payload[2] === 0xff)
  const encoding = isMarked ? 1 : (payload[0] ?? 0)
  if (id.startsWith('TXX')) {
    // Texts of a name that the program chose. ffmpeg writes a comment so.
    const [name, text] = splitTexts(payload.subarray(1), encoding)
    return name && /^(comment|description)$/i.test(asText(name)) ? text : undefined
  }
  if (id.startsWith('COM')) {
    // A language of three letters, a description, and the comment. Players' private numbers have a description.
    const [description, comment] = splitTexts(payload.subarray(4), encoding)
    return isBlank(description) ? comment : undefined
  }
  // Some programs leave out the byte that names the encoding.
  if (encoding > 3) return payload
  const texts = splitTexts(payload.subarray(1), encoding).filter((text) => text.length > 0)
  // Several texts are several values in version 2.4 (§4.2). Before that, what follows a NUL is ignored.
  return major === 4 && id === 'TPE1' ? listed(texts, encoding) : texts[0]
}

function asText(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : characters(text, 0, 20)
}

function isBlank(text: string | Uint8Array | undefined): boolean {
  return typeof text === 'string' ? text.trim() === '' : text === undefined || text.byteLength === 0
}

/** The values of a frame, with commas between them. */
function listed(texts: (string | Uint8Array)[], encoding: number): string | Uint8Array | undefined {
  if (isWide(encoding) || texts.length < 2) return isWide(encoding) ? texts.join(', ') : texts[0]
  const pieces = texts.map((text) => (typeof text === 'string' ? bytesOf(text) : text))
  return concatenated(...pieces.flatMap((piece, index) => (index > 0 ? [bytesOf(', '), piece] : [piece])))
}

function isWide(encoding: number): boolean {
  return encoding === 1 || encoding === 2
}

/** The texts between NULs: of one byte in ISO 8859-1 (0) and UTF-8 (3), of two in UTF-16 (1, and 2 without a mark). */
function splitTexts(bytes: Uint8Array, encoding: number): (string | Uint8Array)[] {
  if (isWide(encoding)) return splitWide(bytes, encoding === 2)
  const texts: Uint8Array[] = []
  let at = 0
  while (at <= bytes.byteLength && texts.length < maxValues) {
    const end = bytes.indexOf(0, at)
    const next = end === -1 ? bytes.byteLength : end
    texts.push(bytes.subarray(at, next))
    at = next + 1
  }
  return texts
}

/** UTF-16. A stray byte at the end is no character. A byte order mark may be missing, or begin each text. */
function splitWide(bytes: Uint8Array, bigEndian: boolean): string[] {
  const even = bytes.subarray(0, bytes.byteLength & ~1)
  const [first, second] = even
  const isLittle = first === 0xff && second === 0xfe
  const isBig = first === 0xfe && second === 0xff
  const big = isBig || (!isLittle && (bigEndian || looksBigEndian(even)))
  const text = new TextDecoder(big ? 'utf-16be' : 'utf-16le', { fatal: false, ignoreBOM: true }).decode(even)
  return text.split('\0', maxValues).map((one) => one.replace(/^[\ufeff\ufffe]/, ''))
}

/** Most characters in use have a low number, so their first byte in big-endian order is smaller. */
function looksBigEndian(bytes: Uint8Array): boolean {
  let zeros = 0
  for (let at = 0; at < bytes.byteLength; at += 2) {
    if (bytes[at] === 0) zeros++
    if (bytes[at + 1] === 0) zeros--
  }
  return zeros > 0
}

/** Undoes unsynchronisation (ID3v2.3 §5): a zero after every 0xff that a player could take for a frame of audio. */
export function decodeUnsynchronised(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => byte !== 0 || bytes[at - 1] !== 0xff)
}

/** Inflates a compressed frame (zlib). Undefined if that fails, or gives more than `maxBytes`. */
export async function inflate(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let total = 0
  try {
    for await (const piece of piecesOf(bytes).pipeThrough(new DecompressionStream('deflate'))) {
      total += piece.byteLength
      if (total > maxBytes) return undefined
      pieces.push(piece)
    }
    return concatenated(...pieces)
  } catch {
    return undefined // it is no zlib, or cut short
  }
}

/** Piece by piece, so that a hostile frame is given up before all of it is inflated. */
function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.byteLength) return controller.close()
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + inflatedPieceBytes)))
      at += inflatedPieceBytes
    },
  })
}
