/**
 * Text that declares no encoding, or declares ISO 8859-1, which programs write for any code page. Pure.
 *
 * Well-formed UTF-8 is UTF-8: other encodings are hardly ever that by chance. What reads as a western language is
 * Windows-1252, which has every printable character of ISO 8859-1. Anything else is in another code page. A
 * detector names it; where it cannot, the text is left out. A missing title is better than a garbled one.
 */
import { analyse } from 'chardet'

/** The detector's names, and the decoder's (https://encoding.spec.whatwg.org), of code pages that are believed. */
const codePages: Record<string, string> = {
  'windows-1251': 'windows-1251',
  'KOI8-R': 'koi8-r',
  Shift_JIS: 'shift_jis',
  'EUC-JP': 'euc-jp',
  GB18030: 'gb18030',
  Big5: 'big5',
  'EUC-KR': 'euc-kr',
}
/** In percent. Short texts rarely reach it. Western text, which is sorted out before, would reach it by chance. */
const minConfidence = 50
/** The detector counts characters, and needs no more. */
const maxDetectedBytes = 4096

/** Decodes texts of one tag, which have one code page. Undefined where it is unknown. Each text ends at its first NUL. */
export function decodeTexts(texts: Uint8Array[]): (string | undefined)[] {
  const cut = texts.map(untilNul)
  const others = cut.filter((bytes) => decodeUtf8(bytes) === undefined)
  const encoding = areWestern(others) ? 'windows-1252' : detectCodePage(others)
  return cut.map((bytes) => decodeUtf8(bytes) ?? (encoding && new TextDecoder(encoding).decode(bytes)))
}

/** Decodes one text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  return decodeTexts([bytes])[0]
}

/**
 * Repairs the name of a file that was read as ISO 8859-1: `PrÃ¼fton` becomes "Prüfton". Text with characters beyond
 * ISO 8859-1 was not misread, and stays. So does text in an unknown code page: a file must keep some name.
 */
