/** Reads a multipart form as it streams in: the file goes straight on to `storeFile`, the fields are kept. */
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy'
import { Problem } from '../http/problem.ts'

/** A form once it has been read to its end. */
export type Form<Stored> = {
  texts: [name: string, value: string][]
  fileName: string | undefined
  stored: Stored
}

const limits = {
  /** Bytes of one field's value; a description is the longest. */
  fieldSize: 64 * 1024,
  fieldNameSize: 100,
  fields: 50,
  parts: 60,
  headerPairs: 20,
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
  storeFile: (file: AsyncIterable<Uint8Array>) => Promise<Stored>,
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

class FormReading<Stored> {
  readonly #parser: InstanceType<typeof Busboy>
  readonly #storeFile: (file: AsyncIterable<Uint8Array>) => Promise<Stored>
  readonly #texts: [string, string][] = []
  readonly #failed = Promise.withResolvers<never>()
  readonly #finished = Promise.withResolvers<void>()
  #file: { stream: BusboyFileStream; name: string; stored: Promise<Stored> } | undefined

  constructor(contentType: string, storeFile: (file: AsyncIterable<Uint8Array>) => Promise<Stored>) {
    this.#storeFile = storeFile
    this.#failed.promise.catch(() => {}) // whoever waits next gets it
    this.#parser = openParser({ 'content-type': contentType })
    this.#parser
      .on('file', (field, stream, name) => this.#onFile(field, stream, name))
      .on('field', (name: string | undefined, value, nameCut, valueCut) =>
        this.#onField(name ?? '', value, nameCut || valueCut),
      )
      .on('partsLimit', () => this.#failed.reject(tooMany('parts')))
      .on('fieldsLimit', () => this.#failed.reject(tooMany('fields')))
      .on('error', (error) => this.#failed.reject(new Problem('malformed-form', { cause: error })))
      .on('finish', () => this.#finished.resolve())
  }

  /** Hands a chunk on, and waits while the file's reader is behind. */
  async write(chunk: Uint8Array): Promise<void> {
    const drained = new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()))
    await Promise.race([drained, this.#failed.promise])
  }

  async finish(): Promise<Form<Stored>> {
    this.#parser.end()
    await Promise.race([this.#finished.promise, this.#failed.promise])
    if (!this.#file) throw fileProblem('A part named `file` is needed.')
    const stored = await Promise.race([this.#file.stored, this.#failed.promise])
    return { texts: this.#texts, fileName: this.#file.name, stored }
  }

  /** Makes the file's reader fail too, and waits until it has. */
  async fail(error: unknown): Promise<void> {
    this.#file?.stream.destroy(error instanceof Error ? error : new Error(String(error)))
    await this.#file?.stored.catch(() => {})
  }

  #onFile(field: string, stream: BusboyFileStream, name: string): void {
    if (field !== 'file' || this.#file) {
      stream.resume()
      this.#failed.reject(
        fileProblem(field === 'file' ? 'Only one file at a time.' : 'Not a file field.', field),
      )
      return
    }
    const stored = this.#storeFile(stream)
    stored.catch((error: unknown) => this.#failed.reject(error))
    this.#file = { stream, name: unescapeName(name), stored }
  }

  #onField(name: string, value: string, truncated: boolean): void {
    // The parser does not keep to this limit by itself.
    if (name.length > limits.fieldNameSize) this.#failed.reject(tooMany('bytes in the name of a field'))
    else if (truncated) this.#failed.reject(tooMany(`bytes in the field ${name}`))
    else this.#texts.push([name, value])
  }
}

/** Browsers write these three, and no other, as escapes (HTML, "Multipart form data"). */
function unescapeName(name: string): string {
  return name.replace(/%22/g, '"').replace(/%0[AD]/gi, ' ')
}

function openParser(headers: BusboyHeaders): InstanceType<typeof Busboy> {
  try {
    return new Busboy({ headers, limits })
  } catch (error) {
    throw new Problem('malformed-form', { detail: 'The Content-Type names no boundary.', cause: error })
  }
}

function tooMany(what: string): Problem {
  return new Problem('too-large', { detail: `The form has too many ${what}.` })
}

function fileProblem(detail: string, field = 'file'): Problem {
  return new Problem('invalid-fields', { errors: [{ pointer: `/${field}`, detail }] })
}
