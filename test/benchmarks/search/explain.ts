/** What a statement costs, as Postgres itself says: time without the network, and buffers. */
import { z } from 'zod'
import type { LocalDatabase, Statement } from '../../../src/local/database.ts'

export type PlanNode = z.output<typeof Counts> & { Plans?: PlanNode[] | undefined }

export type Cost = {
  /** Planning and execution. */
  ms: number
  /** Pages of 8 kB that the execution found in memory or read: of the statement that has most. */
  buffers: number
  plans: PlanNode[]
}

const Counts = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
})
const Node: z.ZodType<PlanNode> = Counts.extend({ Plans: z.array(z.lazy(() => Node)).optional() })
const Explained = z.tuple([
  z.object({ Plan: Node, 'Planning Time': z.number(), 'Execution Time': z.number() }),
])

/** Runs the statements, each alone, and adds their times up. */
export async function explainAll(database: LocalDatabase, statements: readonly Statement[]): Promise<Cost> {
  const total: Cost = { ms: 0, buffers: 0, plans: [] }
  for (const statement of statements) {
    const { ms, buffers, plans } = await explain(database, statement)
    total.ms += ms
    total.buffers = Math.max(total.buffers, buffers)
    total.plans.push(...plans)
  }
  return total
}

async function explain(database: LocalDatabase, { text, params }: Statement): Promise<Cost> {
  // The clock is not read for each row, which costs more than many a row.
  const options = 'analyze, buffers, timing off, summary on, format json'
  const { rows } = await database.query({ text: `explain (${options}) ${text}`, params })
  const [explained] = Explained.parse(JSON.parse(rows[0]?.[0] ?? ''))
  return {
    ms: explained['Planning Time'] + explained['Execution Time'],
    buffers: buffersOf(explained.Plan),
    plans: [explained.Plan],
  }
}

const buffersOf = (node: PlanNode) => node['Shared Hit Blocks'] + node['Shared Read Blocks']

/** The top of a plan, one line for each node. */
export function planLines(node: PlanNode, depth = 0): string[] {
  const place = [node['Index Name'], node['Relation Name']].filter((name) => name !== undefined).join(' of ')
  const rows = `${node['Actual Rows']} rows${node['Actual Loops'] === 1 ? '' : ` × ${node['Actual Loops']}`}`
  const line = `${'  '.repeat(depth)}${node['Node Type']}${place && ` (${place})`}: ${rows}, ${buffersOf(node)} buffers`
  const below = depth < 3 ? (node.Plans ?? []).flatMap((child) => planLines(child, depth + 1)) : []
  return [line, ...below]
}
