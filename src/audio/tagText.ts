/** Text in tags and names whose encoding is wrong or unsaid. Pure. */

/**
 * Text without a stated encoding: UTF-8 if it is well-formed, which other encodings hardly ever are by
 * chance, else Windows-1252, which holds all that ISO 8859-1 prints. It ends at the first NUL.
 */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decodeWithoutNul(end === -1 ? bytes : bytes.subarray(0, end))
}

function decodeWithoutNul(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/**
 * Undoes the reading of UTF-8 or Windows-1252 as ISO 8859-1, which is what ID3 declares where writers mean
 * either: `PrÃ¼fton` is "Prüfton". Text beyond ISO 8859-1 was not read so and stays. Other code pages cannot be told
 * apart without guessing the language: not attempted.
 */
export function repairText(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text
  return decodeWithoutNul(Uint8Array.from(text, (character) => character.charCodeAt(0)))
}
