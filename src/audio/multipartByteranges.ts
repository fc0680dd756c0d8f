/** The body of a response with several ranges: `multipart/byteranges` (RFC 9110 §14.6). */
import { contentRange, type Part } from './range.ts'

/** A part, and the header in front of it. */
type Piece = { part: Part; head: Uint8Array }

/** The layout of a body: each part behind its header, between boundaries. */
export type Byteranges = { contentType: string; length: number; pieces: Piece[]; tail: Uint8Array }

/** Lays out the body. Its length is known before the first byte is read. Pure. */
export function layOutByteranges(
  parts: Part[],
  size: number,
  contentType: string,
  boundary: string,
): Byteranges {
  const pieces = parts.map((part, index) => ({
    part,
    head: partHead(part, size, contentType, boundary, index),
  }))
  const tail = encode(`\r\n--${boundary}--\r\n`)
  const sum = pieces.reduce((length, { part, head }) => length + head.byteLength + part.length, 0)
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    length: sum + tail.byteLength,
    pieces,
    tail,
  }
}

/**
 * Sends the body, one part after the other. A part is opened after its header has been read, so no open part waits for a
 * client that has disconnected. If the client disconnects or a part fails, the read is cancelled, and the response ends
 * before its declared length.
 */
export async function sendByteranges(
  { pieces, tail }: Byteranges,
  openPart: (part: Part) => Promise<ReadableStream>,
  sink: WritableStream<Uint8Array>,
): Promise<void> {
  try {
    for (const { part, head } of pieces) {
      await write(sink, head)
      const body = await openPart(part)
      await body.pipeTo(sink, { preventClose: true, preventAbort: true })
    }
    await write(sink, tail)
    await sink.close()
  } catch (error) {
    await sink.abort(error).catch(() => {}) // the sink may be errored already
    throw error
  }
}

async function write(sink: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = sink.getWriter()
  await writer.write(bytes)
  writer.releaseLock()
}

function partHead(
  part: Part,
  size: number,
  contentType: string,
  boundary: string,
  index: number,
): Uint8Array {
  const fields = `Content-Type: ${contentType}\r\nContent-Range: ${contentRange(part, size)}\r\n\r\n`
  return encode(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n${fields}`)
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
