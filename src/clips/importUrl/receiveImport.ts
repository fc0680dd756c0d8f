/** Takes in audio by its URL, up to the point where its bytes lie in R2, as an upload's do. */
import { z } from '@hono/zod-openapi'
import { arrive } from '../../audio/arrive.ts'
import { checkClaimedDigests, readClaimedDigests } from '../../audio/claimedDigests.ts'
import { RunningDigests } from '../../audio/digests.ts'
import { parseJson, readJsonBytes, valid } from '../../http/valid.ts'
import { NewClipFields } from '../fields.ts'
import { nameInDisposition, nameInPath } from '../fileName.ts'
import type { Destination, Upload } from '../receiveUpload.ts'
import type { SourceRules } from './checkSourceUrl.ts'
import { importLimits, type ImportLimits } from './limits.ts'
import { openSource } from './openSource.ts'
import { readSource } from './readSource.ts'

const SourceUrl = z
  .string()
  .max(2048, 'At most 2048 characters.')
  .transform((text, context) => {
    const url = URL.parse(text)
    if (url) return url
    context.addIssue({ code: 'custom', message: 'Must be a URL with its scheme and host.' })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    format: 'uri',
    description: 'Where the audio is: http or https, on a public host.',
    example: 'https://example.com/rain.flac',
  })

/** The URL, and beside it what may be said of any new clip. */
export const ClipImport = z.strictObject({ url: SourceUrl, ...NewClipFields.shape }).openapi('ClipImport', {
  example: { url: 'https://example.com/rain.flac', title: 'Rain on a tin roof', tags: ['rain'] },
})

export type ClipImport = z.output<typeof ClipImport>

/** Whether a request to create a clip names a URL instead of bringing the audio along. */
export function isImport(request: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers.get('Content-Type') ?? '')
}

/** What a request asks to be imported. The digests that it names are those of its JSON. Throws 400, 413 and 422. */
export async function readImport(request: Request): Promise<ClipImport> {
  const claims = readClaimedDigests(request.headers)
  const json = await readJsonBytes(request, ['application/json'])
  const hashing = new RunningDigests(claims.map(({ algorithm }) => algorithm))
  await hashing.update(json)
  checkClaimedDigests(claims, await hashing.finish())
  return valid(ClipImport, parseJson(json))
}

/** Fetches and stores it. Throws 413, 415 and 422 for what the URL leads to. */
export async function fetchImport(
  { url, ...fields }: ClipImport,
  to: Destination,
  rules: SourceRules,
  limits: ImportLimits = importLimits,
): Promise<Upload> {
  const source = await openSource(url, rules, limits, to.maxBytes)
  const arrived = await arrive(to.bucket, to.key, readSource(source, limits), to.maxBytes)
  const fileName = nameInDisposition(source.headers.get('Content-Disposition')) ?? nameInPath(source.url)
  return { fields, fileName, arrived }
}
