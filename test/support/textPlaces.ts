/** Every place of a request that the OpenAPI document knows, with a request that has any text there. */
import { z } from 'zod'
import { app, sections } from '../../src/app.ts'
import { openApiDocument } from '../../src/http/openApi.ts'
import { inForm, inHeader, inUrl } from './anyText.ts'
import { asAdmin, call, fixture, origin } from './api.ts'
import { concatenated, utf8 } from './bytes.ts'
import { audio, end, filePart, part } from './forms.ts'

/** A place, and how to send a text there. `id` is that of a clip, and `text` is the one that is on trial. */
export type TextPlace = [name: string, send: (text: string, id: string) => Promise<Response>]

const Operation = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['query', 'path', 'header']) })).default([]),
  requestBody: z
    .object({
      content: z.record(z.string(), z.object({ schema: z.object({ $ref: z.string().optional() }) })),
    })
    .optional(),
})
const Schema = z.object({
  properties: z.record(z.string(), z.object({ type: z.unknown().optional() })).optional(),
})
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
})

type Operation = z.output<typeof Operation>

const document = Document.parse(JSON.parse(openApiDocument(app, origin, sections)))

/** JSON that each schema accepts. A new one needs a row. */
const accepted: Record<string, object> = {
  ClipImport: { url: 'http://10.0.0.1/', title: 'x' },
  ClipPatch: {},
  NewApiKey: { name: 'x', scopes: ['read'] },
  NewLink: { expires_in: 60 },
}

/** Every place. */
export const textPlaces: TextPlace[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) => placesOf(method.toUpperCase(), path, operation)),
)

function placesOf(method: string, path: string, { parameters, requestBody }: Operation): TextPlace[] {
  const inBodies = Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
    bodyPlaces(method, path, type, schema.$ref?.split('/').at(-1)),
  )
  return [
    ...parameters.map((parameter) => parameterPlace(method, path, parameter)),
    [
      `${method} ${path}: the name of a parameter`,
      async (text, id) => await call(`${withId(path, id)}?${inUrl(text)}=x`, { method, headers: asAdmin }),
    ],
    ...inBodies,
  ]
}

function withId(path: string, id: string): string {
  return path.replace('{id}', id)
}

function parameterPlace(
  method: string,
  path: string,
  { name, in: where }: Operation['parameters'][number],
): TextPlace {
  // The bytes of a new clip; the title is missing where the text is to give it.
  const isUpload = method === 'POST' && path === '/api/clips'
  const body = isUpload ? fixture('opus.opus') : undefined
  const headers = { ...asAdmin, ...(isUpload && { 'Content-Type': 'audio/ogg' }) }
  return [
    `${method} ${path}: ${where} ${name}`,
    async (text, id) => {
      const parameter = where === 'query' ? `&${name}=${inUrl(text)}` : ''
      const query = isUpload ? `?allow_duplicate=1${parameter}` : parameter.replace('&', '?')
      const more = where === 'header' ? { [name]: inHeader(text) } : {}
      return await call(withId(path, where === 'path' ? inUrl(text) : id) + query, {
        method,
        headers: { ...headers, ...more },
        ...(body && { body }),
      })
    },
  ]
}

function bodyPlaces(method: string, path: string, type: string, schemaName = ''): TextPlace[] {
  const properties = Object.entries(document.components.schemas[schemaName]?.properties ?? {})
  if (type === 'multipart/form-data') {
    return properties.map(([name]) => [
      `${method} ${path}: form ${name}`,
      async (text) =>
        await sendForm(path, name === 'file' ? [namedFile(text)] : [textOf(name, text), filePart()]),
    ])
  }
  if (!type.endsWith('json')) return []
  const base = accepted[schemaName]
  if (!base) throw new Error(`there is no JSON for ${schemaName}`)
  const send = async (id: string, body: object) =>
    await call(withId(path, id), {
      method,
      headers: { ...asAdmin, 'Content-Type': type },
      body: JSON.stringify(body),
    })
  return [
    ...properties.map(([name, schema]): TextPlace => [
      `${method} ${path}: ${type} ${name}`,
      async (text, id) =>
        await send(id, { ...base, [name]: [schema.type].flat().includes('array') ? [text] : text }),
    ]),
    [
      `${method} ${path}: ${type}, the name of a field`,
      async (text, id) => await send(id, { ...base, [text]: 'x' }),
    ],
  ]
}

const textOf = (name: string, text: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, inForm(text))

/** A file with this name. */
const namedFile = (name: string) =>
  concatenated(
    utf8('--b\r\nContent-Disposition: form-data; name="file"; filename="'),
    inForm(name),
    utf8('.opus"\r\n\r\n'),
    audio(),
    utf8('\r\n'),
  )

/** Sends a form of these parts. */
export async function sendForm(path: string, parts: Uint8Array[]): Promise<Response> {
  return await call(`${path}?allow_duplicate=1`, {
    method: 'POST',
    headers: { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' },
    body: concatenated(...parts, end()),
  })
}
