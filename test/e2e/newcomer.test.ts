/** What a newcomer does: clone, install, start, take the README's tour, press every button of the documentation, deploy. */
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unexpectedLines } from '../support/npmOutput.ts'
import { openDocs, type Docs } from './docsPage.ts'
import { everyClip } from './library.ts'
import { output, run } from './run.ts'
import { startProductIn, type Product } from './startProduct.ts'

const root = join(import.meta.dirname, '../..')
let folder: string
let clone: string
let product: Product

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-newcomer-'))
  clone = join(folder, 'clips')
  await copyCheckout(clone)
  const { exitCode, stdout, stderr } = await run('npm', ['ci'], { cwd: clone, env: ownEnvironment() })
  expect({ exitCode, unexpected: unexpectedLines(stdout.toString() + stderr) }).toEqual({
    exitCode: 0,
    unexpected: [],
  })
  product = await startProductIn(clone, join(folder, 'state'))
}, 600_000)
afterAll(async () => {
  await product?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** A clone of the checkout as it is: without generated files, and with what is not committed yet. */
async function copyCheckout(target: string): Promise<void> {
  const listed = await output('git', ['-C', root, 'ls-files', '-z', '-co', '--exclude-standard'])
  const files = listed.toString().split('\0')
  for (const file of files.filter((one) => one !== '' && existsSync(join(root, one)))) {
    await cp(join(root, file), join(target, file))
  }
}

/** The environment without what the npm that runs these tests has added to it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const PATH = folders.filter((one) => !one.endsWith(join('node_modules', '.bin'))).join(delimiter)
  const env = { ...process.env, PATH }
  for (const name of Object.keys(env))
    if (/^npm_(?!config_registry$)/i.test(name)) Reflect.deleteProperty(env, name)
  return env
}

describe("the README's tour", () => {
  let printed: string

  beforeAll(async () => {
    const home = join(folder, 'home')
    await mkdir(home)
    await writeFile(join(home, 'rain.mp3'), 'a file of the user')
    await writeFile(join(home, 'tour.sh'), await tour(product.url))
    const { exitCode, stdout, stderr } = await run('bash', ['tour.sh'], {
      cwd: home,
      env: { ...ownEnvironment(), TMPDIR: folder },
    })
    printed = stdout.toString()
    expect({ exitCode, stderr }, printed).toEqual({ exitCode: 0, stderr: '' })
    expect(await readFile(join(home, 'rain.mp3'), 'utf8')).toBe('a file of the user')
  })

  it('finds clips and counts a play', () => {
    expect(printed).toMatch(/^\{"items":\[\{"id":"[^"]*","title":"Rain on a Tin Roof"/)
    expect(printed).toMatch(/"play_count":1,"listeners":1/)
  })

  it('imports, hides and signs', () => {
    expect(printed).toContain('"title":"Three bells"')
    expect(printed).toMatch(/"url":"http[^"]*\/stream\?expires=\d+&signature=/)
    expect(printed).toMatch(/"title":"Rain, later"[^}]*"genre":null/)
  })

  it('leaves the demo library as it was', async () => {
    expect(await everyClip(product.url)).toHaveLength(6)
    const headers = { Authorization: 'Bearer clips_local' }
    const all = await (await fetch(`${product.url}/api/clips?limit=100`, { headers })).text()
    expect(all.match(/"title":/g)).toHaveLength(6)
  })
})

/** The tour as a script that stops at the first failure; curl fails on an HTTP error. */
async function tour(url: string): Promise<string> {
  const readme = await readFile(join(clone, 'README.md'), 'utf8')
  const script = /^## A tour$[^]*?^```sh\n([^]*?)^```$/m.exec(readme)?.[1]
  if (script === undefined) throw new Error('README.md has no tour')
  expect(script).toContain('http://127.0.0.1:8787')
  const strict = 'set -euo pipefail\ncurl() { command curl --fail-with-body -sS "$@"; }\n'
  return strict + script.replaceAll('http://127.0.0.1:8787', url)
}

describe('the documentation page', () => {
  let docs: Docs

  beforeAll(async () => {
    docs = await openDocs(product.url)
  })
  afterAll(async () => await docs?.close())

  it('shows on its first screen what the product is, and operations', async () => {
    const { text, operations } = await docs.firstScreen()
    expect(text).toMatch(/A lightweight audio library/)
    expect(operations).toBeGreaterThanOrEqual(5)
  })

  it('ends with the problem types', async () => {
    expect(await docs.lastHeading()).toBe('Problems')
  })

  it('"Try it out" succeeds for every operation, with the values that it shows', async () => {
    const files = {
      'multipart/form-data': join(root, 'test/fixtures/cbr.mp3'),
      'audio/*': join(root, 'test/fixtures/lossless.flac'),
    }
    const results = await docs.pressEverything(files)
    expect(results.filter(({ status }) => status < 200 || status > 299)).toEqual([])
    const pressed = results.map(({ operation }) => operation)
    expect(pressed).toHaveLength(new Set(pressed).size)
    expect(pressed).toEqual(
      expect.arrayContaining(['listClips', 'createClip as application/json', 'metrics']),
    )
    expect(results.find(({ operation }) => operation === 'listClips')?.shown).toContain('Rain on a Tin Roof')
  })

  it('reports no error, and asks no other host', () => {
    expect(docs.errors).toEqual([])
  })
})

it('npm run deploy builds all that is deployed', async () => {
  const { exitCode, stdout, stderr } = await run('npm', ['run', '-s', 'deploy', '--', '--dry-run'], {
    cwd: clone,
    env: { ...ownEnvironment(), WRANGLER_SEND_METRICS: 'false' },
  })
  expect({ exitCode, stderr }, stdout.toString()).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout.toString()).toMatch(/Read \d+ files from the assets directory/)
})
