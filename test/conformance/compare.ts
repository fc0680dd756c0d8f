/**
 * Runs the cases that fit any file server against well-known servers and a running Clips, or against one server:
 *
 *   npm exec -- node test/conformance/compare.ts [--clips URL] [--server URL/OF/vorbis.ogg] [--failures]
 */
import { parseArgs } from 'node:util'
import { cases } from './cases/index.ts'
import type { Level } from './conformanceCase.ts'
import { otherServers } from './otherServers.ts'
import { countByLevel, runCases, type Count, type Result } from './runCases.ts'
import { targetOf } from './target.ts'
import { uploadClip } from './uploadClip.ts'

const levels: Level[] = ['must', 'should', 'client']
const general = cases.filter((one) => !one.ours)

const { values: options } = parseArgs({
  options: {
    clips: { type: 'string' },
    server: { type: 'string' },
    failures: { type: 'boolean', default: false },
  },
})

print(`| server | ${levels.join(' | ')} | all |\n| --- | --- | --- | --- | --- |`)
if (options.server === undefined) for (const start of otherServers) await compareOther(start)
else report(options.server, await runCases(await targetOf(options.server), general, 'asTheRfcSays'))
if (options.clips !== undefined) await compareClips(options.clips)

async function compareOther(start: (typeof otherServers)[number]): Promise<void> {
  const server = await start().catch((error: unknown) => console.error(error))
  if (!server) return
  try {
    report(server.name, await runCases(server.target, general, 'asTheRfcSays'))
  } finally {
    await server.stop()
  }
}

/** Twice: with the cases of the others, and with all cases and its own readings. */
async function compareClips(url: string): Promise<void> {
  const target = await uploadClip(url)
  report('Clips', await runCases(target, general, 'asTheRfcSays'))
  report('Clips, with its own cases and readings', await runCases(target, cases, 'strict'))
}

function report(name: string, results: Result[]): void {
  const counts = countByLevel(results)
  const all = levels.reduce((sum, level) => add(sum, counts[level]), { passed: 0, total: 0 })
  const cells = [...levels.map((level) => counts[level]), all].map(
    ({ passed, total }) => `${passed} of ${total}`,
  )
  print(`| ${name} | ${cells.join(' | ')} |`)
  if (options.failures) for (const result of results) reportFailure(result)
}

function reportFailure({ case: one, outcome, complaints }: Result): void {
  if (outcome === 'failed') print(`  ${one.level}, ${one.section}, ${one.name}: ${complaints.join('; ')}`)
}

function add(some: Count, more: Count): Count {
  return { passed: some.passed + more.passed, total: some.total + more.total }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
