/** Signed links to private audio: HMAC-SHA-256 over path and expiry. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { limitJson } from '../http/jsonBody.ts'
import { Problem } from '../http/problem.ts'
import { json, jsonBody, needsKey, NoQuery, problems } from '../http/responses.ts'
import { inOrder, idParams, integer } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { authenticate, requireScope } from './authenticate.ts'
import { mayChange, readableClip } from './permissions.ts'
import { rateLimit } from './rateLimit.ts'

const maxLifetimeSeconds = 7 * 24 * 60 * 60

const NewLink = z
  .strictObject({
    expires_in: integer(1, maxLifetimeSeconds).openapi({
      description: 'Seconds for which the link is valid; at most seven days.',
      example: 3600,
    }),
  })
  .openapi('NewLink')

const Link = z
  .object({
    url: z.url().openapi({
      description: 'The address of the stream, signed.',
      example:
        'https://clips.example/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream?expires=1795600000&signature=kQx0',
    }),
    expires_at: z.iso.datetime().openapi({ description: 'RFC 3339, UTC.' }),
  })
  .openapi('Link')

const checks = inOrder(authenticate, requireScope('read'), rateLimit('write'), limitJson('application/json'))

export const createLink = defineOpenAPIRoute({
  route: createRoute({
    method: 'post',
    path: '/api/clips/{id}/links',
    operationId: 'createLink',
    tags: ['Access'],
    ...needsKey,
    summary: 'Create a signed link to a private clip',
    description:
      'Anyone with the link may stream the clip until the link expires, without a key. Needs the scope `read` and ' +
      'ownership of the clip (or `admin`).',
    middleware: checks,
    request: { params: idParams('clip-not-found'), query: NoQuery, body: jsonBody(NewLink) },
    responses: {
      201: json('The link.', Link),
      ...problems(checks, 'clip-not-found', 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const row = await readableClip(c.var.db, id, c.var.caller)
    // A link outlives a change of visibility, so only the owner may create one, even of a public clip.
    if (mayChange(c.var.caller, row) !== 'yes') {
      throw new Problem('forbidden', { detail: 'The clip belongs to another key.' })
    }
    const expires = Math.floor(Date.now() / 1000) + c.req.valid('json').expires_in
    const path = streamPath(id)
    const query = await signLink(path, expires, c.var.settings.signingKey)
    const expiresAt = new Date(expires * 1000).toISOString()
    return c.json({ url: `${publicOrigin(c)}${path}?${query}`, expires_at: expiresAt }, 201)
  },
})

/** The path that a link signs. */
export function streamPath(clipId: string): string {
  return `/api/clips/${clipId}/stream`
}

/** The query of a link to `path` that is valid until `expires` (seconds since 1970). */
export async function signLink(path: string, expires: number, signingKey: string): Promise<string> {
  const key = await importKey(signingKey)
  const signature = await crypto.subtle.sign('HMAC', key, signedText(path, String(expires)))
  const text = new Uint8Array(signature).toBase64({ alphabet: 'base64url', omitPadding: true })
  return new URLSearchParams({ expires: String(expires), signature: text }).toString()
}

/** Whether a request has a link with our signature that has not expired. */
export type LinkVerdict = 'valid' | 'expired' | 'forged' | 'none'

/**
 * Verifies a link with each of the keys: the current one, and during a rotation the previous one. Web Crypto compares in
 * constant time. Only the exact text that was signed passes.
 */
export async function verifyLink(
  path: string,
  { expires, signature }: { expires?: string | undefined; signature?: string | undefined },
  signingKeys: string[],
  nowSeconds: number,
): Promise<LinkVerdict> {
  if (expires === undefined && signature === undefined) return 'none'
  const bytes = decodeSignature(signature ?? '')
  if (!bytes || expires === undefined || !/^[1-9]\d{0,11}$/.test(expires)) return 'forged'
  const text = signedText(path, expires)
  for (const signingKey of signingKeys) {
    const isOurs = await crypto.subtle.verify('HMAC', await importKey(signingKey), bytes, text)
    if (isOurs) return Number(expires) > nowSeconds ? 'valid' : 'expired'
  }
  return 'forged'
}

/** Decodes 32 bytes. Another spelling of the same bytes is not accepted. */
function decodeSignature(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined
  const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true }) === text ? bytes : undefined
}

function signedText(path: string, expires: string): Uint8Array {
  return new TextEncoder().encode(`${path}\n${expires}`)
}

async function importKey(signingKey: string): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = new TextEncoder().encode(signingKey)
  return await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
}
