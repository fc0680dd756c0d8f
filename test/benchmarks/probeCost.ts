/**
 * What the survey of the worst files costs, beside hashing the same bytes in the same run: `npm exec -- node
 * test/benchmarks/probeCost.ts [megabytes]`. Prints milliseconds, and how many times as long as SHA-256 the survey takes.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ByteSource } from '../../src/audio/byteSource.ts'
import { probeSource } from '../../src/audio/probe.ts'
import { Problem } from '../../src/http/problem.ts'
import { hostileUnits } from '../support/hostileUnits.ts'

const megabytes = Number(process.argv[2] ?? 95)
const rounds = 3

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures', name)))
}

function fileOf(head: Uint8Array, unit: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(megabytes * 1e6)
  file.set(head)
  for (let at = head.byteLength; at + unit.byteLength <= file.byteLength; at += unit.byteLength)
    file.set(unit, at)
  return file
}

/** Milliseconds of the survey, and how it ends. */
async function survey(file: Uint8Array<ArrayBuffer>): Promise<[ms: number, end: string]> {
  const source = new ByteSource(file.byteLength, (offset, length) =>
    Promise.resolve(file.slice(offset, offset + length)),
  )
  const start = performance.now()
  let end = 'accepted'
  try {
    await probeSource(source)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    end = `${error.problem}: ${error.detail ?? ''}`
  }
  return [performance.now() - start, end]
}

function hash(file: Uint8Array): number {
  const start = performance.now()
  createHash('sha256').update(file).digest()
  return performance.now() - start
}

for (const [name, head, unit] of hostileUnits(fixture)) {
  const file = fileOf(head, unit)
  const times: { surveyMs: number; hashMs: number }[] = []
  let how = ''
  for (let round = 0; round < rounds; round++) {
    const [surveyMs, end] = await survey(file)
    times.push({ surveyMs, hashMs: hash(file) })
    how = end
  }
  // The fastest of each: what else the machine does only adds to them.
  const surveyMs = Math.min(...times.map((time) => time.surveyMs))
  const hashMs = Math.min(...times.map((time) => time.hashMs))
  const ratio = (surveyMs / hashMs).toFixed(1)
  console.log(
    `${name.padEnd(40)} ${surveyMs.toFixed(0).padStart(5)} ms ${ratio.padStart(5)} × SHA-256  ${how}`,
  )
}
