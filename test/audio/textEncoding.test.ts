/** Text that declares no encoding, or claims ISO 8859-1: it is right, or left out, and never garbled. */
import { describe, expect, it } from 'vitest'
import { decodeText, decodeTexts, repairText } from '../../src/audio/textEncoding.ts'
import { bytesOf, concatenated, utf8 } from '../support/bytes.ts'
import { misread } from '../support/misread.ts'

/** Bytes that a code page has for a text, searched with the platform's decoder: one byte, or two. */
function encoder(encoding: string): (text: string) => Uint8Array {
  const decoder = new TextDecoder(encoding)
  const known = new Map<string, number[]>()
  const learn = (...bytes: number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes))
    if ([...text].length === 1 && !known.has(text)) known.set(text, bytes)
  }
  for (let first = 0; first < 256; first++) learn(first)
  if (/shift_jis|gb18030|euc-kr|euc-jp|big5/.test(encoding)) {
    for (let first = 0x81; first < 0xff; first++)
      for (let second = 0x40; second < 0xff; second++) learn(first, second)
  }
  return (text) => Uint8Array.from([...text].flatMap((character) => known.get(character) ?? [0x3f]))
}

describe('western text in Windows-1252', () => {
  const encode = encoder('windows-1252')

  it.each([
    'plain',
    'Prüfton',
    'naïve ¿qué?',
    '“quoted” – € 5',
    'Für Elise',
    'Beyoncé',
    'Señorita',
    'Ænima',
    'Ágætis byrjun',
    'Björk',
    'Sigur Rós',
    'Motörhead',
    'Café del Mar',
    'Déjà Vu',
    '©2001 Label',
    'Œuvre à l’été',
    'Çà et là',
    'Où es-tu?',
    'À la claire fontaine',
    'n°5',
    '½ Mensch',
    '50¢',
    'Rock ’n’ Roll',
    '«Été»',
    'Hüsker Dü',
    'Straße',
    'São João',
    'Coração',
    'Hvítá',
    'Yö',
    '¡Olé!',
    'Þríeyki',
    'Eyþór Ingi',
    'Íþróttir',
    'Il·lusió',
    '„Heldenlied“',
    'Määäh',
    'træ',
    'Öö ja päev',
    'Blå',
    'Smörgåsbord',
  ])('%j is right', (text) => {
    expect(decodeText(encode(text))).toBe(text)
  })
})

describe('text in another code page', () => {
  it.each([
    ['windows-1251', 'Кино'],
    ['shift_jis', '上を向いて歩こう、涙がこぼれないように'],
    ['gb18030', '这是一个很长的中文标题，今天下雨了，我们在家里听音乐。'],
    ['euc-kr', '이것은 아주 긴 한국어 제목입니다 오늘은 비가 옵니다'],
  ])('in %s, %j is detected', (encoding, text) => {
    expect(decodeText(encoder(encoding)(text))).toBe(text)
  })

  it.each([
    ['windows-1251', ['Я', 'О', 'Дождь', 'Группа крови', 'Мы', 'DJ Грув', 'Подмосковные вечера']],
    ['koi8-r', ['Дождь', 'Звезда по имени Солнце']],
    ['shift_jis', ['雨', 'の', '東京', 'カラオケ', '宇多田ヒカル', 'ｱｲｳ']],
    ['gb18030', ['爱', '中国', '雨声', '周杰伦', '青花瓷', '朋友', '征服', '月亮代表我的心']],
    ['euc-kr', ['비', '아리랑', '봄날']],
    ['windows-1253', ['Ελληνικά τραγούδια']],
    ['windows-1250', ['Dvořák', 'Příběh', 'Bregović', 'Első', 'Děti', 'Świat', 'Łódź']],
    ['windows-1254', ['Çılgın', 'Barış', 'Kadın', 'Yağmur', 'İstanbul', 'Şımarık']],
    ['big5', ['愛', '青花瓷']],
    ['euc-jp', ['さくら', 'ラブ', '夏']],
    ['macintosh', ['Café', 'Müller']],
    ['windows-1255', ['שלום עליכם']],
  ])('in %s, %j is right or left out', (encoding, texts) => {
    for (const text of texts) expect([text, undefined]).toContain(decodeText(encoder(encoding)(text)))
  })

  it('is known by all texts of a tag together', () => {
    const encode = encoder('gb18030')
    const texts = ['月亮代表我的心', '邓丽君', '岛国之情歌第四集']
    expect(decodeTexts(texts.map(encode))).toEqual(texts)
  })

  it('takes the texts with it that would be right alone', () => {
    const encode = encoder('windows-1251')
    expect(decodeTexts([encode('В'), encode('Ночные Снайперы'), utf8('live')])).toEqual([
      undefined,
      undefined,
      'live',
    ])
  })
})

describe('text without a declaration', () => {
  it.each([
    [utf8('Prüfton'), 'Prüfton'],
    [bytesOf('Pr\u00fcfton'), 'Prüfton'],
    [concatenated(Uint8Array.of(0xef, 0xbb, 0xbf), utf8('ü')), 'ü'],
    [utf8('cut\0off'), 'cut'],
    [utf8('été, café').subarray(0, -1), 'été, caf'],
    [utf8('雨の音').subarray(0, -2), '雨の'],
    [utf8('café').subarray(0, -1), undefined],
    [new Uint8Array(), ''],
  ])('bytes %j are %j', (bytes, meant) => {
    expect(decodeText(bytes)).toBe(meant)
  })
})

describe('the name of a file that was read as ISO 8859-1', () => {
  it.each([
    [misread('Prüfton Ω'), 'Prüfton Ω'],
    [misread('雨の音'), '雨の音'],
    [misread('🎵 emoji'), '🎵 emoji'],
    ['\u0093quoted\u0094 \u0096 \u0080 5', '“quoted” – € 5'],
    ['Prüfton Ω', 'Prüfton Ω'],
    [`${misread('ü')} and Ω`, `${misread('ü')} and Ω`],
    // In an unknown code page, a file still keeps a name. This is Windows-1251, "Дождь".
    ['\u00c4\u00ee\u00e6\u00e4\u00fc', 'Äîæäü'],
    ['', ''],
  ])('%j is %j', (text, meant) => {
    expect(repairText(text)).toBe(meant)
  })
})
