/** Takes in an upload, whatever form its body has, up to the point where its bytes lie in R2. */
import { parse as parseDisposition } from 'content-disposition'
import { arrive, tooLarge, type Arrived } from '../audio/arrive.ts'
import { claimsAudio } from '../audio/audioType.ts'
import { Problem } from '../http/problem.ts'
import { valid } from '../http/valid.ts'
import { fieldsFromTexts, NewClipFields } from './fields.ts'
import { maxOverheadBytes, readForm } from './readForm.ts'

/** What came: the fields as they were given, the file's own name, and where its bytes lie. */
export type Upload = { fields: NewClipFields; fileName: string | undefined; arrived: Arrived }

/** Where an upload goes. */
export type Destination = { bucket: R2Bucket; key: string; maxBytes: number }

/** Receives a multipart form or a raw body. Throws 400, 413, 415 or 422. */
export async function receiveUpload(request: Request, to: Destination): Promise<Upload> {
  const contentType = request.headers.get('Content-Type') ?? ''
  if (!request.body) throw new Problem('not-audio', { detail: 'The body is empty.' })
  if (/^multipart\/form-data\b/i.test(contentType)) {
    refuseDeclared(request, to.maxBytes, maxOverheadBytes)
    return await receiveForm(request.body, contentType, to)
  }
  if (claimsAudio(contentType)) return await receiveRaw(request, request.body, to)
  throw new Problem('unsupported-body', {
    detail: 'Send multipart/form-data with a `file` part, or the audio itself with an audio content type.',
  })
}

/** A body that says to be too long need not be read to be refused. */
function refuseDeclared(request: Request, maxBytes: number, overheadBytes = 0): void {
  const declared = Number(request.headers.get('Content-Length') ?? 0)
  if (declared > maxBytes + overheadBytes) throw tooLarge(maxBytes)
}

async function receiveForm(body: ReadableStream, contentType: string, to: Destination): Promise<Upload> {
  const form = await readForm(body, contentType, to.maxBytes, (file) =>
    arrive(to.bucket, to.key, file, to.maxBytes),
  )
  const fields = valid(NewClipFields, fieldsFromTexts(form.texts))
  return { fields, fileName: form.fileName, arrived: form.stored }
}

async function receiveRaw(request: Request, body: ReadableStream, to: Destination): Promise<Upload> {
  const { searchParams } = new URL(request.url)
  const named = searchParams.get('filename') ?? dispositionName(request.headers.get('Content-Disposition'))
  searchParams.delete('filename')
  const fields = valid(NewClipFields, fieldsFromTexts(searchParams))
  refuseDeclared(request, to.maxBytes)
  const arrived = await arrive(to.bucket, to.key, body, to.maxBytes)
  return { fields, fileName: named, arrived }
}

function dispositionName(header: string | null): string | undefined {
  return header === null ? undefined : parseDisposition(header).parameters['filename']
}
