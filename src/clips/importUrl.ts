/** Import by URL: the JSON of the request becomes one stream of audio and its fields, like any upload. */
import { z } from '@hono/zod-openapi'
import { verifyDigests } from '../audio/digests.ts'
import { parseJson, readJsonBytes } from '../http/jsonBody.ts'
import { parseFields } from '../http/router.ts'
import { NewClipFields } from './clipFields.ts'
import { importLimits, openSource, readSource, type ImportLimits } from './fetchSource.ts'
import type { SourceRules } from './publicHost.ts'
import { nameInDisposition, type Upload } from './readUpload.ts'

const SourceUrl = z
  .string({
    error: ({ input }) => (input === undefined ? 'Is required: the address of the audio.' : undefined),
  })
  .max(2048)
  .transform((text, context) => {
    const url = URL.parse(text)
    if (url) return url
    context.addIssue({ code: 'custom', message: 'Must be a URL with scheme and host.' })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    format: 'uri',
    maxLength: 2048,
    description: 'The address of the audio: http or https, on a public host.',
  })

/** The URL, and the fields of the new clip. */
export const ClipImport = z.strictObject({ url: SourceUrl, ...NewClipFields.shape }).openapi({
  // An asset of the documentation page, so that the example succeeds without a network.
  example: { url: 'https://clips.example/api/docs/three-bells.mp3', tags: ['bells'] },
})

/** Whether the body of a create is an import. */
export function isImport({ headers }: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? '')
}

/**
 * Reads the request for an import. Its audio is fetched when it is read: then a refused URL, or a source that fails, throws
 * 413 or 422. Digest headers are those of the JSON.
 */
export async function openImport(
  request: Request,
  maxBytes: number,
  rules: SourceRules,
  limits: ImportLimits = importLimits,
): Promise<Upload> {
  const json = await readJsonBytes(request)
  for await (const _ of verifyDigests([json], request.headers)) continue
  const wanted = parseFields(ClipImport, parseJson(json))
  const { url, ...fields } = wanted
  let fileName: string | undefined
  async function* fetchAudio(): AsyncGenerator<Uint8Array> {
    const source = await openSource(url, rules, limits, maxBytes)
    fileName = nameInDisposition(source.headers.get('Content-Disposition')) ?? nameInPath(source.url)
    yield* readSource(source, limits)
  }
  return {
    audio: fetchAudio(),
    identity: [wanted],
    titlePlace: { pointer: '/title' },
    details: async () => await Promise.resolve({ fields, fileName }),
    cancel: () => {},
  }
}

/** The last segment of a URL's path, decoded. */
export function nameInPath(url: URL): string | undefined {
  const segment = url.pathname.split('/').at(-1) ?? ''
  if (segment === '') return undefined
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // its escapes are not UTF-8
  }
}
