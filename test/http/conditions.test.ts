/** HTTP dates, preconditions and If-Range, as RFC 9110 reads them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluatePreconditions, passesIfRange } from '../../src/http/conditions.ts'
import { parseHttpDate } from '../../src/http/conditions.ts'

const current = { etag: '"a,b"', lastModified: Date.UTC(1994, 10, 6, 8, 49, 37) / 1000, size: 1000 }
const same = 'Sun, 06 Nov 1994 08:49:37 GMT'
const earlier = 'Sun, 06 Nov 1994 08:49:36 GMT'
const later = 'Sun, 06 Nov 1994 08:49:38 GMT'

describe('HTTP dates: RFC 9110 §5.6.7', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([[same], ['Sunday, 06-Nov-94 08:49:37 GMT'], ['Sun Nov  6 08:49:37 1994']])('%s', (text) => {
    expect(parseHttpDate(text, now)).toBe(current.lastModified)
  })

  it.each([
    ['Friday, 31-Dec-76 00:00:00 GMT', 2076],
    ['Friday, 31-Dec-77 00:00:00 GMT', 1977],
    ['Friday, 31-Dec-00 00:00:00 GMT', 2000],
  ])('%s is in %i', (text, year) => {
    expect(new Date(parseHttpDate(text, now)! * 1000).getUTCFullYear()).toBe(year)
  })

  it('reads the leap second and the leap day', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(Date.UTC(2017, 0, 1) / 1000)
    expect(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT')).toBe(Date.UTC(2024, 1, 29) / 1000)
  })

  it.each([
    '',
    '0',
    '784111777',
    '1994-11-06T08:49:37Z',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    `${same} `,
    'Thu, 29 Feb 2023 00:00:00 GMT',
    'yesterday',
    'Sun Nov 06 08:49:37',
  ])('%s is no date', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })

  it('reads every date in the form of toUTCString', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        expect(parseHttpDate(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000))
      }),
    )
  })
})

describe('preconditions: RFC 9110 §13.1, in the order of §13.2.2', () => {
  it.each([
    [{}, 'proceed'],
    [{ 'If-Match': '"a,b"' }, 'proceed'],
    [{ 'If-Match': '*' }, 'proceed'],
    [{ 'If-Match': '"x", "a,b"' }, 'proceed'],
    [{ 'If-Match': ' , "x",, "a,b" ,' }, 'proceed'],
    [{ 'If-Match': 'W/"a,b"' }, 'precondition-failed'],
    [{ 'If-Match': '"x"' }, 'precondition-failed'],
    [{ 'If-Match': '"a", "b"' }, 'precondition-failed'],
    [{ 'If-Match': 'a,b' }, 'precondition-failed'],
    [{ 'If-Match': '' }, 'precondition-failed'],
    [{ 'If-Match': '"A,B"' }, 'precondition-failed'],
    [{ 'If-None-Match': '"a,b"' }, 'not-modified'],
    [{ 'If-None-Match': 'W/"a,b"' }, 'not-modified'],
    [{ 'If-None-Match': '"x", W/"a,b", "y"' }, 'not-modified'],
    [{ 'If-None-Match': '*' }, 'not-modified'],
    [{ 'If-None-Match': '"x"' }, 'proceed'],
    [{ 'If-None-Match': 'a,b' }, 'proceed'],
    [{ 'If-None-Match': '"a,b' }, 'proceed'],
    [{ 'If-None-Match': 'w/"a,b"' }, 'proceed'],
    [{ 'If-Modified-Since': same }, 'not-modified'],
    [{ 'If-Modified-Since': later }, 'not-modified'],
    [{ 'If-Modified-Since': earlier }, 'proceed'],
    [{ 'If-Modified-Since': 'nonsense' }, 'proceed'],
    [{ 'If-Unmodified-Since': same }, 'proceed'],
    [{ 'If-Unmodified-Since': later }, 'proceed'],
    [{ 'If-Unmodified-Since': earlier }, 'precondition-failed'],
    [{ 'If-Unmodified-Since': 'nonsense' }, 'proceed'],
    [{ 'If-Match': '"a,b"', 'If-Unmodified-Since': earlier }, 'proceed'],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': later }, 'proceed'],
    [{ 'If-Match': '"x"', 'If-None-Match': '"a,b"' }, 'precondition-failed'],
    [{ 'If-Match': '"a,b"', 'If-None-Match': '"a,b"' }, 'not-modified'],
    [{ 'If-Unmodified-Since': earlier, 'If-Modified-Since': later }, 'precondition-failed'],
  ])('%o: %s', (headers, verdict) => {
    expect(evaluatePreconditions(new Headers(headers), current)).toBe(verdict)
  })

  it('never throws', () => {
    const value = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('W/"a,b* \tx\\')) }),
      fc.string({ unit: 'grapheme-ascii' }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('If-Match', 'If-None-Match', 'If-Range', 'If-Modified-Since'),
        value,
        (name, text) => {
          const headers = new Headers({ [name]: text })
          evaluatePreconditions(headers, current)
          passesIfRange(headers, current)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('If-Range: RFC 9110 §13.1.5', () => {
  it.each([
    ['"a,b"', true],
    [same, true],
    ['Sunday, 06-Nov-94 08:49:37 GMT', true],
    ['W/"a,b"', false],
    ['"x"', false],
    ['*', false],
    ['a,b', false],
    ['"a,b", "x"', false],
    [earlier, false],
    [later, false],
    ['', false],
  ])('%s: %s', (value, holds) => {
    expect(passesIfRange(new Headers({ 'If-Range': value }), current)).toBe(holds)
  })
})
