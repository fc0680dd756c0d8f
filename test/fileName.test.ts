/** What an uploaded or imported file is called. */
import { describe, expect, it } from 'vitest'
import { nameInDisposition, nameInPath } from '../src/clips/fileName.ts'

describe('the name of a file', () => {
  it.each([
    ['https://a.org/x/Song%20one.mp3?y#z', 'Song one.mp3'],
    ['https://a.org/Z%C3%BCge.mp3', 'Züge.mp3'],
    ['https://a.org/Züge.mp3', 'Züge.mp3'],
    ['https://a.org/50%25.mp3', '50%.mp3'],
    ['https://a.org/Z%FCge.mp3', 'Z%FCge.mp3'],
    ['https://a.org/a%2Fb.mp3', 'a/b.mp3'],
    ['https://a.org/x/', undefined],
    ['https://a.org', undefined],
  ])('%s: %s', (url, name) => expect(nameInPath(new URL(url))).toBe(name))

  it.each([
    [null, undefined],
    ['', undefined],
    ['inline', undefined],
    ['attachment; filename="Song one.mp3"', 'Song one.mp3'],
    ["attachment; filename=plain.mp3; filename*=UTF-8''Z%C3%BCge.mp3", 'Züge.mp3'],
    [';;;=', undefined],
    ['attachment; filename', undefined],
    ["attachment; filename*=UTF-8''%ZZ", undefined],
  ])('%s: %s', (header, name) => expect(nameInDisposition(header)).toBe(name))
})
