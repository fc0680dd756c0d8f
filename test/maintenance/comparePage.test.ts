/** What is wrong in a page of objects: a table of cases, and any page. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audioKey } from '../../src/audio/objects.ts'
import type { RowState } from '../../src/db/maintenance.ts'
import { findInPage, type Budget, type StoredObject } from '../../src/maintenance/comparePage.ts'
import { idOf } from '../support/reconciling.ts'

const grace = new Date('2026-01-01T12:00:00Z')
const before = new Date(grace.getTime() - 1)
const ample: Budget = { storedBefore: grace, orphans: 9 }
const nothing = { foreign: [], orphans: [], mismatched: [] }

const stored = (n: number, given: Partial<StoredObject> = {}): StoredObject => ({
  key: audioKey(idOf(n)),
  uploaded: before,
  visibility: 'public',
  ...given,
})
const rowsOf = (...states: RowState[]) => new Map(states.map((state, n) => [idOf(n), state]))
const orphan = (n: number) => ({ key: audioKey(idOf(n)), id: idOf(n) })

describe('a page', () => {
  it.each([
    ['nothing', [], rowsOf(), {}],
    ['a clip', [stored(0)], rowsOf('public'), {}],
    ['a private clip', [stored(0, { visibility: 'private' })], rowsOf('private'), {}],
    ['an old object without a row', [stored(0)], rowsOf('absent'), { orphans: [orphan(0)] }],
    ['an object that is as old as the grace period', [stored(0, { uploaded: grace })], rowsOf('absent'), {}],
    ['audio that must be hidden', [stored(0)], rowsOf('private'), { mismatched: [idOf(0)] }],
    [
      'audio that may be heard',
      [stored(0, { visibility: 'private' })],
      rowsOf('public'),
      { mismatched: [idOf(0)] },
    ],
    ['another object of a clip', [stored(0, { key: `clips/${idOf(0)}/waveform` })], rowsOf('private'), {}],
    [
      'another object without a row',
      [stored(0, { key: `clips/${idOf(0)}/waveform` })],
      rowsOf('absent'),
      { orphans: [{ key: `clips/${idOf(0)}/waveform`, id: idOf(0) }] },
    ],
    ['a foreign key', [stored(0, { key: 'clips/readme.txt' })], rowsOf(), { foreign: ['clips/readme.txt'] }],
    [
      'an id in capitals',
      [stored(0, { key: 'clips/0199A6C2/audio' })],
      rowsOf(),
      { foreign: ['clips/0199A6C2/audio'] },
    ],
  ] as const)('with %s', (_, objects, rows, found) => {
    expect(findInPage([...objects], rows, ample)).toEqual({
      ...nothing,
      ...found,
      scanned: objects.length,
      lastKey: objects.at(-1)?.key,
      full: false,
    })
  })

  it('throws for a clip about which Postgres said nothing: silence condemns nothing', () => {
    expect(() => findInPage([stored(0), stored(1)], rowsOf('public'), ample)).toThrow('did not say whether')
    expect(() => findInPage([stored(0)], rowsOf(), ample)).toThrow('did not say whether')
  })

  it('ends before the finding that is over its budget', () => {
    const orphans = [0, 1, 2].map((n) => stored(n))
    expect(findInPage(orphans, rowsOf('absent', 'absent', 'absent'), { ...ample, orphans: 2 })).toMatchObject(
      {
        orphans: [orphan(0), orphan(1)],
        scanned: 2,
        lastKey: audioKey(idOf(1)),
        full: true,
      },
    )
    expect(findInPage(orphans, rowsOf('absent', 'public', 'public'), { ...ample, orphans: 0 })).toEqual({
      ...nothing,
      scanned: 0,
      lastKey: undefined,
      full: true,
    })
  })
})

const anyObject = fc.record({
  n: fc.integer({ min: 0, max: 5 }),
  name: fc.constantFrom('audio', 'waveform'),
  uploaded: fc.constantFrom(before, grace),
  visibility: fc.constantFrom('public' as const, 'private' as const),
})
const anyRows = fc.array(fc.constantFrom<RowState>('public', 'private', 'absent'), {
  minLength: 6,
  maxLength: 6,
})

it('any page: only old objects of absent rows are orphans, and the pages together find everything once', () => {
  fc.assert(
    fc.property(
      fc.array(anyObject, { maxLength: 12 }),
      anyRows,
      fc.integer({ min: 1, max: 3 }),
      (drawn, states, most) => {
        const objects = drawn.map(({ n, name, ...rest }) => ({ key: `clips/${idOf(n)}/${name}`, n, ...rest }))
        const rows = rowsOf(...states)
        const found: string[] = []
        for (let rest = objects; rest.length > 0;) {
          const page = findInPage(rest, rows, { storedBefore: grace, orphans: most })
          expect(page.scanned).toBeGreaterThan(0)
          found.push(...page.orphans.map(({ key }) => key))
          rest = rest.slice(page.scanned)
        }
        const expected = objects.filter(({ n, uploaded }) => states[n] === 'absent' && uploaded < grace)
        expect(found).toEqual(expected.map(({ key }) => key))
      },
    ),
  )
})
