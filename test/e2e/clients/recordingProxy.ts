/**
 * A proxy between a client and the product, which records requests, answers and sent bytes. It sends the next chunk only
 * after the client has read the last one. Otherwise the kernel would buffer megabytes that nobody reads.
 */
import { once } from 'node:events'
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { unreadByPeer } from './unread.ts'

/** One request and its answer. Header names are in lower case. */
export type Exchange = {
  method: string
  path: string
  asked: Record<string, string>
  /** 0 if the client disconnected before the answer, 502 if the product did. */
  status: number
  answered: Record<string, string>
  /** Bytes of the answer's body that were sent to the client: what it has read, but for a chunk (64 KiB at most). */
  sent: number
}

export type RecordingProxy = {
  url: string
  /** In the order asked, since the start or the last `forget`. */
  exchanges: Exchange[]
  forget: () => void
  /** Disconnects the client once, in the middle of the first answer whose body gets that far. */
  cutOnceAfter: (bytes: number) => void
  /** Sends no body before so many requests were asked, so that a fast first answer cannot leave the others nothing. */
  holdUntilAsked: (requests: number) => void
  close: () => void
}

type Cutting = { after: number }
type Holding = { untilAsked: number }
const Listening = z.object({ port: z.number() })

export async function startRecordingProxy(productUrl: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = []
  const cutting: Cutting = { after: Infinity }
  const holding: Holding = { untilAsked: 0 }
  const mayGo = () => exchanges.length >= holding.untilAsked
  const agent = new Agent({ keepAlive: true, timeout: 5000 })
  const server = createServer((request, response) => {
    const exchange = noteRequest(request)
    exchanges.push(exchange)
    const asking = askProduct(productUrl, agent, request)
    asking.on('error', () => giveUp(response, exchange))
    asking.once('response', (answer) => void sendOn(answer, response, exchange, cutting, mayGo))
    response.once('close', () => asking.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${Listening.parse(server.address()).port}`,
    exchanges,
    forget() {
      exchanges.splice(0)
      holding.untilAsked = 0
    },
    cutOnceAfter: (bytes) => (cutting.after = bytes),
    holdUntilAsked: (requests) => (holding.untilAsked = requests),
    close: () => {
      server.close()
      server.closeAllConnections()
      agent.destroy()
    },
  }
}

/** All the bytes of bodies that were sent to the client. */
export function bytesSent(exchanges: Exchange[]): number {
  return exchanges.reduce((sum, { sent }) => sum + sent, 0)
}

function noteRequest({ method = '', url: path = '', headers }: IncomingMessage): Exchange {
  return { method, path, asked: flat(headers), status: 0, answered: {}, sent: 0 }
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function askProduct(productUrl: string, agent: Agent, request: IncomingMessage) {
  const { method = 'GET', url = '' } = request
  // Connection is for one hop only (RFC 9110 §7.6.1).
  const { connection: _, ...headers } = request.headers
  return request.pipe(ask(`${productUrl}${url}`, { method, headers, agent }))
}

/** The product cannot be reached, or hung up; or the client did, which is why it is no longer asked. */
function giveUp(response: ServerResponse, exchange: Exchange) {
  if (!response.destroyed) exchange.status = 502
  response.destroy()
}

async function sendOn(
  answer: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  cutting: Cutting,
  mayGo: () => boolean,
) {
  const { connection: _, ...headers } = answer.headers
  exchange.status = answer.statusCode ?? 0
  exchange.answered = flat(headers)
  response.writeHead(exchange.status, headers)
  response.flushHeaders()
  async function* piecemeal(chunks: AsyncIterable<Buffer>) {
    while (!mayGo() && !response.destroyed) await delay(1)
    for await (const chunk of chunks) {
      exchange.sent += chunk.length
      yield chunk
      if (exchange.sent >= cutting.after) throw cut(cutting)
      while (response.socket && unreadByPeer(response.socket) > 0) await delay(1)
    }
  }
  // If either side disconnects, the other is disconnected too.
  await pipeline(answer, piecemeal, response).catch(() => undefined)
}

function cut(cutting: Cutting): Error {
  cutting.after = Infinity
  return new Error('cut')
}
