/** Who listens, without knowing who it is: no address is stored or logged, no cookie is set. */
import { networkOf } from '../http/network.ts'

/** What a listener is told by. */
export type Signs = { address: string; userAgent: string; at: Date }

/**
 * SHA-256 of address, user agent and a secret that changes each UTC day: the same listener is the same one for a
 * day and another one the next. Only who holds the signing key could test a guess.
 */
export async function listenerId({ address, userAgent, at }: Signs, signingKey: string): Promise<string> {
  const secret = await secretOfDay(at.toISOString().slice(0, 10), signingKey)
  // A header has no line breaks, so no two listeners make the same text.
  const text = [secret, networkOf(address), userAgent].join('\n')
  return hex(await crypto.subtle.digest('SHA-256', bytes(text)))
}

async function secretOfDay(date: string, signingKey: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes(signingKey), algorithm, false, ['sign'])
  return hex(await crypto.subtle.sign(algorithm, key, bytes(`listener ${date}`)))
}

const bytes = (text: string) => new TextEncoder().encode(text)
const hex = (buffer: ArrayBuffer) => new Uint8Array(buffer).toHex()
