/** An upload as a multipart form or as a raw body: one stream of audio, and the fields that come with it. */
import { parse as parseDisposition } from 'content-disposition'
import { isAudioContentType } from '../audio/audioFormats.ts'
import { verifyDigests } from '../audio/digests.ts'
import { payloadTooLarge } from '../audio/stageUpload.ts'
import { readBody } from '../http/jsonBody.ts'
import { Problem, type Place } from '../http/problem.ts'
import { parseFields } from '../http/router.ts'
import { NewClipTexts, type NewClipFields } from './clipFields.ts'
import { maxFormOverheadBytes, MultipartForm } from './multipartForm.ts'

/** An upload, from its first byte. Read `audio` to its end before `details`. */
export type Upload = {
  audio: AsyncIterable<Uint8Array>
  /** What identifies the request, if that is known before its audio: an import goes by its URL and fields. */
  identity: unknown[] | undefined
  /** Where its sender can put a title. */
  titlePlace: Place
  /** The fields in the body, and the file's own name. In a form, they may come behind the file. */
  details: () => Promise<{ fields: NewClipFields; fileName: string | undefined }>
  /** Stops reading, after a failure. */
  cancel: (error: unknown) => void
}

/**
 * Opens an upload. `fileName` is the query parameter. Throws 400, 413, 415 or 422, and so do the parts of the upload while
 * they are read.
 */
export async function openUpload(
  request: Request,
  fileName: string | undefined,
  maxBytes: number,
): Promise<Upload> {
  const contentType = request.headers.get('Content-Type') ?? ''
  if (request.headers.has('Content-Encoding')) {
    throw new Problem('unsupported-body', { detail: 'The audio must come without a Content-Encoding.' })
  }
  if (!request.body) throw new Problem('not-audio', { detail: 'The body is empty.' })
  const body = verifyDigests(readBody(request.body), request.headers)
  if (/^multipart\/form-data\b/i.test(contentType)) {
    refuseDeclaredLength(request, maxBytes, maxFormOverheadBytes)
    return await openForm(body, contentType, maxBytes)
  }
  if (isAudioContentType(contentType)) {
    refuseDeclaredLength(request, maxBytes)
    const name = fileName ?? nameInDisposition(request.headers.get('Content-Disposition'))
    return openRaw(body, name)
  }
  throw new Problem('unsupported-body', {
    detail:
      'Send multipart/form-data with a `file` part, the audio itself with an audio content type, ' +
      'or application/json with its `url`.',
  })
}

/** A body whose declared length is too large need not be read. */
function refuseDeclaredLength(request: Request, maxBytes: number, overheadBytes = 0): void {
  const declared = Number(request.headers.get('Content-Length') ?? 0)
  if (declared > maxBytes + overheadBytes) throw payloadTooLarge(maxBytes)
}

/** A multipart form: the file is a part of it, the fields are others. */
async function openForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  maxBytes: number,
): Promise<Upload> {
  const form = new MultipartForm(body, contentType, maxBytes)
  const { audio, name } = await form.openFile()
  return {
    audio,
    identity: undefined,
    titlePlace: { pointer: '/title' },
    details: async () => {
      const fields = parseFields(NewClipTexts, groupByName(await form.texts()))
      return { fields, fileName: name }
    },
    cancel: (error) => form.cancel(error),
  }
}

/** A raw body: the audio is all of it, the fields are in the query. */
function openRaw(body: AsyncIterable<Uint8Array>, fileName: string | undefined): Upload {
  return {
    audio: body,
    identity: undefined,
    titlePlace: { parameter: 'title' },
    details: async () => await Promise.resolve({ fields: {}, fileName }),
    cancel: () => {},
  }
}

/** The texts of a form like the parameters of a query: a repeated name has a list. */
function groupByName(texts: [name: string, value: string][]): Record<string, string | string[]> {
  const grouped = Map.groupBy(texts, ([name]) => name)
  const values = [...grouped].map(([name, entries]) => [name, entries.map(([, value]) => value)] as const)
  return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]))
}

/** The file name in a `Content-Disposition` (RFC 6266). */
export function nameInDisposition(header: string | null): string | undefined {
  return header === null ? undefined : parseDisposition(header).parameters['filename']
}
