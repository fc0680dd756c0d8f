/** An HTTP endpoint that speaks the protocol of the Neon driver, in front of a local Postgres. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalDatabase, RawResult } from './database.ts'
import { MalformedRequest, readNeonRequest } from './neonRequest.ts'
import type { NeonRequest } from './neonRequest.ts'

export type NeonEndpoint = { url: string; close(): Promise<void> }
type Answer = { status: number; body: unknown; headers?: OutgoingHttpHeaders }

const host = '127.0.0.1'

/** Neon accepts as much in one request. */
const maxRequestBytes = 10 * 1024 * 1024

/** Answers POST /sql like Neon's SQL-over-HTTP proxy. Port 0 means any free port. */
export async function serveNeon(database: LocalDatabase, port = 0): Promise<NeonEndpoint> {
  const server = createServer(async (request, response) => {
    const { status, body, headers } = await answer(database, request)
    // A closing server waits for its connections, so this one ends with the answer.
    if (!server.listening) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
  // The client must be the first to close an idle connection. Otherwise a query may meet a closed one.
  server.keepAliveTimeout = 120_000
  server.listen(port, host)
  await once(server, 'listening')
  return {
    url: `http://${host}:${listeningPort(server.address())}/sql`,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

function listeningPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port')
  return address.port
}

async function answer(database: LocalDatabase, request: IncomingMessage): Promise<Answer> {
  const path = request.url?.split('?')[0]
  if (path !== '/sql') return { status: 404, body: { message: 'only /sql is here' } }
  if (request.method !== 'POST') {
    return { status: 405, body: { message: 'only POST is answered' }, headers: { allow: 'POST' } }
  }
  try {
    const text = await bodyText(request)
    if (text === undefined) {
      return { status: 413, body: { message: `the request is larger than ${maxRequestBytes} bytes` } }
    }
    return { status: 200, body: await run(database, readNeonRequest(request.headers, text)) }
  } catch (error) {
    return failure(error)
  }
}

/** The body; undefined if it is too large. It is read to its end, so that the client gets the answer. */
async function bodyText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size <= maxRequestBytes) chunks.push(bytes)
  }
  return size > maxRequestBytes ? undefined : Buffer.concat(chunks).toString('utf8')
}

async function run(database: LocalDatabase, request: NeonRequest): Promise<unknown> {
  if (request.kind === 'single') return asNeonResult(await database.query(request.statement))
  const results = await database.transaction(request.statements, request.options)
  return { results: results.map(asNeonResult) }
}

function asNeonResult(result: RawResult): RawResult & { rowAsArray: true } {
  return { ...result, rowAsArray: true }
}

/** The driver takes only a 400 for an error of Postgres. */
function failure(error: unknown): Answer {
  if (error instanceof MalformedRequest) return { status: 400, body: { message: error.message } }
  const fields = postgresErrorFields(error)
  if (fields) return { status: 400, body: fields }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 503, body: { message: `the local database cannot answer: ${message}` } }
}

/** The fields that the driver copies into a NeonDbError. */
const errorFields = new Set([
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
])

/** The fields of an error that came from Postgres; undefined for any other error. */
function postgresErrorFields(error: unknown): Record<string, string> | undefined {
  if (!(error instanceof Error)) return undefined
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(error)) {
    if (errorFields.has(name) && typeof value === 'string') fields[name] = value
  }
  // A broken connection has a `code` too (ECONNREFUSED). Only Postgres sends a severity.
  return fields['severity'] === undefined ? undefined : { message: error.message, ...fields }
}
