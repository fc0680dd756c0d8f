/** Takes in an upload, whatever form its body has, up to the point where its bytes lie in R2. */
import { arrive, tooLarge, type Arrived } from '../audio/arrive.ts'
import { declaresAudio } from '../audio/audioFormats.ts'
import { checkClaimedDigests, readClaimedDigests, type ClaimedDigest } from '../audio/claimedDigests.ts'
import { RunningDigests } from '../audio/digests.ts'
import { Problem } from '../http/problem.ts'
import { readBody } from '../http/requestBody.ts'
import { valid } from '../http/valid.ts'
import { fieldsFromTexts, NewClipFields } from './fields.ts'
import { nameInDisposition } from './fileName.ts'
import { maxOverheadBytes, readForm } from './readForm.ts'

/** What came: the fields as they were given, the file's own name, and where its bytes lie. */
export type Upload = { fields: NewClipFields; fileName: string | undefined; arrived: Arrived }

/** Where an upload goes. */
export type Destination = { bucket: R2Bucket; key: string; maxBytes: number }

/** Query parameters of a creation that are no fields of a clip. */
const otherParameters = ['filename', 'allow_duplicate']

/** Receives a multipart form or a raw body. Throws 400, 413, 415 or 422. */
export async function receiveUpload(request: Request, to: Destination): Promise<Upload> {
  const contentType = request.headers.get('Content-Type') ?? ''
  if (request.headers.has('Content-Encoding')) {
    throw new Problem('unsupported-body', { detail: 'Send the audio without a Content-Encoding.' })
  }
  if (!request.body) throw new Problem('not-audio', { detail: 'The body is empty.' })
  const body = readBody(request.body)
  const claims = readClaimedDigests(request.headers)
  if (/^multipart\/form-data\b/i.test(contentType)) {
    refuseDeclared(request, to.maxBytes, maxOverheadBytes)
    return await receiveForm(body, contentType, claims, to)
  }
  if (declaresAudio(contentType)) return await receiveRaw(request, body, claims, to)
  throw new Problem('unsupported-body', {
    detail:
      'Send multipart/form-data with a `file` part, the audio itself with an audio content type, ' +
      'or application/json with its `url`.',
  })
}

/** A body that says to be too long need not be read to be refused. */
function refuseDeclared(request: Request, maxBytes: number, overheadBytes = 0): void {
  const declared = Number(request.headers.get('Content-Length') ?? 0)
  if (declared > maxBytes + overheadBytes) throw tooLarge(maxBytes)
}

/** The digests that a request names are those of its whole content: of a form, all parts and boundaries. */
async function receiveForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  claims: ClaimedDigest[],
  to: Destination,
): Promise<Upload> {
  const hashing = new RunningDigests(claims.map(({ algorithm }) => algorithm))
  const storeFile = async (file: AsyncIterable<Uint8Array>) =>
    await arrive(to.bucket, to.key, file, to.maxBytes)
  const form = await readForm(hashedAsRead(body, hashing), contentType, to.maxBytes, storeFile)
  checkClaimedDigests(claims, await hashing.finish())
  const fields = valid(NewClipFields, fieldsFromTexts(form.texts))
  return { fields, fileName: form.fileName, arrived: form.stored }
}

async function receiveRaw(
  request: Request,
  body: AsyncIterable<Uint8Array>,
  claims: ClaimedDigest[],
  to: Destination,
): Promise<Upload> {
  const { searchParams } = new URL(request.url)
  const named = searchParams.get('filename') ?? nameInDisposition(request.headers.get('Content-Disposition'))
  for (const name of otherParameters) searchParams.delete(name)
  const fields = valid(NewClipFields, fieldsFromTexts(searchParams))
  refuseDeclared(request, to.maxBytes)
  const algorithms = claims.map(({ algorithm }) => algorithm)
  const arrived = await arrive(to.bucket, to.key, body, to.maxBytes, algorithms)
  checkClaimedDigests(claims, arrived.digests)
  return { fields, fileName: named, arrived }
}

async function* hashedAsRead(
  body: AsyncIterable<Uint8Array>,
  hashing: RunningDigests,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await hashing.update(chunk)
    yield chunk
  }
}