export function repairText(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  return decodeText(bytes) ?? new TextDecoder('windows-1252').decode(bytes)
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

/** Undefined if the bytes are no UTF-8. A last character may be cut, as by a field of 30 bytes, if there is another one. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const whole = decodeStrictly(bytes)
  if (whole !== undefined) return whole
  const lead = bytes.findLastIndex((byte) => byte >= 0xc0)
  if (lead < 0 || lead < bytes.byteLength - 3) return undefined
  const text = decodeStrictly(bytes.subarray(0, lead))
  return text && /[^\0-\x7f]/.test(text) ? text : undefined
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Of what Windows-1252 has between 0x80 and 0x9f, western titles use €, quotes, dashes, an ellipsis, ™, Œ and œ. */
const punctuation = '\\x80\\x84\\x85\\x91-\\x97\\x99'
const capital = '\\x8c\\xc0-\\xd6\\xd8-\\xde'
const small = '\\x9c\\xdf-\\xf6\\xf8-\\xff'
const accented = `${capital}${small}`
const letter = `A-Za-z${accented}`
/** All signs but ¡ « » ¿, which stand beside letters. */
const sign = '\\xa2-\\xaa\\xac-\\xba\\xbc-\\xbe\\xd7\\xf7'
const notWestern = [
  `[^\\0-\\x7f\\xa0-\\xff${punctuation}${accented}]`,
  // Western words have one accented letter, or two, among plain ones, or the same one again. "Çà", "þú" and "Öö" have no others.
  `(?!([${accented}])\\1)[${accented}]{3}`,
  `(?<![${letter}])(?!\\xc7\\xe0|\\xfe\\xfa|\\xd6\\xf6)[${accented}]{2}(?![${letter}])`,
  // What stands beside an accented letter is a letter or a space, or ends a word.
  `[${accented}][@[\\\\\\]^_\`{|}~${sign}\\xa1\\xab\\xbf]|[@[\\\\\\]^_\`{|}~${sign}\\xbb][${accented}]`,
  `[${small}][A-Z${capital}]|[a-z][${capital}]`,
  // Signs stand before no letter, unless they are © or ®, and after none, unless they are ª, ° or º, and a number may follow.
  `[\\xa3-\\xa6\\xa8\\xaa\\xac\\xad\\xaf-\\xb1\\xb3\\xb6\\xb8-\\xba\\xbc-\\xbe\\xd7\\xf7][A-Za-z]`,
  `[A-Za-z][\\xa1-\\xa9\\xab-\\xb1\\xb5\\xb6\\xb8\\xb9\\xbb-\\xbf][A-Za-z]`,
  `(?<![Ll])\\xb7[A-Za-z]`,
  `[${sign}][@[\\\\\\]^_\`{|}~]`,
  // Two of them in a row are one character of two bytes.
  `[${sign}\\xa1\\xab\\xbb\\xbf][${sign}]|[${sign}][\\xa1\\xab\\xbb\\xbf]`,
  '\\xbb[\\xa1\\xab\\xbb\\xbf]|[\\xa1\\xbf][\\xab\\xbb]|\\xab[\\xab\\xbb]',
  // Quotes open before a word and close behind one. Bullets stand alone.
  `[${letter}0-9][\\x84\\x91\\x93]|[\\x84\\x91\\x93]\\s|\\x94[${letter}0-9]|\\x95\\S`,
  // œ is followed as in "cœur", "œil", "Œdipe", "phœnix" or "fœtus".
  '[\\x8c\\x9c](?![uidsntclUIDSNTCL])',
  // Hungarian has õ (ő) at the end of a word, Czech ø (ř) beside accents and ì (ě) within a word, where Italian has it at
  // the end, and Balkan names end in iæ (ić).
  `\\xf5(?![${letter}])`,
  `\\xf8[${accented}]|[${accented}]\\xf8|\\xec[${letter}]|i\\xe6(?![${letter}])`,
].map((pattern) => new RegExp(pattern))

/** Whether texts read as Windows-1252 look like a western language. */
function areWestern(texts: Uint8Array[]): boolean {
  const read = texts.map((bytes) =>
    Array.from(bytes.subarray(0, maxDetectedBytes), (byte) => String.fromCharCode(byte)).join(''),
  )
  return !isTurkish(read.join('\n')) && read.every(isWestern)
}

/** The letters ı ğ ş are those of Icelandic in Windows-1252, which has others beside them, and neither ç nor ü. */
function isTurkish(text: string): boolean {
  return /[ýÝþÞðÐ]/.test(text) && (/[çÇüÜ]/.test(text) || !/[áéíóúæÁÉÍÓÚÆ]/.test(text))
}

function isWestern(text: string): boolean {
  // A word of none but accented letters may be Russian, or a character of two bytes.
  if (!/[A-Za-z0-9]/.test(text)) return false
  // German quotes close with what opens English ones.
  const quoted = text.replace(/\u0084([^\u0084\u0093]*)\u0093/g, '\u0093$1\u0094')
  return !notWestern.some((pattern) => pattern.test(quoted))
}

function detectCodePage(texts: Uint8Array[]): string | undefined {
  const joined = texts.flatMap((bytes) => [...bytes.subarray(0, maxDetectedBytes), 0x0a])
  const [best] = analyse(Uint8Array.from(joined.slice(0, maxDetectedBytes)))
  const encoding = best && best.confidence >= minConfidence ? codePages[best.name] : undefined
  return encoding && texts.every((bytes) => isWellFormed(bytes, encoding)) ? encoding : undefined
}

/** Whether the bytes are characters of the writing that the code page is for. Capitals begin words. */
function isWellFormed(bytes: Uint8Array, encoding: string): boolean {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
    return isWritten(text, encoding)
  } catch {
    return false
  }
}

const marks = '\\p{ASCII}\\p{Punctuation}\\p{Separator}№©®°'
const alphabets = new RegExp(`^[\\p{Script=Cyrillic}\\p{Script=Latin}${marks}]*$`, 'u')
const eastAsian = new RegExp(
  `^[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\uff00-\\uffefー～・${marks}]*$`,
  'u',
)

function isWritten(text: string, encoding: string): boolean {
  const isAlphabet = /^(windows|koi8)/.test(encoding)
  return isAlphabet ? alphabets.test(text) && !/\p{Ll}\p{Lu}/u.test(text) : eastAsian.test(text)
}
