/** Reads a multipart form as it streams in: the file goes straight on to `storeFile`, the fields are kept. */
import type { Readable } from 'node:stream'
import { Dicer } from '@fastify/busboy'
import { parse as parseHeader } from 'content-disposition'
import { Problem } from '../http/problem.ts'
import { fileProblem, headerLimits, readPart, readText, tooMany, type FormPart } from './formPart.ts'

/** A form once it has been read to its end. */
export type Form<Stored> = {
  texts: [name: string, value: string][]
  /** A character for each byte, as its encoding is not said. */
  fileName: string | undefined
  stored: Stored
}

type StoreFile<Stored> = (file: AsyncIterable<Uint8Array>) => Promise<Stored>

const limits = {
  /** Bytes of one field's value; a description is the longest. */
  fieldSize: 64 * 1024,
  fieldNameSize: 100,
  fields: 50,
  parts: 60,
}

/** What a form may hold beside its file, in bytes. */
export const maxOverheadBytes = 1024 * 1024

/**
 * Reads `body` to its end. `storeFile` gets the bytes of the one part named `file`, wherever it stands among
 * the fields. Throws 400 for what is no readable form, 413 over a limit, 422 without or with two files; by then
 * `storeFile` has failed or been told to fail, so that it can clean up.
 */
export async function readForm<Stored>(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  maxFileBytes: number,
  storeFile: StoreFile<Stored>,
): Promise<Form<Stored>> {
  const reading = new FormReading(contentType, storeFile)
  try {
    let read = 0
    for await (const chunk of body) {
      read += chunk.byteLength
      if (read > maxFileBytes + maxOverheadBytes) throw new Problem('too-large')
      await reading.write(chunk)
    }
    return await reading.finish()
  } catch (error) {
    await reading.fail(error)
    throw error
  }
}

/** The parser finds the parts and their headers; what these mean is read here, since it decodes without a complaint. */
class FormReading<Stored> {
  readonly #parser: Dicer
  readonly #storeFile: StoreFile<Stored>
  readonly #texts: Promise<[string, string]>[] = []
  readonly #failed = Promise.withResolvers<never>()
  readonly #finished = Promise.withResolvers<void>()
  #parts = 0
  #file: { stream: Readable; name: string | undefined; stored: Promise<Stored> } | undefined

  constructor(contentType: string, storeFile: StoreFile<Stored>) {
    this.#storeFile = storeFile
    this.#failed.promise.catch(() => {}) // whoever waits next gets it
    this.#parser = openParser(contentType)
    this.#parser
      .on('part', (stream) => {
        stream.on('error', () => {}) // of what nobody reads; whoever reads a part is told
        stream.on('header', (headers) => this.#unlessItFails(() => this.#onPart(stream, headers)))
      })
      .on('error', (error) => this.#failed.reject(new Problem('malformed-form', { cause: error })))
      .on('finish', () => this.#finished.resolve())
  }

  /** Hands a chunk on, and waits while the file's reader is behind. Behind the last part nothing is of interest. */
  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#parser.writable) return
    const drained = new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()))
    await Promise.race([drained, this.#finished.promise, this.#failed.promise])
  }

  async finish(): Promise<Form<Stored>> {
    if (this.#parser.writable) this.#parser.end()
    await Promise.race([this.#finished.promise, this.#failed.promise])
    const texts = await Promise.race([Promise.all(this.#texts), this.#failed.promise])
    if (!this.#file) throw fileProblem('A part named `file` is needed.')
    const stored = await Promise.race([this.#file.stored, this.#failed.promise])
    return { texts, fileName: this.#file.name, stored }
  }

  /** Makes the file's reader fail too, and waits until it has. */
  async fail(error: unknown): Promise<void> {
    this.#file?.stream.destroy(error instanceof Error ? error : new Error(String(error)))
    await this.#file?.stored.catch(() => {})
  }

  #onPart(stream: Readable, headers: object): void {
    if (++this.#parts > limits.parts) throw tooMany('parts')
    const part = readPart(headers)
    if (!part) stream.resume()
    else if (part.isFile) this.#onFile(stream, part)
    else this.#onText(stream, part)
  }

  #onFile(stream: Readable, { name, fileName }: FormPart): void {
    if (name !== 'file') throw fileProblem('Not a file field.', name)
    if (this.#file) throw fileProblem('Only one file at a time.')
    const stored = this.#storeFile(stream)
    stored.catch((error: unknown) => this.#failed.reject(error))
    this.#file = { stream, name: fileName, stored }
  }

  #onText(stream: Readable, part: FormPart): void {
    if (part.name.length > limits.fieldNameSize) throw tooMany('bytes in the name of a field')
    if (this.#texts.length === limits.fields) throw tooMany('fields')
    const text = textOf(stream, part)
    text.catch((error: unknown) => this.#failed.reject(error))
    this.#texts.push(text)
  }

  #unlessItFails(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed.reject(error)
    }
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>, part: FormPart): Promise<[string, string]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > limits.fieldSize) throw tooMany(`bytes in the field ${part.name}`)
    chunks.push(chunk)
  }
  return [part.name, readText(Buffer.concat(chunks, size), part)]
}

/** One header more than may be, which tells that there are too many: the parser leaves out what is over its limit. */
function openParser(contentType: string): Dicer {
  const { boundary } = parseHeader(contentType).parameters
  if (boundary) return new Dicer({ boundary, maxHeaderPairs: headerLimits.count + 1 })
  throw new Problem('malformed-form', { detail: 'The Content-Type names no boundary.' })
}
