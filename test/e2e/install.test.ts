/** `npm ci` hides no warning that is right. newcomer.test.ts checks what it prints. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { run } from './run.ts'

const root = join(import.meta.dirname, '../..')
let clone: string

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'clips-install-'))
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await cp(join(root, name), join(clone, name))
})
afterAll(async () => await rm(clone, { recursive: true, force: true }))

/** `npm ci` in the clone, with the given PATH, and without the settings of the npm that runs these tests. */
async function install(path: string, ...options: string[]) {
  const env = { ...process.env, PATH: path }
  for (const name of Object.keys(env))
    if (/^npm_(?!config_registry$)/i.test(name)) Reflect.deleteProperty(env, name)
  const { exitCode, stdout, stderr } = await run('npm', ['ci', ...options], { cwd: clone, env })
  return { exitCode, stdout: stdout.toString(), stderr }
}

test('.npmrc hides no warning that is right: on the Node of the package "node" there is none', async () => {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  // The settings of the user, and a newer npm, cause messages too.
  const options = ['--dry-run', '--loglevel=warn', '--userconfig=/dev/null', '--no-update-notifier']
  expect(await install(path, ...options)).toMatchObject({ exitCode: 0, stderr: '' })
})

test('no package is deprecated', async () => {
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ deprecated: z.string().optional() })) })
    .parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')))
  const deprecated = Object.entries(lock.packages).filter(([, one]) => one.deprecated !== undefined)
  expect(deprecated).toEqual([])
})
