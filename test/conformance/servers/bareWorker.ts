import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { readFixture } from '../uploadClip.ts'
import { targetAt, type OtherServer } from './otherServer.ts'
import { versionOf } from './versionOf.ts'

/** The Worker that most examples show: R2 is handed the headers and left to itself. */
const script = `
export default {
  async fetch(request, env) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response('Method not allowed', { status: 405, headers: { Allow: 'GET, HEAD' } })
    }
    const key = new URL(request.url).pathname.slice(1)
    const object = await env.BUCKET.get(key, { range: request.headers, onlyIf: request.headers })
    if (object === null) return new Response('Not found', { status: 404 })
    const headers = new Headers()
    object.writeHttpMetadata(headers)
    headers.set('ETag', object.httpEtag)
    headers.set('Last-Modified', object.uploaded.toUTCString())
    headers.set('Accept-Ranges', 'bytes')
    if (!('body' in object)) return new Response(null, { status: 304, headers })
    if (!request.headers.has('Range')) return new Response(object.body, { headers })
    const { offset = 0, length = object.size } = object.range
    headers.set('Content-Range', \`bytes \${offset}-\${offset + length - 1}/\${object.size}\`)
    return new Response(object.body, { status: 206, headers })
  },
}
`

export async function startBareWorker(): Promise<OtherServer> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      host: '127.0.0.1',
      port: 0,
      compatibilityDate: '2026-01-01',
      r2Buckets: ['BUCKET'],
    }),
  )
  const { port } = await miniflare.ready
  const { BUCKET: bucket } = await miniflare.getBindings<{ BUCKET: R2Bucket }>()
  const httpMetadata = { contentType: 'audio/ogg' }
  await bucket.put('clip.ogg', Uint8Array.from(await readFixture()), { httpMetadata })
  await bucket.put('empty.ogg', '', { httpMetadata })
  return {
    name: `a bare R2 Worker (miniflare ${await versionOf('miniflare')})`,
    target: await targetAt(Number(port)),
    stop: async () => await miniflare.dispose(),
  }
}
