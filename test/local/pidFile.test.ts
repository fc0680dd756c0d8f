import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { claimPidFile } from '../../src/local/pidFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'clips-pid-'))
const path = join(folder, 'dev.pid')
const claimScript = join(import.meta.dirname, 'claimWhenTold.ts')
const longAgo = 'Thu Jan  1 00:00:00 1970'
beforeEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

async function startClaimer() {
  const child = fork(claimScript, [path])
  await once(child, 'message')
  const ended = once(child, 'exit')
  const tell = async (word: string): Promise<unknown> => {
    const answer = once(child, 'message')
    child.send(word)
    return (await answer)[0]
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { pid: child.pid, tell, kill }
}

test('a file is held until its process ends, however it ends', async () => {
  const holder = await startClaimer()
  expect(await holder.tell('claim')).toBe('won')
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
  expect(claimPidFile(path)).toHaveProperty('release')
})

test('release leaves nothing behind', () => {
  const claim = claimPidFile(path)
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`))
  if ('release' in claim) claim.release()
  expect(readdirSync(folder)).toEqual([])
})

describe('what is left behind is taken over', () => {
  test('when another process has the number by now', async () => {
    const other = await startClaimer()
    writeFileSync(path, `${other.pid}\n${longAgo}\n`)
    expect(claimPidFile(path)).toHaveProperty('release')
    await other.kill()
  })

  test.each([
    ['an empty file', ''],
    ['a text', 'none\n'],
    ['this very number, from before the container started again', `${process.pid}\n`],
    ['this number, of a process started at another time', `${process.pid}\n${longAgo}\n`],
  ])('%s', (_name, left) => {
    writeFileSync(path, left)
    expect(claimPidFile(path)).toHaveProperty('release')
  })
})

test('the name of a process, which may read like other fields, is no matter', async () => {
  const holder = await startClaimer()
  await holder.tell('claim')
  expect(await holder.tell('a) S 1 2 (b c')).toBe('renamed')
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
})

test('a number without a time, as it was kept once, counts for as long as it is in use', async () => {
  const holder = await startClaimer()
  writeFileSync(path, `${holder.pid}`)
  expect(claimPidFile(path)).toEqual({ heldBy: holder.pid })
  await holder.kill()
})

test('of many that claim at once, what a dead process left goes to exactly one', async () => {
  const dead = await startClaimer()
  await dead.kill()
  const claimers = await Promise.all(Array.from({ length: 12 }, startClaimer))
  for (let round = 0; round < 100; round++) {
    writeFileSync(path, `${dead.pid}\n${longAgo}\n`)
    const outcomes = await Promise.all(claimers.map(({ tell }) => tell('claim')))
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
    const [winner] = outcomes.flatMap((outcome, n) => (outcome === 'won' ? [claimers[n]?.pid] : []))
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${winner}\n`))
    expect(readdirSync(folder)).toEqual(['dev.pid'])
  }
  await Promise.all(claimers.map(({ kill }) => kill()))
})
