import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalDatabase, RawResult } from './database.ts'
import { MalformedRequest, readNeonRequest } from './neonRequest.ts'
import type { NeonRequest } from './neonRequest.ts'
import { postgresErrorFields } from './postgresError.ts'

export type NeonEndpoint = { url: string; close(): Promise<void> }
type Answer = { status: number; body: unknown; headers?: OutgoingHttpHeaders }

/** As much as Neon takes in one request. */
const maxRequestBytes = 10 * 1024 * 1024

/** Answers POST /sql as Neon's SQL-over-HTTP proxy does; port 0 takes any free one. */
export async function serveNeon(
  database: LocalDatabase,
  { host, port }: { host: string; port: number },
): Promise<NeonEndpoint> {
  const server = createServer(async (request, response) => {
    const { status, body, headers } = await answer(database, request)
    // A server that is closing waits for its connections: this is the last answer on this one.
    if (!server.listening) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
  // The client must be the first to drop an idle connection, or a query is lost on one that just closed.
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

/** The body, or undefined when it is too large; it is read to its end, so that the client gets an answer. */
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

async function run(database: LocalDatabase, asked: NeonRequest): Promise<unknown> {
  if (asked.kind === 'single') return asNeonResult(await database.query(asked.statement))
  const results = await database.transaction(asked.statements, asked.options)
  return { results: results.map(asNeonResult) }
}

function asNeonResult(result: RawResult): RawResult & { rowAsArray: true } {
  return { ...result, rowAsArray: true }
}

/** Only a 400 is read by the driver as an error that Postgres answered with. */
function failure(error: unknown): Answer {
  if (error instanceof MalformedRequest) return { status: 400, body: { message: error.message } }
  const fields = postgresErrorFields(error)
  if (fields) return { status: 400, body: fields }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 503, body: { message: `the local database cannot answer: ${message}` } }
}
