/** What the parts of a form say of themselves (RFC 7578 §4), and their texts. Pure. */
import { parse as parseHeader } from 'content-disposition'
import { z } from 'zod'
import { Problem } from '../http/problem.ts'

export type FormPart = {
  name: string
  /** A character for each byte, since nobody says in what encoding it is; undefined if there is none. */
  fileName: string | undefined
  /** What a text is in. */
  charset: string
  isFile: boolean
}

/** As the parser gives them: values by lower-case name, a character for each byte. */
const PartHeaders = z.record(z.string(), z.array(z.string()))

export const headerLimits = { count: 20, length: 16 * 1024 }

/** A part as its headers describe it; undefined for what is no part of a form. Throws 400 and 413. */
export function readPart(parsed: object): FormPart | undefined {
  const headers = PartHeaders.parse(parsed)
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name + value))
  const length = lines.reduce((sum, line) => sum + line.length, 0)
  if (lines.length > headerLimits.count || length > headerLimits.length) throw tooMany('headers of a part')
  // Browsers write a quote in a name as %22 (HTML, "Multipart form data"), many programs as in other headers.
  const stated = headers['content-disposition']?.[0]?.replaceAll('\\"', '%22')
  if (stated === undefined) return undefined
  const { type: disposition, parameters } = parseHeader(stated, { multipart: true })
  if (disposition !== 'form-data') return undefined
  const { type, parameters: typeParameters } = parseHeader(headers['content-type']?.[0] ?? 'text/plain')
  const fileName = parameters['filename']
  return {
    name: decode(Buffer.from(parameters['name'] ?? '', 'latin1'), 'utf-8', 'The name of a field'),
    fileName,
    charset: typeParameters['charset'] ?? 'utf-8',
    isFile: fileName !== undefined || type === 'application/octet-stream',
  }
}

/** The text of a field. Another encoding than UTF-8 is one that the part names. */
export function readText(bytes: Uint8Array, { name, charset }: FormPart): string {
  return decode(bytes, charset, `The field ${name}`)
}

/** What is not in its encoding must not become replacement characters in a title. */
function decode(bytes: Uint8Array, charset: string, what: string): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new Problem('malformed-form', { detail: `${what} is not ${charset}.` })
  }
}

/** The answer to a form over one of its limits. */
export function tooMany(what: string): Problem {
  return new Problem('too-large', { detail: `The form has too many ${what}.` })
}

/** The answer to a form that has not just the one file. */
export function fileProblem(detail: string, field = 'file'): Problem {
  return new Problem('invalid-fields', { errors: [{ pointer: `/${field}`, detail }] })
}
