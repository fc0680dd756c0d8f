/** A web server on loopback that imports fetch from: a well-behaved source, and every other kind. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

type Answer = (response: ServerResponse, url: URL) => void

const audio = readFileSync(join(import.meta.dirname, '../fixtures/vbr-no-xing.mp3'))
const otherAudio = readFileSync(join(import.meta.dirname, '../fixtures/opus.opus'))
const half = audio.subarray(0, audio.length / 2)
const asAudio = { 'Content-Type': 'audio/mpeg' }
const asWhole = { ...asAudio, 'Content-Length': audio.length }
const secret = 'hunter2-of-the-intranet'

/** A parameter as a header may have it: a test sends any text, and Node ends the process on a character that it refuses. */
function headerText(text: string | null): string {
  return (text ?? '').replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}

/** The number of answers that are still being written. */
let open = 0
let lastHeaders: IncomingMessage['headers'] = {}
let alternations = 0

const answers: Record<string, Answer> = {
  '/song.mp3': (response) => response.writeHead(200, asWhole).end(audio),
  '/alternating': (response) => response.end((alternations += 1) % 2 === 1 ? audio : otherAudio),
  '/chunked.mp3': (response) =>
    void response.writeHead(200, asAudio).write(half, () => response.end(audio.subarray(half.length))),
  '/unending.mp3': (response) => pour(response.writeHead(200, asAudio)),
  '/huge.mp3': (response) => pour(response.writeHead(200, { ...asAudio, 'Content-Length': 10 ** 12 })),
  '/slow-headers': () => {},
  '/stalled.mp3': (response) => void response.writeHead(200, asWhole).write(half),
  '/drip.mp3': (response) => drip(response.writeHead(200, asWhole)),
  '/cut-short.mp3': (response) => hangUp(response.writeHead(200, asWhole)),
  '/cut-chunked.mp3': (response) => hangUp(response.writeHead(200, asAudio)),
  '/hang-up': (response) => void response.destroy(),
  '/gzip.mp3': (response) =>
    response.writeHead(200, { ...asAudio, 'Content-Encoding': 'gzip' }).end(gzipSync(audio)),
  '/identity.mp3': (response) =>
    response.writeHead(200, { ...asWhole, 'Content-Encoding': 'identity' }).end(audio),
  '/page.mp3': (response) => response.writeHead(200, asAudio).end(`<!doctype html><title>${secret}</title>`),
  '/empty.mp3': (response) => response.writeHead(200, asAudio).end(),
  '/no-content': (response) => response.writeHead(204).end(),
  '/half.mp3': (response) =>
    response.writeHead(206, { ...asAudio, 'Content-Range': 'bytes 0-9/20' }).end('0123456789'),
  '/broken': (response) =>
    response.writeHead(500, secret).end(`Error: ${secret}\n    at Object.<anonymous> (/srv/app.js:1:1)`),
  // Without a length: beside one, Node throws for a Content-Disposition in Latin-1.
  '/named': (response, url) =>
    response
      .writeHead(200, { ...asAudio, 'Content-Disposition': headerText(url.searchParams.get('as')) })
      .end(audio),
  '/redirect': (response, url) =>
    response
      .writeHead(Number(url.searchParams.get('status') ?? 302), {
        Location: headerText(url.searchParams.get('to')),
      })
      .end(secret),
  '/nowhere': (response) => response.writeHead(302).end(secret),
  '/loop': (response) => response.writeHead(302, { Location: '/loop' }).end(),
  '/chain': (response, url) => chain(response, Number(url.searchParams.get('left'))),
  '/sets-cookie': (response) => response.writeHead(302, { Location: '/song.mp3', 'Set-Cookie': 'a=b' }).end(),
  '/last-headers': (response) => response.end(JSON.stringify(lastHeaders)),
  '/open': (response) => response.end(String(open - 1)),
}

/** Redirects `left` times, then gives the audio. */
function chain(response: ServerResponse, left: number): void {
  response.writeHead(302, { Location: left > 1 ? `chain?left=${left - 1}` : 'song.mp3' }).end()
}

/** Writes until the client disconnects. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, audio)
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

/** Writes a byte now and then, without end. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(audio.subarray(0, 1)), 50)
  response.on('close', () => clearInterval(timer))
}

function hangUp(response: ServerResponse): void {
  response.write(half, () => setTimeout(() => response.destroy(), 50))
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  open += 1
  response.on('close', () => (open -= 1))
  const url = new URL(request.url ?? '/', 'http://source')
  if (url.pathname !== '/last-headers') lastHeaders = request.headers
  const named =
    answers[url.pathname] ?? (url.pathname.startsWith('/songs/') ? answers['/song.mp3'] : undefined)
  if (named) named(response, url)
  else response.writeHead(404).end(secret)
}

/** Starts it, and answers its URL, such as `http://127.0.0.1:40123`. */
export async function serveSource(): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}
