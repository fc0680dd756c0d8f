/** File names: of uploads and of imports, and the titles that come from them. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { nameInDisposition } from '../../src/clips/readUpload.ts'
import { nameInPath } from '../../src/clips/importUrl.ts'
import { bytesOf, concatenated, utf8 } from '../support/bytes.ts'
import { asAdmin, call, emptyLibrary, fixture } from '../support/api.ts'
import { misread } from '../support/misread.ts'

beforeEach(emptyLibrary)

const sound = (): Uint8Array => fixture('vbr-no-xing.mp3')

describe('the name in a URL or a header', () => {
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

describe('a file name in a form', () => {
  /** Sends a form byte by byte, as FormData cannot. */
  async function named(parameters: Uint8Array): Promise<string> {
    const head = concatenated(bytesOf('--b\r\nContent-Disposition: form-data; name="file"; '), parameters)
    const body = concatenated(head, bytesOf('\r\n\r\n'), sound(), bytesOf('\r\n--b--\r\n'))
    const headers = { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' }
    const response = await call('/api/clips', { method: 'POST', headers, body })
    return response.status === 201 ? Clip.parse(await response.json()).title : String(response.status)
  }

  it.each([
    ['UTF-8', utf8('filename="Träumerei 🎵.mp3"'), 'Träumerei 🎵'],
    ['decomposed', utf8('filename="Tra\u0308umerei.mp3"'), 'Träumerei'],
    ['right to left', utf8('filename="שלום.mp3"'), 'שלום'],
    ['with the escapes of browsers', utf8('filename="say %22hi%22 at 100%25.mp3"'), 'say "hi" at 100%25'],
    ['with the escapes of some programs', utf8('filename="say \\"hi\\".mp3"'), 'say "hi"'],
    ['Latin-1', bytesOf('filename="Tr\u00e4umerei.mp3"'), 'Träumerei'],
    ['Windows-1252', bytesOf('filename="\u0093Tr\u00e4umerei\u0094.mp3"'), '“Träumerei”'],
    ['without quotes', utf8('filename=Träumerei.mp3'), 'Träumerei'],
    ['in both forms', utf8('filename="x.mp3"; filename*=UTF-8\'\'Z%C3%BCge.mp3'), 'Züge'],
    ['in the extended form', utf8("filename*=UTF-8''Z%C3%BCge.mp3"), 'Züge'],
    ['with a path of Windows', utf8('filename="C:\\songs\\Träume.mp3"'), 'Träume'],
    ['with a path', utf8('filename="../../etc/Träume.mp3"'), 'Träume'],
    ['with control characters', utf8('filename="a\u0001\u0000b.mp3"'), 'a b'],
    ['without an extension', utf8('filename="Träume"'), 'Träume'],
    ['too long', utf8(`filename="${'ä'.repeat(300)}.mp3"`), 'ä'.repeat(200)],
    ['with a space after its extension', utf8('filename="Träume.mp3  "'), 'Träume'],
    ['with other blanks after its extension', utf8('filename="Träume.M4A\t\u00a0\u3000\u200b"'), 'Träume'],
    ['with an extension only', utf8('filename=".mp3"'), '422'],
    ['empty', utf8('filename=""'), '422'],
  ])('%s', async (_, parameters, title) => {
    expect(await named(parameters)).toBe(title)
  })
})

describe('a file name beside a raw body', () => {
  it.each([
    [`attachment; filename="Tr\u00e4umerei.mp3"`, 'Träumerei'],
    [`attachment; filename="${misread('Träumerei Ω')}.mp3"`, 'Träumerei Ω'],
    ["attachment; filename=x.mp3; filename*=UTF-8''Z%C3%BCge%20%F0%9F%8E%B5.mp3", 'Züge 🎵'],
    ["attachment; filename*=ISO-8859-1''Z%FCge.mp3", 'Züge'],
    ['attachment; filename=""', undefined],
    ['attachment', undefined],
    [';;;=', undefined],
  ])('%j', async (disposition, title) => {
    const headers = { ...asAdmin, 'Content-Type': 'audio/mpeg', 'Content-Disposition': disposition }
    const response = await call('/api/clips', { method: 'POST', headers, body: sound() })
    if (title === undefined) expect(response.status).toBe(422)
    else expect(Clip.parse(await response.json()).title).toBe(title)
  })
})
