/** What a clip is called by its file's name, in every way in which names are sent. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, fixture } from './api.ts'
import { bytesOf, concatenated, utf8 } from './support/bytes.ts'
import { end, filePart, part } from './support/forms.ts'

const sound = (): Uint8Array => fixture('vbr-no-xing.mp3')
/** Bytes of UTF-8, each read as a character of ISO 8859-1. */
const misread = (text: string): string => String.fromCharCode(...utf8(text))

describe('a file name in a form', () => {
  beforeEach(emptyLibrary)

  /** Sends a form by its bytes: what FormData would not write. */
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
    ['as browsers escape it', utf8('filename="say %22hi%22 at 100%25.mp3"'), 'say "hi" at 100%25'],
    ['as some programs escape it', utf8('filename="say \\"hi\\".mp3"'), 'say "hi"'],
    ['Latin-1', bytesOf('filename="Tr\u00e4umerei.mp3"'), 'Träumerei'],
    ['Windows-1252', bytesOf('filename="\u0093Tr\u00e4umerei\u0094.mp3"'), '“Träumerei”'],
    ['without quotes', utf8('filename=Träumerei.mp3'), 'Träumerei'],
    ['in both forms', utf8('filename="x.mp3"; filename*=UTF-8\'\'Z%C3%BCge.mp3'), 'Züge'],
    ['in the extended form', utf8("filename*=UTF-8''Z%C3%BCge.mp3"), 'Züge'],
    ['of Windows', utf8('filename="C:\\songs\\Träume.mp3"'), 'Träume'],
    ['of a path', utf8('filename="../../etc/Träume.mp3"'), 'Träume'],
    ['with control characters', utf8('filename="a\u0001\u0000b.mp3"'), 'a b'],
    ['without an extension', utf8('filename="Träume"'), 'Träume'],
    ['too long', utf8(`filename="${'ä'.repeat(300)}.mp3"`), 'ä'.repeat(200)],
    ['of an extension alone', utf8('filename=".mp3"'), '422'],
    ['empty', utf8('filename=""'), '422'],
  ])('%s', async (_, parameters, title) => {
    expect(await named(parameters)).toBe(title)
  })
})

describe('a field of a form', () => {
  beforeEach(emptyLibrary)

  it.each([
    ['', utf8('Züge 🎵'), 'Züge 🎵'],
    ['Content-Type: text/plain; charset=UTF-8', utf8('Züge 🎵'), 'Züge 🎵'],
    ['Content-Type: text/plain;charset="utf-8"', utf8('Züge'), 'Züge'],
    ['Content-Type: text/plain; charset=ISO-8859-1', bytesOf('Z\u00fcge'), 'Züge'],
    ['Content-Type: text/plain; charset=windows-1251', bytesOf('\u00c4\u00ee\u00e6\u00e4\u00fc'), 'Дождь'],
    ['Content-Type: text/plain; charset=us-ascii', utf8('Zuege'), 'Zuege'],
    ['Content-Type: text/plain', concatenated(Uint8Array.of(0xef, 0xbb, 0xbf), utf8('Züge')), 'Züge'],
    ['Content-Type: text/plain; format=flowed', utf8('\ufffd'), '\ufffd'],
  ])('%j is read', async (header, value, title) => {
    const titled = `Content-Disposition: form-data; name="title"${header && `\r\n${header}`}`
    const body = concatenated(part(titled, value), filePart(sound()), end())
    const headers = { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' }
    const response = await call('/api/clips', { method: 'POST', headers, body })
    const clip = await response.json()
    expect(response.status, JSON.stringify(clip)).toBe(201)
    expect(Clip.parse(clip).title).toBe(title)
  })
})

describe('a file name beside a raw body', () => {
  beforeEach(emptyLibrary)

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
