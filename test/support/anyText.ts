/** Any text, and how a request carries it. JSON carries a lone surrogate as an escape. */
import { array, constantFrom, nat, oneof, string, tuple, type Arbitrary } from 'fast-check'
import { concatenated, utf8 } from './bytes.ts'

/** What databases, headers, forms and screens have trouble with. */
const awkward = [
  ...Array.from('\u0000\u0001\u001f\u007f\u0085\u200f\u2028\u202e\u2066\ufeff\ufffe\uffff'),
  ...Array.from(`İΣﷺ\u0958\u0301🎵'"\\%_ x{},`),
  '\ud800',
  '\udfff',
  '$1',
  '\r\n',
]

/** The lengths around which texts are refused. */
const limits = [50, 60, 100, 200, 255]

export const anyText: Arbitrary<string> = oneof(
  string({ unit: 'binary', maxLength: 40 }),
  array(constantFrom(...awkward), { minLength: 1, maxLength: 12 }).map((characters) => characters.join('')),
  tuple(constantFrom(...awkward), constantFrom(...limits), nat(2)).map(([one, limit, more]) =>
    one.repeat(limit - 1 + more),
  ),
  constantFrom('x'.repeat(6000), '🎵'.repeat(9000)),
)

/** What Postgres cannot have, as examples: every run begins with them, because few texts have one by chance. */
export const neverStored: [string][] = [['a\u0000b'], ['a\ud800b']]

/** In a URL. A lone surrogate is encoded as it stands, which is no UTF-8. */
export function inUrl(text: string): string {
  return Array.from(text, (one) => (one.isWellFormed() ? encodeURIComponent(one) : '%ED%A0%80')).join('')
}

/** In a form. The same holds for a lone surrogate. */
export function inForm(text: string): Uint8Array {
  const characters = Array.from(text, (one) =>
    one.isWellFormed() ? utf8(one) : Uint8Array.of(0xed, 0xa0, 0x80),
  )
  return concatenated(...characters)
}

/** In a header, which is bytes and has neither line breaks nor control characters. */
export function inHeader(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}
