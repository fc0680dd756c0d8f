/**
 * Writes the WebAssembly of the decoders to `src/sound/built/`, where `src/sound/decoders` imports it. workerd compiles no bytes, so it
 * must be a module, and the packages have it as text in their JavaScript, of which nothing else is used. Beside each module is
 * a file of the names that its short ones stand for.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, writeWhole } from './writeWhole.ts'

const packages = {
  mpeg: 'mpg123-decoder',
  vorbis: '@wasm-audio-decoders/ogg-vorbis',
  opus: 'opus-decoder',
}

/** What the packages share: its static functions are there once it was constructed. */
type Common = { new (): unknown; inflateDynEncodeString: (text: string) => Promise<Uint8Array> }
/** What Emscripten made: the text is there once it was constructed. */
type Program = { new (common: Common): unknown; wasm: string }

const file = (name: string, from = import.meta.filename) => createRequire(from).resolve(name)
const imported = async (path: string) => await import(pathToFileURL(path).href)

/** Emscripten shortens names: `"c": __abort_js` are those of imports, `_malloc = wasmExports["m"]` those of exports. */
function readNames(script: string) {
  const pairs = (pattern: RegExp) =>
    [...script.matchAll(pattern)].map(([, a = '', b = '']): [string, string] => [a, b])
  const imports = pairs(/^ +\/\*\* @export \*\/ "(\w+)": (\w+),?$/gm)
  const exports = pairs(/^ +_(\w+) = wasmExports\["(\w+)"\];$/gm)
  const memory = /^ +wasmMemory = wasmExports\["(\w+)"\];$/m.exec(script)?.[1]
  const initialize = /^ +wasmExports\["(\w+)"\]\(\);$/m.exec(script)?.[1]
  if (!imports.length || !exports.length || !memory || !initialize) throw new Error('Unknown names.')
  return {
    imports: Object.fromEntries(imports),
    exports: { ...Object.fromEntries(exports), memory, initialize },
  }
}

const { WASMAudioDecoderCommon: common }: { WASMAudioDecoderCommon: Common } = await imported(
  file('@wasm-audio-decoders/common', file('mpg123-decoder')),
)
void new common()

for (const [codec, name] of Object.entries(packages)) {
  const script = join(dirname(file(name)), 'src/EmscriptenWasm.js')
  const { default: program }: { default: Program } = await imported(script)
  void new program(common)
  const names = JSON.stringify(readNames(await readFile(script, 'utf8')), undefined, 2)
  const path = join(root, 'src/sound/built', codec)
  await writeWhole(`${path}.wasm`, await common.inflateDynEncodeString(program.wasm))
  await writeWhole(`${path}.json`, Buffer.from(`${names}\n`))
}
