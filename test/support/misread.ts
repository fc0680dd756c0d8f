import { utf8 } from '../support/bytes.ts'

/** Text whose bytes of UTF-8 are each read as a character of ISO 8859-1. */
export function misread(text: string): string {
  return String.fromCharCode(...utf8(text))
}
