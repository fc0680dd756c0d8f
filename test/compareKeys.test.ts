/** The rule that tells orphans, rows without audio and wrong labels, as a table and for any library and pages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, type Comparison, type Page, type Position } from '../src/upkeep/compareKeys.ts'
import { idOf } from './reconciling.ts'

const [a, b, c] = [idOf(1), idOf(2), idOf(3)]
const old = new Date('2026-11-22T10:00:00Z')
const young = new Date('2026-11-22T12:00:00Z')
const limits = { storedBefore: new Date('2026-11-22T11:00:00Z'), orphans: 9, mislabelled: 9 }
const start: Position = { key: '', rowId: null }

type Visibility = 'public' | 'private'
const row = (id: string, visibility: Visibility = 'public', title = 'T') => ({ id, title, visibility })
const stored = (key: string, uploaded = old, visibility: Visibility = 'public', title = 'T') => ({
  key,
  uploaded,
  label: { title, visibility },
})
const audio = (id: string, uploaded = old, visibility: Visibility = 'public', title = 'T') =>
  stored(`clips/${id}/audio`, uploaded, visibility, title)

const whole = { position: start, rows: [], moreRows: false, objects: [], moreObjects: false }
const nothing = { orphans: [], missing: [], mislabelled: [], foreign: [] }

const cases: [what: string, page: Partial<Page>, found: Partial<Comparison>][] = [
  ['nothing on either side', {}, { ...nothing, scanned: 0, position: start, finished: true }],
  ['a clip', { rows: [row(a)], objects: [audio(a)] }, { ...nothing, scanned: 1, finished: true }],
  ['an old object without row', { objects: [audio(a)] }, { orphans: [{ key: `clips/${a}/audio`, id: a }] }],
  ['a young object without row', { objects: [audio(a, young)] }, { ...nothing, scanned: 1 }],
  ['one of exactly the grace', { objects: [audio(a, limits.storedBefore)] }, nothing],
  ['a row without object', { rows: [row(a)] }, { ...nothing, missing: [a], scanned: 1, finished: true }],
  [
    'a row without object between others',
    { rows: [row(a), row(b), row(c)], objects: [audio(a), audio(c)] },
    { ...nothing, missing: [b], scanned: 3 },
  ],
  [
    'an orphan between others',
    { rows: [row(a), row(c)], objects: [audio(a), audio(b), audio(c)] },
    { ...nothing, orphans: [{ key: `clips/${b}/audio`, id: b }] },
  ],
  [
    'what lies beside the audio, with a row',
    { rows: [row(a)], objects: [stored(`clips/${a}/art`), audio(a), stored(`clips/${a}/waveform`)] },
    nothing,
  ],
  [
    'what lies beside the audio, without a row',
    { objects: [audio(a), stored(`clips/${a}/waveform`)] },
    {
      orphans: [
        { key: `clips/${a}/audio`, id: a },
        { key: `clips/${a}/waveform`, id: a },
      ],
    },
  ],
  [
    'a clip of which all is there but the audio',
    { rows: [row(a)], objects: [stored(`clips/${a}/art`), stored(`clips/${a}/waveform`)] },
    { ...nothing, missing: [a] },
  ],
  [
    'keys of no clip, never orphans',
    {
      objects: ['clips/a', `clips/${a.toUpperCase()}/audio`, `clips/${a}`, 'clips/\u{1F3B5}/audio'].map(
        (key) => stored(key),
      ),
    },
    {
      ...nothing,
      foreign: ['clips/a', `clips/${a.toUpperCase()}/audio`, `clips/${a}`, 'clips/\u{1F3B5}/audio'],
    },
  ],
  [
    'another title, another visibility: what must be hidden first',
    {
      rows: [row(a), row(b, 'public'), row(c, 'private')],
      objects: [audio(a, old, 'public', 'U'), audio(b, old, 'private'), audio(c, old, 'public')],
    },
    { ...nothing, mislabelled: [c, a, b] },
  ],
  [
    'beyond the rows of a page that is not the last, nothing is known',
    { rows: [row(a)], moreRows: true, objects: [audio(a), audio(b), audio(c)] },
    { ...nothing, position: { key: `clips/${a}/audio`, rowId: a }, finished: false, full: false },
  ],
  [
    'beyond the objects of a page that is not the last, nothing is known',
    { rows: [row(a), row(b)], objects: [audio(a)], moreObjects: true },
    { ...nothing, position: { key: `clips/${a}/audio`, rowId: a }, finished: false },
  ],
  [
    'a page that ended inside a clip: its row is remembered',
    { position: { key: `clips/${a}/audio`, rowId: a }, objects: [stored(`clips/${a}/waveform`)] },
    { ...nothing, position: { key: `clips/${a}/waveform`, rowId: a }, finished: true },
  ],
  [
    'a page that ends inside a clip, before its audio',
    { rows: [row(a)], objects: [stored(`clips/${a}/art`)], moreObjects: true },
    { ...nothing, position: { key: `clips/${a}/art`, rowId: null } },
  ],
]

describe('one page', () => {
  it.each(cases)('%s', (_, page, found) => {
    expect(compareKeys({ ...whole, ...page }, limits)).toMatchObject(found)
  })

  it('ends before the orphan, or the label, that is one too many', () => {
    const objects = [audio(a), audio(b), audio(c)]
    const orphans = compareKeys({ ...whole, objects }, { ...limits, orphans: 2 })
    expect(orphans.orphans.map(({ id }) => id)).toEqual([a, b])
    expect(orphans).toMatchObject({ full: true, finished: false, position: { key: `clips/${b}/audio` } })
    const rows = [row(a, 'private'), row(b, 'private'), row(c, 'private')]
    const labels = compareKeys({ ...whole, rows, objects }, { ...limits, mislabelled: 1 })
    expect(labels).toMatchObject({ full: true, mislabelled: [a], position: { rowId: a } })
  })
})

/** Objects of a clip: any of these, with or without a row. */
const names = ['art', 'audio', 'waveform', 'zebra/1']
const library = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 999 }).map(idOf),
    hasRow: fc.boolean(),
    objects: fc.subarray(names),
    old: fc.boolean(),
  }),
  { maxLength: 30 },
)
const foreign = fc.uniqueArray(
  fc.stringMatching(/^[0-9a-z\u{1F3B5}\uFFFD/-]{0,12}$/u).map((text) => `clips/0${text}`),
  {
    maxLength: 5,
  },
)
const size = fc.integer({ min: 1, max: 7 })

