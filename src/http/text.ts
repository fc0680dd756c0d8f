/** The one rule for text that is stored or compared in Postgres. Every such text of a request goes through it. Pure. */
import { z } from '@hono/zod-openapi'

type Change = (sent: string) => string

const controlCharacters = 'Must not contain control characters.'
const malformed = 'Must be well-formed Unicode.'

const unchanged: Change = (sent) => sent

/**
 * A text as it is stored: changed, trimmed, and in NFC. Its length is checked afterwards, in code points like in Postgres.
 * Postgres has no NUL, and UTF-8 no lone surrogates; other control characters would only break what shows the text.
 */
function text(maxLength: number, forbidden: RegExp, change: Change) {
  return z
    .string()
    .transform((sent) => change(sent).normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(maxLength)
        .refine((stored) => !forbidden.test(stored), controlCharacters)
        .refine((stored) => stored.isWellFormed(), malformed),
    )
}

/** A text of one line. */
export function line(maxLength: number) {
  return text(maxLength, /\p{Cc}/u, unchanged)
}

/** A text of one line in lower case: "İ" becomes two characters, so the length is checked after that. */
export function lowerCaseLine(maxLength: number) {
  return text(maxLength, /\p{Cc}/u, (sent) => sent.toLowerCase())
}

const unprintable = /[^\P{Cc}\n\r\t]/u

/** A text that may have line breaks and tabs. */
export function multiLine(maxLength: number) {
  return text(maxLength, unprintable, unchanged)
}

/** A text to search for. It may be empty. The statement ignores case. */
export function searchText(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((sent) => !unprintable.test(sent), controlCharacters)
    .refine((sent) => sent.isWellFormed(), malformed)
    .transform((sent) => sent.normalize('NFC').trim())
}
