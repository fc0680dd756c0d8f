/** A fresh copy of the tree, without any generated file, can be built and checked. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plainEnvironment } from './plainEnvironment.ts'

const root = join(import.meta.dirname, '../..')
let copy: string

beforeEach(async () => {
  copy = mkdtempSync(join(tmpdir(), 'clips-fresh-'))
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
  })
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
  for (const file of files) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  expect([existsSync(join(copy, '.assets')), existsSync(join(copy, 'worker-configuration.d.ts'))]).toEqual([
    false,
    false,
  ])
})
afterEach(() => rmSync(copy, { recursive: true }))

async function run(program: string, ...args: string[]): Promise<string> {
  const env = { ...plainEnvironment, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }
  return (await promisify(execFile)(program, args, { cwd: copy, env })).stdout
}

test.each([
  ['npm run build', ['npm', 'run', 'build']],
  // What Workers Builds and wrangler-action run.
  ['wrangler alone', ['npx', 'wrangler', 'deploy', '--dry-run', '--outdir', 'dist']],
] as const)('%s builds the Worker with the assets', async (_name, [program, ...args]) => {
  expect(await run(program, ...args)).toMatch(
    /Read \d+ files from the assets directory[^]*--dry-run: exiting now/,
  )
  expect(existsSync(join(copy, 'dist/index.js'))).toBe(true)
  expect(existsSync(join(copy, '.assets/api/docs/swagger-ui-bundle.js'))).toBe(true)
})

test('npm run types makes the types of the bindings first', async () => {
  // Whether the code has errors is the business of `npm run check`.
  await run('npm', 'run', 'types').catch(() => undefined)
  expect(existsSync(join(copy, 'worker-configuration.d.ts'))).toBe(true)
})
