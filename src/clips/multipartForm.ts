/**
 * A multipart form (RFC 7578), read as it streams in. Its file is given on as a stream, and the texts before and behind it
 * are collected. Dicer finds the parts; what their headers mean is read here, because busboy decodes them lossily.
 */
import type { Readable } from 'node:stream'
import { Dicer } from '@fastify/busboy'
import { parse as parseHeader } from 'content-disposition'
import { z } from 'zod'
import { Problem } from '../http/problem.ts'
import { pointerTo } from '../http/router.ts'

const limits = {
  /** Bytes of one text; a description is the longest. */
  textBytes: 64 * 1024,
  nameLength: 100,
  texts: 50,
  parts: 60,
  partHeaders: 20,
  partHeaderLength: 16 * 1024,
}

/** Bytes that a form may have beside its file. */
export const maxFormOverheadBytes = 1024 * 1024

/** The file of a form, at the moment at which its part begins. */
export type FormFile = {
  audio: AsyncIterable<Uint8Array>
  /** One character for each byte, because its encoding is not declared. */
  name: string | undefined
}

/**
 * Reads a form. Await `openFile`, read the file to its end, and then await `texts`. Throws 400 for a malformed form, 413
 * over a limit, 422 without a file or with two.
 */
export class MultipartForm {
  readonly #parser: Dicer
  readonly #file = Promise.withResolvers<FormFile>()
  readonly #failure = Promise.withResolvers<never>()
  readonly #parsed = Promise.withResolvers<void>()
  readonly #texts: Promise<[name: string, value: string]>[] = []
  readonly #read: Promise<void>
  #fileStream: Readable | undefined
  #parts = 0

