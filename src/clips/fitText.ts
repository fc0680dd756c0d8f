/** Text that nobody is asked to correct, made to fit. Pure. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Text in the form that fields take: composed (NFC), well-formed, trimmed, a space for control characters and separators
 * of lines (but line feeds and tabs), and at most `maxLength` long without cutting through what reads as one character.
 */
export function fitText(text: string, maxLength: number): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]+|[\p{Zl}\p{Zp}]+/gu, ' ')
    .toWellFormed()
    .normalize('NFC')
    .trim()
  return clean.length <= maxLength ? clean : cutAtCharacter(clean, maxLength).trim()
}

/** The same on one line. */
export function fitLine(text: string, maxLength: number): string {
  return fitText(text.replace(/[\n\r\t]+/g, ' '), maxLength)
}

function cutAtCharacter(text: string, maxLength: number): string {
  // One unit more, so that a character that goes on behind the cut is seen to.
  const end = segmenter.segment(text.slice(0, maxLength + 2)).containing(maxLength)?.index ?? 0
  // A pile of marks on one letter may be longer than all there is room for.
  return end > 0 ? text.slice(0, end) : text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')
}
