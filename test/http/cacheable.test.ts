/** The URL of a forwarded request: the same for the same question, and another for another. */
import { describe, expect, it } from 'vitest'
import { forwardedUrl } from '../../src/http/cacheable.ts'

const origin = 'https://clips.test'

describe('what is forwarded', () => {
  it.each<[what: string, query: Parameters<typeof forwardedUrl>[1], expected: string]>([
    ['no parameter', {}, ''],
    ['a parameter that was not sent', { genre: undefined }, ''],
    ['one order', { sort: 'newest', limit: 20 }, 'limit=20&sort=newest&'],
    ['the same in another', { limit: 20, sort: 'newest' }, 'limit=20&sort=newest&'],
    ['a repeated parameter is a set', { tag: ['b', 'a', 'b'] }, 'tag=a&tag=b&'],
    ['no value of a list', { tag: [] }, ''],
    ['false and zero', { exact: false, offset: 0 }, 'exact=false&offset=0&'],
    ['an empty text', { search: '' }, 'search=&'],
    ['characters of a URL', { search: 'a&b=c #ü' }, 'search=a%26b%3Dc+%23%C3%BC&'],
  ])('has %s', (_, query, expected) => {
    const { href } = forwardedUrl('/api/clips', query, origin)
    expect(href).toBe(`${origin}/api/clips?${expected}public_origin=https%3A%2F%2Fclips.test`)
  })

  it('has another key for another public origin', () => {
    const paths = [origin, 'http://localhost:8787'].map((one) => forwardedUrl('/', {}, one).search)
    expect(new Set(paths).size).toBe(2)
  })
})
