/** API keys: `clips_` and 256 random bits, known to us by their hash alone. */

const prefix = 'clips_'
const keyBytes = 32

/** A new key. It is shown once. */
export function generateKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes))
  return prefix + bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Whether a text has the form of a key that we made: what has not is not worth a query. */
export function isWellFormedKey(text: string): boolean {
  return /^clips_[A-Za-z0-9_-]{43}$/.test(text)
}

/** SHA-256 in lower-case hex. The key has 256 random bits, so that a plain hash gives nothing away. */
export async function hashKey(key: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))).toHex()
}
