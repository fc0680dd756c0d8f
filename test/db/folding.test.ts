/** The folding of texts: `fold_text` in Postgres, which search uses for clips and for queries. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { database } from '../support/api.ts'

const Row = z.object({ folded: z.string() })

async function fold(text: string): Promise<string> {
  const { rows } = await database().execute(sql`select fold_text(${text}) as folded`)
  return Row.parse(rows[0]).folded
}

/** What becomes of a text. '-' is a sign inside a word, '+' stands between letters of a script without spaces. */
const cases: Record<string, [text: string, folded: string][]> = {
  'compatibility forms': [
    ['Ｒａｉｎ　Ｄａｙ', 'rain day'],
    ['ﬁre ﬂow oﬀ', 'fire flow off'],
    ['①②', '12'],
    ['Ⅷ', 'viii'],
    ['x²', 'x2'],
    ['𝓐𝓑𝓒', 'abc'],
    ['№ 5', 'no 5'],
    ['Rain™', 'raintm'],
    ['㎏', 'kg'],
    ['㍿', '株+式+会+社'],
    ['ﾄﾞﾗﾑ', 'ど+ら+む'],
    ['ａ－ｂ', 'a-b'],
  ],
  'upper case': [
    ['RAIN', 'rain'],
    ['İstanbul', 'istanbul'],
    ['ISTANBUL', 'istanbul'],
    ['ılık', 'ilik'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['МОСКВА', 'москва'],
  ],
  accents: [
    ['Beyoncé', 'beyonce'],
    ['Ångström', 'angstrom'],
    ['naïve', 'naive'],
    ['Škoda', 'skoda'],
    ['Çilgin', 'cilgin'],
    ['Győr', 'gyor'],
    ['Ὀδυσσεύς', 'οδυσσευσ'],
    ['ΐ', 'ι'],
    ['ёлка', 'елка'],
    ['йод', 'иод'],
    ['їжак', 'іжак'],
    ['Đà Nẵng', 'da nang'],
    ['Việt', 'viet'],
    ['ươn', 'uon'],
  ],
  'letters without a decomposition': [
    ['Straße', 'strasse'],
    ['smørrebrød', 'smorrebrod'],
    ['Łódź', 'lodz'],
    ['đ', 'd'],
    ['Guðrún', 'gudrun'],
    ['Þorn', 'thorn'],
    ['Æther', 'aether'],
    ['Œuvre', 'oeuvre'],
    ['Ħal', 'hal'],
    ['Ŋgũgĩ', 'nggugi'],
    ['ґанок', 'ганок'],
  ],
  apostrophes: [
    ["don't", 'dont'],
    ['don’t', 'dont'],
    ['don‘t', 'dont'],
    ['don‛t', 'dont'],
    ['donʼt', 'dont'],
    ['don`t', 'dont'],
    ['don´t', 'dont'],
    ['don′t', 'dont'],
    ['don＇t', 'dont'],
    ['Hawaiʻi', 'hawaii'],
    ["Rock 'n' Roll", 'rock n roll'],
  ],
  dashes: [
    ['hip-hop', 'hip-hop'],
    ['hip‐hop', 'hip-hop'],
    ['hip‑hop', 'hip-hop'],
    ['hip–hop', 'hip-hop'],
    ['hip—hop', 'hip-hop'],
    ['hip--hop', 'hip-hop'],
    ['hip — hop', 'hip hop'],
    ['-hip hop-', 'hip hop'],
    ['hip- hop', 'hip hop'],
  ],
  signs: [
    ['AC/DC', 'ac-dc'],
    ['AC⚡DC', 'ac-dc'],
    ['AC→DC', 'ac-dc'],
    ['R&B', 'r-b'],
    ['a_b', 'a-b'],
    ['l·l', 'l-l'],
    ['100%', '100'],
    ['C#', 'c'],
    ['$5 €5', '5 5'],
    ['¿Qué? «Sí»', 'que si'],
    ['“Rain”…', 'rain'],
    ['...', ''],
  ],
  pictures: [
    ['🎵 rain 🎵', 'rain'],
    ['rain🎵drop', 'rain-drop'],
    ['👩‍👩‍👧 family', 'family'],
    ['1️⃣ one', '1 one'],
    ['I ♥ rain ❤️', 'i rain'],
    ['🎵', ''],
  ],
  'scripts without spaces': [
    ['東京都', '東+京+都'],
    ['東京tower', '東+京 tower'],
    ['tower東京', 'tower 東+京'],
    ['「東京」の雨', '東+京 の+雨'],
    ['東京・大阪', '東+京 大+阪'],
    ['x・東京', 'x 東+京'],
    ['𠮷野家', '𠮷+野+家'],
    ['カタカナ', 'か+た+か+な'],
    ['コーヒー', 'こ+ー+ひ+ー'],
    ['ガ', 'が'],
    ['パン', 'ぱ+ん'],
    ['เพลง', 'เ+พ+ล+ง'],
    ['ไทย english', 'ไ+ท+ย english'],
    ['빗소리', '빗+소+리'],
    ['서울 부산', '서+울 부+산'],
  ],
  'marks that are letters, and marks that are not': [
    ['हिन्दी', 'हिन्दी'],
    ['बारिश', 'बारिश'],
    ['مُحَمَّد', 'محمد'],
    ['شـــمس', 'شمس'],
    ['أغنية', 'اغنية'],
    ['שָׁלוֹם', 'שלום'],
  ],
  'what is invisible': [
    ['ra\u200Bin', 'rain'],
    ['ra\u00ADin', 'rain'],
    ['\uFEFFrain', 'rain'],
    ['\u2067rain\u2069', 'rain'],
    ['ra\u202Ein', 'rain'],
    ['rain\u00A0day', 'rain day'],
    ['rain\n\t day', 'rain day'],
    ['', ''],
    [' \u3000 ', ''],
    ['\u0301', ''],
  ],
}

describe.each(Object.entries(cases))('folding %s', (_, texts) => {
  it.each(texts)('%j → %j', async (text, folded) => {
    expect(await fold(text)).toBe(folded)
  })
})

const letters = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...Object.values(cases).flat(2)), { maxLength: 4 }).map((all) => all.join('')),
)
const storable = letters.map((text) => text.toWellFormed().replaceAll('\0', ''))

describe('folding any text', () => {
  const runs = { numRuns: 300 }

  it('twice leaves the words as they are', async () => {
    const words = async (text: string) => (await fold(text)).replaceAll(/[+-]/g, ' ')
    await fc.assert(
      fc.asyncProperty(storable, async (text) => {
        const once = await words(text)
        expect(await words(once.replaceAll('+', ''))).toBe(await words(once))
      }),
      runs,
    )
  })

  it('gives the same for its two canonical forms', async () => {
    await fc.assert(
      fc.asyncProperty(storable, async (text) => {
        expect(await fold(text.normalize('NFD'))).toBe(await fold(text.normalize('NFC')))
      }),
      runs,
    )
  })
})
