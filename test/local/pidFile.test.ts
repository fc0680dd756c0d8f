import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { claimPidFile } from '../../src/local/pidFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'clips-pid-'))
const path = join(folder, 'dev.pid')
const claimScript = join(import.meta.dirname, 'pidFileClaimer.ts')
const longAgo = 'Thu Jan  1 00:00:00 1970'
beforeEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

async function startClaimer() {
  const child = fork(claimScript, [path])
  await once(child, 'message')
  const ended = once(child, 'exit')
  const send = async (word: string): Promise<unknown> => {
    const answer = once(child, 'message')
    child.send(word)
    return (await answer)[0]
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { pid: child.pid, send, kill }
}

test('the lock is held until its process is killed', async () => {
  const holder = await startClaimer()
  expect(await holder.send('claim')).toBe('won')
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
  expect(claimPidFile(path)).toHaveProperty('release')
})

test('release leaves no file', () => {
  const claim = claimPidFile(path)
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`))
  if ('release' in claim) claim.release()
  expect(readdirSync(folder)).toEqual([])
})

describe('a stale file is taken over', () => {
  test('when another process has its pid now', async () => {
    const other = await startClaimer()
    writeFileSync(path, `${other.pid}\n${longAgo}\n`)
    expect(claimPidFile(path)).toHaveProperty('release')
    await other.kill()
  })

  test.each([
    ['an empty file', ''],
    ['a text that is not a pid', 'none\n'],
    ['our own pid, as after the restart of a container', `${process.pid}\n`],
    ['our own pid with another start time', `${process.pid}\n${longAgo}\n`],
  ])('%s', (_name, left) => {
    writeFileSync(path, left)
    expect(claimPidFile(path)).toHaveProperty('release')
  })
})

test('a process name that looks like other fields of /proc is parsed correctly', async () => {
  const holder = await startClaimer()
  await holder.send('claim')
  expect(await holder.send('a) S 1 2 (b c')).toBe('renamed')
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
})

test('a pid without a start time holds the lock while a process has that pid', async () => {
  const holder = await startClaimer()
  writeFileSync(path, `${holder.pid}`)
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
})

test('when many processes claim a stale file at once, exactly one gets it', async () => {
  const dead = await startClaimer()
  await dead.kill()
  const claimers = await Promise.all(Array.from({ length: 12 }, startClaimer))
  for (let round = 0; round < 100; round++) {
    writeFileSync(path, `${dead.pid}\n${longAgo}\n`)
    const outcomes = await Promise.all(claimers.map(({ send }) => send('claim')))
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
    const [winner] = outcomes.flatMap((outcome, n) => (outcome === 'won' ? [claimers[n]?.pid] : []))
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${winner}\n`))
    expect(readdirSync(folder)).toEqual(['dev.pid'])
  }
  await Promise.all(claimers.map(({ kill }) => kill()))
})
