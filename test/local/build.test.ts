/** A fresh copy of the tree, without any generated file, can be built and checked. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshCopy } from './freshCopy.ts'
import { runProgram } from './runProgram.ts'

let copy: string
const made = (file: string) => existsSync(join(copy, file))
const read = (file: string) => readFileSync(join(copy, file), 'utf8')

beforeEach(async () => {
  copy = await freshCopy()
  expect([made('.assets'), made('worker-configuration.d.ts')]).toEqual([false, false])
})
afterEach(() => rmSync(copy, { recursive: true }))

test.each([
  ['npm run build', ['npm', 'run', 'build']],
  // What Workers Builds and wrangler-action run.
  ['wrangler alone', ['npx', 'wrangler', 'deploy', '--dry-run', '--outdir', 'dist']],
] as const)('%s builds the Worker with the assets', async (_name, [program, ...args]) => {
  const { stdout, stderr, code } = await runProgram(program, args, { env: {}, cwd: copy })
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  expect(stdout).toMatch(/Read \d+ files from the assets directory[^]*--dry-run: exiting now/)
  expect([made('dist/index.js'), made('.assets/api/docs/swagger-ui-bundle.js')]).toEqual([true, true])

  // What streams does not load the decoders.
  const [main, decoders] = [sourcesOf('dist/index.js'), sourcesOf('dist/built/measurement.mjs')]
  expect(main).toContain('src/sound/analyseSound.ts')
  expect(main.filter((file) => /^src\/sound\/(aac|decoders|built|measurement)/.test(file))).toEqual([])
  expect(decoders).toEqual(expect.arrayContaining(['src/sound/aac/openAac.ts', 'src/sound/measurement.ts']))
  // Nor do the decoders have second copies of packages.
  expect(decoders.filter((file) => !file.startsWith('src/'))).toEqual([])

  const modules = readdirSync(join(copy, 'dist/built')).filter((file) => file.endsWith('.wasm'))
  expect(modules.toSorted()).toEqual(['mpeg.wasm', 'opus.wasm', 'vorbis.wasm'])
  // Only when a track wants it. The packages have WebAssembly as text, which begins like this.
  for (const file of modules)
    expect(read('dist/built/measurement.mjs')).toContain(`await import("./${file}")`)
  for (const script of ['dist/index.js', 'dist/built/measurement.mjs']) {
    expect(read(script)).not.toMatch(/from "[^"]+\.wasm"|dynEncode/)
  }
})

/** The files that esbuild has put into a module, which it names. */
function sourcesOf(module: string): string[] {
  return [...read(module).matchAll(/^(?: *)\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(([, file = '']) => file)
}

test('npm run types makes the types of the bindings first', async () => {
  // Whether the code has errors is the business of `npm run check`.
  await runProgram('npm', ['run', 'types'], { env: {}, cwd: copy })
  expect(made('worker-configuration.d.ts')).toBe(true)
})
