/** Range and Content-Range: parsing, selecting and writing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseContentRange, parseRange, satisfy, selectParts, writeRange } from '../../src/audio/range.ts'

const huge = '9'.repeat(30)

describe('parseRange: RFC 9110 §14.1, §14.2', () => {
  it.each([
    ['bytes=0-', [{ first: 0, last: undefined }]],
    ['bytes=0-0', [{ first: 0, last: 0 }]],
    ['bytes=-5', [{ suffix: 5 }]],
    ['BYTES=1-2', [{ first: 1, last: 2 }]],
    [
      'bytes=1-2,4-',
      [
        { first: 1, last: 2 },
        { first: 4, last: undefined },
      ],
    ],
    ['bytes=, 1-2 ,\t,-3,', [{ first: 1, last: 2 }, { suffix: 3 }]],
    ['bytes=007-8', [{ first: 7, last: 8 }]],
    [`bytes=0-${huge}`, [{ first: 0, last: Number.MAX_SAFE_INTEGER }]],
    [`bytes=${huge}-`, [{ first: Number.MAX_SAFE_INTEGER, last: undefined }]],
    [`bytes=-${huge}`, [{ suffix: Number.MAX_SAFE_INTEGER }]],
  ])('%s', (header, specs) => {
    expect(parseRange(header)).toEqual(specs)
  })

  it.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=--1',
    'bytes=2-1',
    'bytes=a-b',
    'bytes=0x0-',
    'bytes=1e0-',
    'bytes=+0-1',
    'bytes=1-2-3',
    'bytes=1 -2',
    'bytes=1-2;',
    'bytes=1-2,x',
    'seconds=0-1',
    'items=0-1',
    'bytes:0-1',
    'bytes =0-1',
    'bytes=٠-١',
    'bytes=1.0-2',
    `bytes=${huge}2-${huge}1`,
    `bytes=${'0-0,'.repeat(101)}`,
    'none',
  ])('ignores %s', (header) => {
    expect(parseRange(header)).toBeUndefined()
  })
})

describe('selectParts: RFC 9110 §15.3.7.2', () => {
  const size = 10_000
  it.each([
    [
      'bytes=0-0,9999-9999',
      [
        [0, 1],
        [9999, 1],
      ],
    ],
    [
      'bytes=9000-9001,0-1',
      [
        [9000, 2],
        [0, 2],
      ],
    ],
    ['bytes=0-99,50-199', [[0, 200]]],
    ['bytes=0-99,100-199', [[0, 200]]],
    ['bytes=0-99,179-199', [[0, 200]]],
    [
      'bytes=0-99,180-199',
      [
        [0, 100],
        [180, 20],
      ],
    ],
    ['bytes=5000-5099,0-99,90-5000', [[0, 5100]]],
    ['bytes=0-0,20000-', [[0, 1]]],
    ['bytes=20000-,-0', []],
    [
      'bytes=-1,0-0,-2',
      [
        [9998, 2],
        [0, 1],
      ],
    ],
    ['bytes=0-,0-', [[0, 10_000]]],
  ])('%s', (header, expected) => {
    const parts = selectParts(parseRange(header)!, size)
    expect(parts?.map(({ offset, length }) => [offset, length])).toEqual(expected)
  })

  it('ignores a set of too many parts', () => {
    const set = Array.from({ length: 17 }, (_, index) => ({ first: index * 200, last: index * 200 }))
    expect(selectParts(set.slice(1), size)).toHaveLength(16)
    expect(selectParts(set, size)).toBeUndefined()
  })
})

const digits = fc.oneof(fc.nat(300).map(String), fc.bigInt({ min: 0n, max: 2n ** 80n }).map(String))
const spec = fc.oneof(
  fc.tuple(digits, fc.option(digits, { nil: '' })).map(([first, last]) => `${first}-${last}`),
  digits.map((suffix) => `-${suffix}`),
)
const header = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('bytes=0123456789-, \t')) }),
  fc.array(spec, { maxLength: 8 }).map((specs) => `bytes=${specs.join(',')}`),
)

describe('any header', () => {
  it('never throws and never selects a byte beyond the end', () => {
    fc.assert(
      fc.property(header, fc.nat(400), (text, size) => {
        const parts = selectParts(parseRange(text) ?? [], size) ?? []
        for (const { offset, length } of parts) {
          expect(length).toBeGreaterThan(0)
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(offset + length).toBeLessThanOrEqual(size)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('selects every byte asked for once, and besides them only small gaps', () => {
    const specs = fc.array(fc.record({ first: fc.nat(500), length: fc.nat(60) }), {
      minLength: 1,
      maxLength: 16,
    })
    fc.assert(
      fc.property(specs, fc.nat(500), (asked, size) => {
        const set = asked.map(({ first, length }) => ({ first, last: first + length }))
        const sent = new Set<number>()
        let isTwice = false
        for (const { offset, length } of selectParts(set, size) ?? []) {
          for (let at = offset; at < offset + length; at++) {
            isTwice ||= sent.has(at)
            sent.add(at)
          }
        }
        expect(isTwice).toBe(false)
        const wanted = set.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, at) => first + at),
        )
        expect(wanted.filter((at) => sent.has(at) !== at < size)).toEqual([])
        expect([...sent].filter((at) => !wanted.some((want) => Math.abs(want - at) <= 80))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('is written as it was read', () => {
    fc.assert(
      fc.property(spec, (text) => {
        const [read] = parseRange(`bytes=${text}`) ?? []
        if (read) expect(parseRange(writeRange(read))).toEqual([read])
      }),
    )
  })
})

describe('Content-Range', () => {
  it.each([
    ['bytes 0-4/10', { size: 10, part: { offset: 0, length: 5 } }],
    ['bytes */10', { size: 10, part: undefined }],
    ['bytes 0-4/*', undefined],
    ['', undefined],
  ])('%s', (text, read) => {
    expect(parseContentRange(text)).toEqual(read)
  })

  it('has no part of an empty object', () => {
    expect(satisfy({ suffix: 5 }, 0)).toBeUndefined()
    expect(satisfy({ first: 0, last: undefined }, 0)).toBeUndefined()
  })
})
