/**
 * The relevance set in other engines: how many queries have their clip in first place and in the first three, by kind, and
 * how long a query takes. One engine at a time, on the same library.
 *
 *   npm exec -- node test/benchmarks/search/engines.ts [--clips 100000] [--misses]
 */
import { parseArgs } from 'node:util'
import { queries, type RelevanceQuery } from '../../support/relevance.ts'
import { createRelevantLibrary } from '../../support/relevantLibrary.ts'
import type { Library } from '../library/generator.ts'
import { clips } from './engines/clips.ts'
import type { Engine } from './engines/engine.ts'
import { ilike } from './engines/ilike.ts'
import { adaptedMiniSearch, miniSearch } from './engines/miniSearch.ts'
import { adaptedOrama, orama } from './engines/orama.ts'

const { values } = parseArgs({
  options: { clips: { type: 'string', default: '100000' }, misses: { type: 'boolean', default: false } },
})
const engines = [clips, ilike, miniSearch, adaptedMiniSearch, orama, adaptedOrama]

type Answer = RelevanceQuery & { found: string[]; ms: number }
type Report = { name: string; loadedMs: number; answers: Answer[] }

async function ask(engine: Engine, library: Library): Promise<Report> {
  const startedMs = performance.now()
  await engine.load(library)
  const loadedMs = performance.now() - startedMs
  // The first queries run before the code is compiled.
  for (const { query } of queries.slice(0, 20)) await engine.find(query)
  const answers: Answer[] = []
  for (const query of queries) {
    const askedMs = performance.now()
    const found = await engine.find(query.query)
    answers.push({ ...query, found, ms: performance.now() - askedMs })
  }
  await engine.close()
  return { name: engine.name, loadedMs, answers }
}

const isFirst = ({ found, expected }: Answer) => found[0] === expected
const isInThree = ({ found, expected }: Answer) => found.includes(expected)

/** In first place · in the first three. */
const hits = (answers: Answer[]) => `${answers.filter(isFirst).length} · ${answers.filter(isInThree).length}`

function percent(answers: Answer[], is: (answer: Answer) => boolean): string {
  return `${((100 * answers.filter(is).length) / answers.length).toFixed(1)} %`
}

function quantileMs(answers: Answer[], quantile: number): string {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b)
  return `${(sorted[Math.floor(quantile * (sorted.length - 1))] ?? NaN).toFixed(1)} ms`
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`

function printTable(reports: Report[]): void {
  const columns = (cell: (report: Report) => string) => reports.map(cell)
  console.log(row(`${values.clips} clips`, 'queries', ...columns(({ name }) => name)))
  console.log(row('---', '--:', ...columns(() => '--:')))
  for (const [kind, ofKind] of Map.groupBy(queries, (query) => query.kind)) {
    const inKind = (answers: Answer[]) => answers.filter((answer) => answer.kind === kind)
    console.log(row(kind, String(ofKind.length), ...columns(({ answers }) => hits(inKind(answers)))))
  }
  const all = String(queries.length)
  console.log(row('in first place', all, ...columns(({ answers }) => percent(answers, isFirst))))
  console.log(row('in the first three', all, ...columns(({ answers }) => percent(answers, isInThree))))
  console.log(row('time of a query, p50', all, ...columns(({ answers }) => quantileMs(answers, 0.5))))
  console.log(row('time of a query, p95', all, ...columns(({ answers }) => quantileMs(answers, 0.95))))
  console.log(row('time to load', '', ...columns(({ loadedMs }) => `${(loadedMs / 1000).toFixed(1)} s`)))
}

const library = createRelevantLibrary(Number(values.clips))
const reports: Report[] = []
for (const engine of engines) {
  const report = await ask(engine, library)
  reports.push(report)
  if (!values.misses) continue
  for (const answer of report.answers)
    if (!isFirst(answer)) console.log(report.name, '|', answer.kind, '|', answer.query, '→', answer.found)
}
printTable(reports)
