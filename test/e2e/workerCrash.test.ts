/** The Worker's processes die while `npm run dev` runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { descendants, stillRunning, type Process } from '../support/processes.ts'
import { everyClip, type Clip } from './library.ts'
import { startProduct, type Product } from './startProduct.ts'

let state: string
let product: Product
let before: Clip[]

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'clips-crash-'))
  product = await startProduct(state)
  before = await everyClip(product.url)
})
afterAll(async () => {
  await product?.stop()
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** The running processes of a part, such as 'bin/workerd'. */
function processesOf(part: string): Process[] {
  return descendants(product.pid).filter(({ command }) => command.includes(part))
}

/** wrangler's proxy has the port of the product, and the Worker another one. */
const isProxy = ({ command }: Process) => command.includes(`entry=${new URL(product.url).host}`)

function signal(processes: Process[], name: NodeJS.Signals): void {
  expect(processes).not.toEqual([])
  for (const { pid } of processes) process.kill(pid, name)
}

async function expectSameLibrary(): Promise<void> {
  const library = async () => {
    await fetch(`${product.url}/api/health`, { signal: AbortSignal.timeout(2000) })
    return await everyClip(product.url)
  }
  await vi.waitFor(async () => expect(await library()).toEqual(before), { timeout: 90_000, interval: 300 })
}

const restarts = () => product.output().match(/^.* Starting it again\.$/gm) ?? []

const returns = () => product.output().match(/^The Worker is running again\.$/gm) ?? []

it('a Worker that stands still is left alone', async () => {
  const worker = processesOf('bin/workerd').filter((one) => !isProxy(one))
  signal(worker, 'SIGSTOP')
  const answer = fetch(`${product.url}/api/clips`)
  await delay(15_000)
  signal(worker, 'SIGCONT')
  expect((await answer).status).toBe(200)
  expect(restarts()).toEqual([])
})

it('wrangler itself starts a Worker again that has died', async () => {
  signal(
    processesOf('bin/workerd').filter((one) => !isProxy(one)),
    'SIGKILL',
  )
  await expectSameLibrary()
  // Longer than dev waits for an answer.
  await delay(12_000)
  expect(restarts()).toEqual([])
})

it.each([
  ["wrangler's proxy", () => processesOf('bin/workerd').filter(isProxy), 'The Worker does not answer.'],
  ['both', () => processesOf('bin/workerd'), 'The Worker does not answer.'],
  ['wrangler', () => processesOf('wrangler-dist/cli.js'), 'wrangler dev ended (0).'],
] as const)('the same library answers after the death of %s', async (_name, find, reason) => {
  const count = restarts().length
  const family = processesOf('wrangler')
  signal(find(), 'SIGKILL')
  await vi.waitFor(() => expect(restarts()).toHaveLength(count + 1), { timeout: 30_000 })
  expect(restarts().at(-1)).toBe(`${reason} Starting it again.`)
  await expectSameLibrary()
  await expect.poll(returns).toHaveLength(count + 1)
  expect(product.output()).not.toMatch(/ HEAD \S+ 200/)
  expect(stillRunning(family)).toEqual([])
})

it('the end during a restart leaves no process', async () => {
  const count = restarts().length
  const family = descendants(product.pid)
  signal(processesOf('wrangler-dist/cli.js'), 'SIGKILL')
  await vi.waitFor(() => expect(restarts()).toHaveLength(count + 1), { timeout: 30_000 })
  await product.stop()
  await vi.waitFor(() => expect(stillRunning(family)).toEqual([]), { timeout: 30_000 })
  // Later than a new start would come.
  await delay(4000)
  await expect(fetch(product.url)).rejects.toThrow()
})
