/** Who listens, without knowing who it is: no address is stored or logged, no cookie is set. */
import ipaddr from 'ipaddr.js'

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

/**
 * What an address is known by: IPv4 whole, IPv6 by its first 64 bits, since one device goes through many
 * addresses of its network (IAB v2.1 and later, "Working with IPv6 Addresses"). IPv4 inside IPv6 is IPv4.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}

async function secretOfDay(date: string, signingKey: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes(signingKey), algorithm, false, ['sign'])
  return hex(await crypto.subtle.sign(algorithm, key, bytes(`listener ${date}`)))
}

const bytes = (text: string) => new TextEncoder().encode(text)
const hex = (buffer: ArrayBuffer) => new Uint8Array(buffer).toHex()
