/** The results as Markdown. */
import { planLines, type Cost } from './explain.ts'
import type { Measured } from './measureQueries.ts'
import type { Relation, Upkeep } from './measureUpkeep.ts'

/** One row a query: for each library p50 and p95 in ms and the most buffers, then p95 of the last library by the first's. */
export function queryTable(libraries: readonly string[], measured: readonly Measured[]): string {
  const names = [...new Set(measured.map(({ query }) => query))]
  const head = ['query', ...libraries.flatMap((name) => [`${name}: p50`, 'p95', 'buffers']), 'ratio']
  return markdown(
    head,
    names.map((query) => {
      const costs = libraries.map((name) => costsOf(measured, query, name))
      const [first = [], last = []] = [costs[0], costs.at(-1)]
      return [
        query,
        ...costs.flatMap((some) => [ms(p50(times(some))), ms(p95(times(some))), String(mostOf(some))]),
        (p95(times(last)) / p95(times(first))).toFixed(1),
      ]
    }),
  )
}

/** A line for each query that reads more than it may. */
export function breachesOf(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ query, library, mostBuffers, costs }) => {
    const buffers = mostOf(costs)
    return buffers > mostBuffers ? [`${buffers} buffers: ${query}, ${library} clips`] : []
  })
}

const mostOf = (costs: readonly Cost[]) => Math.max(0, ...costs.map(({ buffers }) => buffers))

const times = (costs: readonly Cost[]) => costs.map((cost) => cost.ms)

function costsOf(measured: readonly Measured[], query: string, library: string): Cost[] {
  return measured.find((one) => one.query === query && one.library === library)?.costs ?? []
}

export function upkeepTable(upkeep: readonly Upkeep[]): string {
  return markdown(
    ['library', 'write', 'p50', 'p95', 'buffers'],
    upkeep.map(({ library, what, ms: all, buffers }) => [
      library,
      what,
      ms(p50(all)),
      ms(p95(all)),
      buffers.toFixed(0),
    ]),
  )
}

/** Sizes in kB by library, and the scans in the last one. */
export function relationTable(libraries: readonly string[], relations: readonly Relation[][]): string {
  const last = relations.at(-1) ?? []
  return markdown(
    ['index or table, kB', ...libraries, 'scans'],
    last.map(({ name, scans }) => [
      name,
      ...relations.map((some) => ((some.find((one) => one.name === name)?.bytes ?? 0) / 1024).toFixed(0)),
      String(scans),
    ]),
  )
}

/** The plans of the slowest round of each query. */
export function planText(measured: readonly Measured[]): string {
  return measured
    .map(({ query, library, costs }) => {
      const slowest = costs.toSorted((a, b) => b.ms - a.ms)[0]
      const lines = (slowest?.plans ?? []).flatMap((plan) => planLines(plan))
      return [`${query}, ${library}`, ...lines.map((line) => `  ${line}`)].join('\n')
    })
    .join('\n')
}

function markdown(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0)
const p50 = (values: readonly number[]) => quantile(values, 0.5)
const p95 = (values: readonly number[]) => quantile(values, 0.95)

/** The smallest value that at least this part of all values does not exceed. */
function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? NaN
}
