/** A server under test, and the facts about its clip. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NotOffered, type CaseRequest, type Facts } from './conformanceCase.ts'
import { exchange, type Address, type RawRequest } from './rawClient.ts'

export type Target = Address & {
  /** Where it serves the clip. */
  path: string
  /** The clip itself. */
  bytes: Uint8Array
  /** A path where nothing is. */
  unknownPath: string
  /** Where it serves an empty file, if it does. */
  emptyPath?: string
}

/** A server that serves test/fixtures/vorbis.ogg at this URL, and nothing at the URL with `.missing` behind it. */
export async function targetOf(url: string): Promise<Target> {
  const { hostname, port, pathname } = new URL(url)
  const bytes = await readFile(join(import.meta.dirname, '../fixtures/vorbis.ogg'))
  return {
    host: hostname,
    port: Number(port || 80),
    path: pathname,
    unknownPath: `${pathname}.missing`,
    bytes,
  }
}

/** The bytes of a request, header lines exactly as the case says. */
export function writeRequest(target: Target, request: CaseRequest): RawRequest {
  const { method = 'GET', version = '1.1', headers, query = '', content } = request
  const lines = [
    `${method} ${pathOf(target, request.to)}${query} HTTP/${version}`,
    `Host: ${target.host}:${target.port}`,
    ...headers,
    ...(content === undefined ? [] : [`Content-Length: ${Buffer.byteLength(content)}`]),
  ]
  return { method, bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${content ?? ''}`, 'latin1') }
}

function pathOf(target: Target, to: CaseRequest['to']): string {
  if (to === undefined) return target.path
  if (typeof to === 'object') return to.path
  if (to === 'unknown') return target.unknownPath
  if (target.emptyPath === undefined) throw new NotOffered('an empty file')
  return target.emptyPath
}

/** Learns the facts from a plain GET. The conditions of the cases use its validators. */
export async function learnFacts(target: Target): Promise<Facts> {
  const [answer] = await exchange(target, [writeRequest(target, { headers: [] })])
  if (answer?.status !== 200) throw new Error(`a plain GET is answered with ${answer?.status}`)
  return factsOf(target, new Map(answer.headers.map(([name, value]) => [name.toLowerCase(), value])))
}

function factsOf({ bytes }: Target, whole: ReadonlyMap<string, string>): Facts {
  const etag = () => offered(whole.get('etag'), 'an ETag')
  return {
    bytes,
    size: bytes.length,
    whole,
    get etag() {
      return etag()
    },
    get strongTag() {
      return offered(/^".*"$/.exec(etag())?.[0], 'a strong ETag')
    },
    get opaque() {
      return offered(/^(?:W\/)?"(.*)"$/.exec(etag())?.[1], 'a well-formed ETag')
    },
    get lastModified() {
      return new Date(offered(whole.get('last-modified'), 'Last-Modified'))
    },
  }
}

function offered(value: string | undefined, what: string): string {
  if (value === undefined) throw new NotOffered(what)
  return value
}
