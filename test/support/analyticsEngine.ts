/**
 * A stand-in for the SQL API of Analytics Engine: real rows, real SQL, and answers in the documented form. The few
 * functions of ClickHouse that the product uses are translated to Postgres. Weights of quantiles are ignored. The account
 * chooses how it answers.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { LocalDatabase } from '../../src/local/database.ts'

export type AnalyticsEngine = { url: string; close(): Promise<void> }
type Answer = { status: number; body: string }

const table = `
  create schema analytics_engine;
  create table analytics_engine.clips (
    timestamp timestamptz not null default now(), _sample_interval bigint not null default 1, index1 text not null,
    ${Array.from({ length: 20 }, (_, i) => `blob${i + 1} text not null default ''`).join(', ')},
    ${Array.from({ length: 20 }, (_, i) => `double${i + 1} float8 not null default 0`).join(', ')}
  )`

/** Accounts that fail, each in its way. Every other account works. */
const failures: Record<string, Answer> = {
  [account('1')]: { status: 500, body: 'internal error at 10.1.2.3' },
  [account('2')]: { status: 200, body: '<html>' },
  [account('3')]: { status: 200, body: '{"data":[{"route":"/","method":1}]}' },
  [account('4')]: { status: 200, body: '{"success":false,"errors":[{"code":10000}]}' },
  [account('5')]: { status: 429, body: '{"errors":[{"message":"rate limited"}]}' },
}

/** A 32-digit account id. */
export function account(digit: string): string {
  return digit.repeat(32)
}

export async function serveAnalytics(database: LocalDatabase): Promise<AnalyticsEngine> {
  for (const statement of table.split(';')) await database.query({ text: statement, params: [] })
  const asked: Record<string, number> = {}
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(database, request, asked)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/client/v4`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  database: LocalDatabase,
  request: IncomingMessage,
  asked: Record<string, number>,
): Promise<Answer> {
  const id = /^\/client\/v4\/accounts\/(\w{32})\/analytics_engine\/sql$/.exec(request.url ?? '')?.[1]
  if (id === undefined) return { status: 404, body: '{}' }
  if (request.method === 'GET') return { status: 200, body: String(asked[id] ?? 0) }
  asked[id] = (asked[id] ?? 0) + 1
  if (request.headers.authorization !== 'Bearer analytics-token') return { status: 403, body: '{}' }
  const failure = failures[id]
  if (failure) return failure
  try {
    return { status: 200, body: JSON.stringify(await run(database, await text(request))) }
  } catch (error) {
    return { status: 422, body: String(error) }
  }
}

/** The `JSON` format: 64-bit integers and their sums are strings, doubles are numbers. */
async function run(database: LocalDatabase, sql: string) {
  const { fields, rows } = await database.query({ text: inPostgres(sql), params: [] })
  const asJson = (value: string | null, type: number) =>
    value !== null && type === float8 ? Number(value) : value
  return {
    meta: fields.map(({ name, dataTypeID }) => ({ name, type: typeNames[dataTypeID] ?? 'String' })),
    data: rows.map((row) =>
      Object.fromEntries(fields.map(({ name, dataTypeID }, i) => [name, asJson(row[i] ?? null, dataTypeID)])),
    ),
    rows: rows.length,
    rows_before_limit_at_least: rows.length,
  }
}

const float8 = 701
const typeNames: Record<number, string> = { 20: 'UInt64', 701: 'Float64', 1184: 'DateTime', 1700: 'UInt64' }

export function inPostgres(sql: string): string {
  return sql
    .replace(/\bFROM\s+clips\b/gi, 'FROM analytics_engine.clips')
    .replace(/\bFORMAT\s+JSON\s*;?\s*$/i, '')
    .replace(
      /quantileExactWeighted\(([\d.]+)\)\((\w+), _sample_interval\)/g,
      'percentile_disc($1) within group (order by $2)',
    )
    .replace(/toStartOfInterval\((\w+), (INTERVAL '\d+' \w+)\)/gi, "date_bin($2, $1, '2000-01-01')")
    .replace(
      /\bif\(([^(),]+(?:\([^()]*\))?[^(),]*), ([^,()]+), ([^,()]+)\)/g,
      'case when $1 then $2 else $3 end',
    )
}
