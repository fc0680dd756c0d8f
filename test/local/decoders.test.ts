/** `src/local/decoders.ts`: the WebAssembly of the decoders, and the names of what is in it. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshCopy } from './freshCopy.ts'
import { runProgram } from './runProgram.ts'

let copy: string
beforeAll(async () => {
  copy = await freshCopy()
  await writeModules()
})
afterAll(() => rmSync(copy, { recursive: true }))

async function writeModules() {
  const result = await runProgram(process.execPath, ['src/local/decoders.ts'], { env: {}, cwd: copy })
  expect(result).toEqual({ stdout: '', stderr: '', code: 0 })
}

const codecs = ['mpeg', 'opus', 'vorbis']
const written = (file: string) => join(copy, 'src/sound/built', file)

test('there is a module for each codec, and its names', () => {
  const files = codecs.flatMap((codec) => [`${codec}.json`, `${codec}.wasm`])
  expect(readdirSync(join(copy, 'src/sound/built')).toSorted()).toEqual(files)
})

// The types are those of workerd, which compiles no bytes. This test runs in Node.
const compile: (bytes: Uint8Array) => Promise<WebAssembly.Module> = Reflect.get(WebAssembly, 'compile')

test.each(codecs)('the names of %s are those of its module', async (codec) => {
  const module = await compile(new Uint8Array(readFileSync(written(`${codec}.wasm`))))
  const names: { imports: Record<string, string>; exports: Record<string, string> } = JSON.parse(
    readFileSync(written(`${codec}.json`), 'utf8'),
  )
  const imported = WebAssembly.Module.imports(module)
  expect(Object.keys(names.imports).toSorted()).toEqual(imported.map(({ name }) => name).toSorted())
  expect(new Set(imported.map(({ module: from }) => from))).toEqual(new Set(['a']))
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name)
  expect(exported).toEqual(expect.arrayContaining(Object.values(names.exports)))
  expect(Object.keys(names.exports)).toEqual(
    expect.arrayContaining(['malloc', 'free', 'memory', 'initialize']),
  )
})

test('a second run writes only what has changed', async () => {
  const changed = (file: string) => statSync(written(file)).ctimeMs
  const before = changed('opus.wasm')
  writeFileSync(written('mpeg.wasm'), 'of an older version')
  await writeModules()
  expect(changed('opus.wasm')).toBe(before)
  expect(WebAssembly.validate(new Uint8Array(readFileSync(written('mpeg.wasm'))))).toBe(true)
})
