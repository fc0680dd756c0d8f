/** Lists of entity tags (RFC 9110 §8.8.3) around that of the file, shared by If-Match and If-None-Match. */
import type { Facts } from '../conformanceCase.ts'

export type TagList = [name: string, value: (facts: Pick<Facts, 'opaque' | 'strongTag'>) => string]

/** Lists with a strong tag that is that of the file: they hold in a strong and in a weak comparison. */
export const listsWithItsTag: TagList[] = [
  ['its tag', ({ strongTag }) => strongTag],
  ['its tag, last', ({ strongTag }) => `"one", "two", ${strongTag}`],
  ['its tag, first', ({ strongTag }) => `${strongTag}, "one", "two"`],
  ['its tag, between', ({ strongTag }) => `"one", ${strongTag}, "two"`],
  ['its tag, weak and strong', ({ strongTag }) => `W/${strongTag}, ${strongTag}`],
  ['its tag, after weak ones', ({ strongTag }) => `W/"one", W/"two", ${strongTag}`],
  ['no space after the comma', ({ strongTag }) => `"one",${strongTag},"two"`],
  ['space and tabs around the comma', ({ strongTag }) => `"one" \t,\t ${strongTag}`],
  // §5.6.1.2: a recipient must bear empty elements.
  ['empty elements', ({ strongTag }) => `, "one",, ,${strongTag} ,`],
  // §8.8.3: a tag may hold commas, and a backslash in it escapes nothing.
  ['its tag, after one with commas', ({ strongTag }) => `"a,b,c", ${strongTag}`],
  ['its tag, after one with a comma alone', ({ strongTag }) => `",", ${strongTag}`],
  ['its tag, after one that ends in a backslash', ({ strongTag }) => `"a\\", ${strongTag}`],
  ['its tag, after an empty one', ({ strongTag }) => `"", ${strongTag}`],
  ['its tag, after an asterisk in quotes', ({ strongTag }) => `"*", ${strongTag}`],
  ['its tag, after one beyond ASCII', ({ strongTag }) => `"caf\u00c3\u00a9", ${strongTag}`],
  ['its tag, after one beyond ASCII that is no UTF-8', ({ strongTag }) => `"caf\u00e9", ${strongTag}`],
  ['its tag, after a hundred', ({ strongTag }) => `${'"another", '.repeat(100)}${strongTag}`],
]

/** Well-formed lists without it. */
export const listsWithoutItsTag: TagList[] = [
  ['another tag', () => '"another"'],
  ['other tags', () => '"one", "two", W/"three"'],
  ['an empty tag', () => '""'],
  ['an asterisk in quotes', () => '"*"'],
  ['its tag in other case', ({ opaque }) => `"${otherCase(opaque)}"`],
  ['its tag with something after it', ({ opaque }) => `"${opaque}x"`],
  ['its tag without the last character', ({ opaque }) => `"${opaque.slice(0, -1)}"`],
  ['its tag within another, between commas', ({ opaque }) => `"a,${opaque},b"`],
  ['its tag within another, after W/', ({ opaque }) => `"W/${opaque}"`],
]

/** What is no list of tags, though a lenient reader may find that of the file in it. */
export const malformedLists: TagList[] = [
  ['its tag without quotes', ({ opaque }) => opaque],
  ['its tag in single quotes', ({ opaque }) => `'${opaque}'`],
  ['its tag without the closing quote', ({ opaque }) => `"${opaque}`],
  ['its tag without the opening quote', ({ opaque }) => `${opaque}"`],
  ['its tag, weak in lower case', ({ opaque }) => `w/"${opaque}"`],
  ['its tag, with a space after W/', ({ opaque }) => `W/ "${opaque}"`],
  ['its tag after another, without a comma', ({ opaque }) => `"another" "${opaque}"`],
  ['its tag after another, with a semicolon', ({ opaque }) => `"another"; "${opaque}"`],
  ['its tag before nonsense', ({ opaque }) => `"${opaque}", nonsense`],
  ['its tag after nonsense', ({ opaque }) => `nonsense, "${opaque}"`],
  ['an asterisk in a list', () => '"another", *'],
  ['an opening quote alone', () => '"'],
  ['a weakness without a tag', () => 'W/'],
]

/** The same letters in the other case; with no letters in it, another tag. */
export function otherCase(opaque: string): string {
  const other = opaque.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
  return other === opaque ? `${opaque}A` : other
}
