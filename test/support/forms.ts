/** Builds multipart forms, with the boundary `b` unless the arguments differ. */
import { fixture } from './api.ts'
import { concatenated, utf8 } from './bytes.ts'

/** A file that is accepted. */
export const audio = (): Uint8Array => fixture('opus.opus')

export function part(headers: string, content: Uint8Array, boundary = 'b'): Uint8Array {
  return concatenated(utf8(`--${boundary}\r\n${headers}\r\n\r\n`), content, utf8('\r\n'))
}

export const filePart = (content = audio(), boundary = 'b'): Uint8Array =>
  part('Content-Disposition: form-data; name="file"; filename="a.opus"', content, boundary)
export const textPart = (name: string, value: string, boundary = 'b'): Uint8Array =>
  part(`Content-Disposition: form-data; name="${name}"`, utf8(value), boundary)
export const end = (boundary = 'b'): Uint8Array => utf8(`--${boundary}--\r\n`)
