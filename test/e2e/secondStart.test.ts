/** Two `npm run dev` of one checkout: the second one leaves the first one alone. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../support/freePort.ts'
import { everyClip, type Clip } from './library.ts'
import { run } from './run.ts'
import { startProduct, type Product } from './startProduct.ts'

let folder: string
let state: string
let first: Product
let before: Clip[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-second-'))
  state = join(folder, 'first')
  first = await startProduct(state)
  before = await everyClip(first.url)
})
afterAll(async () => {
  await first?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** Asks the first product again and again while `work` runs. Every answer must be that of its own library. */
async function whileAsked<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = new AbortController()
  const ask = async () => {
    const asset = `${first.url}/api/docs/swagger-ui-bundle.js`
    const length = (await (await fetch(asset)).arrayBuffer()).byteLength
    while (!done.signal.aborted) {
      expect(await everyClip(first.url)).toEqual(before)
      const response = await fetch(asset)
      expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, length])
    }
  }
  const asking = ask()
  asking.catch(() => {})
  const result = await work().finally(() => done.abort())
  await asking
  expect(first.output()).not.toMatch(/Reloaded|crashed|Starting it again/)
  return result
}

async function startSecond(port: string, folderOfState: string) {
  const args = ['run', '-s', 'dev', '--', '--port', port, '--state', folderOfState]
  const { exitCode, stdout, stderr } = await run('npm', args)
  return { exitCode, stdout: stdout.toString(), stderr }
}

it.each([
  ['the same port and state', () => new URL(first.url).port, () => state, /^Port \d+ is not free: .*\.\n$/],
  ['the same port', () => new URL(first.url).port, () => join(folder, 'x'), /^Port \d+ is not free: .*\.\n$/],
  [
    'the same state',
    async () => String(await freePort()),
    () => state,
    /^The state folder .* is in use by .*\n$/,
  ],
] as const)('with %s it is refused', async (_name, port, stateOf, message) => {
  const asked = await whileAsked(async () => await startSecond(await port(), stateOf()))
  expect(asked).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) })
})

it('with another port and state both run, also when one of them ends', async () => {
  const other = join(folder, 'other')
  await whileAsked(async () => {
    const second = await startProduct(other, '--no-demo')
    try {
      expect(await everyClip(second.url)).toEqual([])
      // Each has a registry of its own: otherwise the second would replace the entry of the first.
      for (const one of [state, other])
        expect(existsSync(join(one, 'wrangler/registry/clips')), one).toBe(true)
    } finally {
      await second.stop()
    }
  })
  expect(existsSync(join(state, 'wrangler/registry/clips'))).toBe(true)
})
