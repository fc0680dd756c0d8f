/** The command line of `npm run dev`, and the checks before its start. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPgliteFolder } from '../../src/local/pglite.ts'
import { freePort } from '../support/freePort.ts'
import { plainEnvironment } from './plainEnvironment.ts'

const state = mkdtempSync(join(tmpdir(), 'clips-dev-'))
const taken = createServer()
let takenPort = 0
let unusedPort = 0

beforeAll(async () => {
  takenPort = await listen(taken)
  unusedPort = await freePort()
})
afterAll(() => {
  taken.close()
  rmSync(state, { recursive: true })
})

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

async function dev(...args: string[]) {
  const child = spawn(process.execPath, ['src/local/dev.ts', ...args], { env: plainEnvironment })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, code: code as unknown }
}

test('--help prints the options', async () => {
  const { stdout, stderr, code } = await dev('--help')
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  for (const option of [
    '--port',
    '--state',
    '--no-demo',
    '--limits',
    '--postgres',
    '--public-url',
    '--verbose',
  ])
    expect(stdout).toContain(option)
})

describe('an invalid command line prints one line and the usage', () => {
  test.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port'], "Option '--port <value>' argument missing"],
    [['--port', 'http'], '--port http is not a port number'],
    [['--port', '0'], '--port 0 is not a port number'],
    [['--port', '65536'], '--port 65536 is not a port number'],
    [['--state', ''], '--state needs a folder'],
    [['--postgres', 'mysql://x'], '--postgres needs a URL'],
    [['--public-url', 'https://a.example/clips'], '--public-url needs a URL'],
    [['8787'], "Unexpected argument '8787'"],
  ])('%j', async (args, line) => {
    const { stdout, stderr, code } = await dev(...args)
    const [first, second] = stderr.split('\n')
    expect(first).toContain(line)
    expect(second).toMatch(/^Usage: /)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  })
})

describe('a failed start prints one line', () => {
  const oneLine = (line: string) => expect.stringMatching(new RegExp(`^[^\\n]*${line}[^\\n]*\\n$`))
  const free = () => ['--port', String(unusedPort)]

  test('the port is taken', async () => {
    const result = await dev('--port', String(takenPort), '--state', state)
    expect(result).toEqual({
      stdout: '',
      stderr: oneLine(`Port ${takenPort} is not free: .*EADDRINUSE`),
      code: 1,
    })
  })

  test('the state folder cannot be written', async () => {
    const file = join(state, 'file')
    writeFileSync(file, '')
    const result = await dev(...free(), '--state', join(file, 'below'))
    expect(result).toEqual({ stdout: '', stderr: oneLine('cannot be written: ENOTDIR'), code: 1 })
  })

  test('the state folder is in use', async () => {
    const other = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60_000)'])
    writeFileSync(join(state, 'dev.pid'), String(other.pid))
    const result = await dev(...free(), '--state', state)
    expect(result).toEqual({
      stdout: '',
      stderr: oneLine(`in use by process ${other.pid}, according to .*dev.pid`),
      code: 1,
    })
    other.kill()
    await once(other, 'exit')
  })

  test('the Postgres does not answer (the lock of an ended process is ignored)', async () => {
    const result = await dev(
      ...free(),
      '--state',
      state,
      '--postgres',
      'postgresql://clips:secret@127.0.0.1:1/clips',
    )
    expect(result).toEqual({
      stdout: '',
      stderr: oneLine('127.0.0.1:1.* does not answer: .*ECONNREFUSED'),
      code: 1,
    })
    expect(result.stderr).not.toContain('secret')
  })
})

test(
  'a database of an older version: the message names the folder to delete',
  { timeout: 120_000 },
  async () => {
    const older = join(state, 'older')
    mkdirSync(older)
    const database = await openPgliteFolder(join(older, 'postgres'))
    await database.query({ text: 'create table clips (id int)', params: [] })
    await database.close()
    const { stdout, stderr, code } = await dev('--port', String(unusedPort), '--state', older)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^The migration written at .* failed and left nothing: relation "clips" already exists$/,
      ),
      `If an older version of Clips made this database, delete ${older}.`,
      '',
    ])
  },
)