describe('any library, by pages of any size', () => {
  it('finds each orphan and each row without audio once, and nothing else', () => {
    fc.assert(
      fc.property(
        library,
        foreign,
        size,
        size,
        size,
        (clips, foreignKeys, objectsAPage, rowsAPage, orphans) => {
          const distinct = [...new Map(clips.map((clip) => [clip.id, clip])).values()]
          const rows = distinct.filter(({ hasRow }) => hasRow).map(({ id }) => row(id))
          const objects = [
            ...distinct.flatMap((clip) =>
              clip.objects.map((name) => stored(`clips/${clip.id}/${name}`, clip.old ? old : young)),
            ),
            ...foreignKeys.map((key) => stored(key)),
          ]
          const found = readAll(rows, objects, { objectsAPage, rowsAPage, orphans })
          const owned = distinct.flatMap((clip) =>
            clip.hasRow || !clip.old ? [] : clip.objects.map((name) => `clips/${clip.id}/${name}`),
          )
          expect(found.orphans.toSorted()).toEqual(owned.toSorted())
          expect(found.missing.toSorted()).toEqual(
            distinct
              .filter(({ hasRow, objects: has }) => hasRow && !has.includes('audio'))
              .map(({ id }) => id)
              .toSorted(),
          )
          expect(found.foreign.toSorted()).toEqual(foreignKeys.toSorted())
        },
      ),
      { numRuns: 2000 },
    )
  })
})

type Sizes = { objectsAPage: number; rowsAPage: number; orphans: number }
type Stored = ReturnType<typeof stored>

/** Page by page, as R2 (by UTF-8) and Postgres would give them, until both end. */
function readAll(rows: ReturnType<typeof row>[], objects: Stored[], sizes: Sizes) {
  const found = { orphans: [] as string[], missing: [] as string[], foreign: [] as string[] }
  const listed = objects.toSorted((one, other) => compareUtf8(one.key, other.key))
  const sorted = rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  let position = start
  for (let pages = 0; pages < 1000; pages += 1) {
    const { key, rowId } = position
    const restOfObjects = listed.filter((object) => compareUtf8(object.key, key) > 0)
    const restOfRows = sorted.filter(({ id }) => rowId === null || id > rowId)
    const page: Page = {
      position,
      rows: restOfRows.slice(0, sizes.rowsAPage),
      moreRows: restOfRows.length >= sizes.rowsAPage,
      objects: restOfObjects.slice(0, sizes.objectsAPage),
      moreObjects: restOfObjects.length > sizes.objectsAPage,
    }
    const comparison = compareKeys(page, { ...limits, orphans: sizes.orphans })
    found.orphans.push(...comparison.orphans.map((orphan) => orphan.key))
    found.missing.push(...comparison.missing)
    found.foreign.push(...comparison.foreign)
    if (comparison.finished) return found
    expect(comparison.position, 'every page goes on').not.toEqual(position)
    position = comparison.position
  }
  throw new Error('it never ended')
}

function compareUtf8(one: string, other: string): number {
  const [left, right] = [new TextEncoder().encode(one), new TextEncoder().encode(other)]
  const at = left.findIndex((byte, n) => byte !== right[n])
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
}
