/** `npm run assets` while a running `npm run dev` of the same checkout serves what it writes. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshCopy } from './freshCopy.ts'
import { runProgram } from './runProgram.ts'

let copy: string
beforeAll(async () => {
  copy = await freshCopy()
  await writeAssets()
})
afterAll(() => rmSync(copy, { recursive: true }))

async function writeAssets() {
  const result = await runProgram(process.execPath, ['src/local/assets.ts'], { env: {}, cwd: copy })
  expect(result).toEqual({ stdout: '', stderr: '', code: 0 })
}

/** Every file of the assets, and what changes when it is written. */
function written() {
  const folder = join(copy, '.assets')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return files.map((file) => {
    const { ino, ctimeMs } = statSync(join(folder, file))
    return { file, ino, ctimeMs }
  })
}

test('the assets are those of the documentation page', () => {
  const page = ['docs.css', 'start.js', 'swagger-ui-bundle.js', 'swagger-ui.css', 'three-bells.mp3']
  const files = ['_headers', 'api', 'api/docs', ...page.map((file) => `api/docs/${file}`)]
  expect(written().map(({ file }) => file)).toEqual(files)
})

test('a second run leaves what is the same', async () => {
  const before = written()
  await writeAssets()
  expect(written()).toEqual(before)
})

test('a changed file is replaced as a whole: who reads the old one reads it to its end', async () => {
  const asset = join(copy, '.assets/api/docs/swagger-ui.css')
  const current = readFileSync(asset, 'utf8')
  writeFileSync(asset, 'of an older version')
  const reading = openSync(asset, 'r')
  await writeAssets()
  expect(readFileSync(asset, 'utf8')).toBe(current)
  expect(readFileSync(reading, 'utf8')).toBe('of an older version')
  closeSync(reading)
})
