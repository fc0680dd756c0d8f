/**
 * What people's files look like: each file of the corpus is uploaded, and its clip compared with `expected.tsv`. Its lengths
 * come from full decodes, its texts from other readers of tags (test/fixtures/corpus/measure.mjs shows both).
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../../src/clips/clip.ts'
import { emptyLibrary, expectProblem, storedKeys, upload } from '../../support/api.ts'
import { realFile } from '../../support/realFiles.ts'

const toleranceSeconds = 0.03
const nullable = z.string().transform((text) => (text === '-' ? null : text))
const Row = z.object({
  file: z.string(),
  status: z.enum(['201', '415', '422']),
  duration: z.coerce.number().catch(0),
  codec: z.string(),
  channels: z.coerce.number().catch(0),
  sample_rate: z.coerce.number().catch(0),
  title: nullable,
  artist: nullable,
  genre: nullable,
  description: nullable,
  note: z.string(),
})
type Row = z.infer<typeof Row>

const tables = import.meta.glob<string>('../../fixtures/corpus/expected.tsv', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const [head = '', ...lines] = Object.values(tables).join('').trimEnd().split('\n')
const names = head.split('\t')
const rows = lines.map((line) => {
  const values = line.split('\t')
  return Row.parse(Object.fromEntries(names.map((name, index) => [name, values[index]])))
})

describe('the corpus', () => {
  beforeAll(emptyLibrary)

  it('has the files that it promises', () => {
    expect(rows.length).toBeGreaterThanOrEqual(570)
    expect(new Set(rows.map(({ file }) => file)).size).toBe(rows.length)
  })

  it.each(rows)('$file: $status, $note', async (row) => {
    const response = await upload(realFile(row.file), {}, row.file)
    if (row.status !== '201') {
      const refusal = row.status === '415' ? 'not-audio' : 'damaged-audio'
      await expectProblem(response, Number(row.status), refusal)
      return
    }
    const body = await response.text()
    expect(response.status, body).toBe(201)
    expectFacts(Clip.parse(JSON.parse(body)), row)
  })

  it('leaves one object for each clip, and nothing of what is refused', async () => {
    expect(await storedKeys()).toHaveLength(rows.filter(({ status }) => status === '201').length)
  })
})

function expectFacts(clip: Clip, row: Row): void {
  expect(Math.abs((clip.duration ?? 0) - row.duration), `${clip.duration} s`).toBeLessThanOrEqual(
    toleranceSeconds,
  )
  // Speex names its version.
  expect(row.codec === 'Speex' ? clip.audio.codec?.split(' ')[0] : clip.audio.codec).toBe(row.codec)
  expect([clip.audio.channels, clip.audio.sample_rate]).toEqual([row.channels, row.sample_rate])
  expect([clip.genre, clip.description]).toEqual([row.genre, row.description])
  const texts = { title: clip.title, artist: clip.artist }
  const right = { title: row.title, artist: row.artist }
  // Text in an unknown code page may be left out for the name of the file. It is never garbled.
  const left = { title: row.file.replace(/\.[^.]+$/, ''), artist: null }
  const allowed = row.note.includes('detected or file name') ? [right, left] : [right]
  expect(allowed).toContainEqual(texts)
}
