/** A fresh copy of the tree, without any generated file, can be built and checked. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshCopy } from './freshCopy.ts'
import { runProgram } from './runProgram.ts'

let copy: string
const made = (file: string) => existsSync(join(copy, file))

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
  const dist = join(copy, 'dist')
  const modules = readdirSync(dist).filter((file) => file.endsWith('.wasm'))
  const codecs = modules.map((file) => file.replace(/^[0-9a-f]+-/, ''))
  expect(codecs.toSorted()).toEqual(['mpeg.wasm', 'opus.wasm', 'vorbis.wasm'])
  const script = readFileSync(join(dist, 'index.js'), 'utf8')
  // Only when a track wants it. The packages have WebAssembly as text, which begins like this.
  for (const file of modules) expect(script).toContain(`await import("./${file}")`)
  expect(script).not.toMatch(/from "[^"]+\.wasm"|dynEncode/)
})

test('npm run types makes the types of the bindings first', async () => {
  // Whether the code has errors is the business of `npm run check`.
  await runProgram('npm', ['run', 'types'], { env: {}, cwd: copy })
  expect(made('worker-configuration.d.ts')).toBe(true)
})