  constructor(body: AsyncIterable<Uint8Array>, contentType: string, maxFileBytes: number) {
    this.#parser = openParser(contentType)
    this.#parser
      .on('part', (stream) => {
        stream.on('error', () => {}) // the reader of the part gets it
        stream.on('header', (headers) => this.#guard(() => this.#onPart(stream, headers)))
      })
      .on('error', (error) => this.cancel(new Problem('malformed-form', { cause: error })))
      .on('finish', () => this.#parsed.resolve())
    this.#failure.promise.catch(() => {}) // whoever waits gets it
    this.#read = this.#readAll(body, maxFileBytes + maxFormOverheadBytes)
    this.#read.catch((error: unknown) => this.cancel(error))
  }

  /** The file, as soon as its part begins. */
  async openFile(): Promise<FormFile> {
    const endedWithout = this.#read.then(() =>
      Promise.reject(fileProblem('Is required: the audio, in a part named `file` that has a file name.')),
    )
    endedWithout.catch(() => {})
    return await Promise.race([this.#file.promise, endedWithout, this.#failure.promise])
  }

  /** All texts, after the whole form has been read. */
  async texts(): Promise<[name: string, value: string][]> {
    await this.#read
    return await Promise.race([Promise.all(this.#texts), this.#failure.promise])
  }

  /** Stops reading. The reader of the file gets the error. */
  cancel(error: unknown): void {
    this.#failure.reject(error)
    this.#fileStream?.destroy(error instanceof Error ? error : new Error(String(error)))
  }

  async #readAll(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
    let size = 0
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > maxBytes) throw tooMany('bytes')
      await this.#write(chunk)
    }
    if (this.#parser.writable) this.#parser.end()
    await Promise.race([this.#parsed.promise, this.#failure.promise])
  }

  /** Waits while the reader of the file is behind. What comes after the last boundary is ignored (RFC 2046 §5.1.1). */
  async #write(chunk: Uint8Array): Promise<void> {
    if (!this.#parser.writable) return
    const written = new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()))
    await Promise.race([written, this.#parsed.promise, this.#failure.promise])
  }

  #onPart(stream: Readable, headers: object): void {
    if (++this.#parts > limits.parts) throw tooMany('parts')
    const part = readPart(headers)
    if (!part) stream.resume()
    else if (part.isFile) this.#onFile(stream, part)
    else this.#onText(stream, part)
  }

  #onFile(stream: Readable, { name, fileName }: FormPart): void {
    if (name.length > limits.nameLength) throw tooMany('bytes in the name of a field')
    if (name !== 'file') throw fileProblem('Must be named `file`, because it has a file name.', name)
    if (this.#fileStream) throw fileProblem('Must be one file. Send one request for each.')
    this.#fileStream = stream
    this.#file.resolve({ audio: readFile(stream), name: fileName })
  }

  #onText(stream: Readable, part: FormPart): void {
    if (part.name.length > limits.nameLength) throw tooMany('bytes in the name of a field')
    if (this.#texts.length === limits.texts) throw tooMany('fields')
    const text = readText(stream, part)
    text.catch((error: unknown) => this.cancel(error))
    this.#texts.push(text)
  }

  /** Events have no caller that could catch an error. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.cancel(error)
    }
  }
}

/** The bytes of the file. A form that ends within it is malformed. */
async function* readFile(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    throw error instanceof Problem ? error : new Problem('malformed-form', { cause: error })
  }
}

/** The parser drops headers over its limit, so its limit is one more than ours. */
function openParser(contentType: string): Dicer {
  const { boundary } = parseHeader(contentType).parameters
  if (boundary) return new Dicer({ boundary, maxHeaderPairs: limits.partHeaders + 1 })
  throw new Problem('malformed-form', { detail: 'The Content-Type must have a boundary.' })
}

type FormPart = { name: string; fileName: string | undefined; charset: string; isFile: boolean }

/** As Dicer gives them: values by lower-case name, one character for each byte. */
const PartHeaders = z.record(z.string(), z.array(z.string()))

/** A part as its headers describe it (RFC 7578 §4); undefined if it is no part of a form. */
function readPart(parsed: object): FormPart | undefined {
  const headers = PartHeaders.parse(parsed)
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name + value))
  const length = lines.reduce((sum, line) => sum + line.length, 0)
  if (lines.length > limits.partHeaders || length > limits.partHeaderLength) {
    throw tooMany('headers of a part')
  }
  // Browsers write a quote in a name as %22 (HTML, "Multipart form data"), other programs as \".
  const disposition = headers['content-disposition']?.[0]?.replaceAll('\\"', '%22')
  if (disposition === undefined) return undefined
  const { type, parameters } = parseHeader(disposition, { multipart: true })
  if (type !== 'form-data') return undefined
  const contentType = parseHeader(headers['content-type']?.[0] ?? 'text/plain')
  const fileName = parameters['filename']
  return {
    name: decode(Buffer.from(parameters['name'] ?? '', 'latin1'), 'utf-8', 'The name of a field'),
    fileName,
    charset: contentType.parameters['charset'] ?? 'utf-8',
    isFile: fileName !== undefined || contentType.type === 'application/octet-stream',
  }
}

async function readText(
  stream: AsyncIterable<Uint8Array>,
  { name, charset }: FormPart,
): Promise<[name: string, value: string]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > limits.textBytes) throw tooMany(`bytes in the field ${name}`)
    chunks.push(chunk)
  }
  return [name, decode(Buffer.concat(chunks, size), charset, `The field ${name}`)]
}

/** Malformed text is refused, or a title would get replacement characters. */
function decode(bytes: Uint8Array, charset: string, what: string): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new Problem('malformed-form', {
      detail: `${what} must be text in UTF-8, or in the charset that its part declares.`,
    })
  }
}

function tooMany(what: string): Problem {
  return new Problem('payload-too-large', { detail: `The form has too many ${what}.` })
}

function fileProblem(detail: string, field = 'file'): Problem {
  return new Problem('invalid-fields', { errors: [{ pointer: pointerTo([field]), detail }] })
}
