/** Links to private audio: HMAC-SHA-256 over path and expiry. */

/** Whether a link's signature is ours, and still good. */
export type LinkVerdict = 'good' | 'expired' | 'forged' | 'none'

const encoder = new TextEncoder()

/** The query of a link to `path` that is good until `expires` (seconds since 1970). */
export async function signLink(path: string, expires: number, signingKey: string): Promise<string> {
  const key = await importKey(signingKey)
  const signature = await crypto.subtle.sign('HMAC', key, signedText(path, String(expires)))
  const text = new Uint8Array(signature).toBase64({ alphabet: 'base64url', omitPadding: true })
  return new URLSearchParams({ expires: String(expires), signature: text }).toString()
}

/**
 * Checks a link against each of the keys: the current one, and during a rotation the one before. The comparison is
 * Web Crypto's, in constant time. Only the exact text that was signed passes.
 */
export async function checkLink(
  path: string,
  query: URLSearchParams,
  signingKeys: string[],
  nowSeconds: number,
): Promise<LinkVerdict> {
  const expires = query.get('expires')
  const signature = query.get('signature')
  if (expires === null && signature === null) return 'none'
  const bytes = decodeSignature(signature ?? '')
  if (!bytes || expires === null || !/^[1-9]\d{0,11}$/.test(expires)) return 'forged'
  const text = signedText(path, expires)
  for (const signingKey of signingKeys) {
    const ours = await crypto.subtle.verify('HMAC', await importKey(signingKey), bytes, text)
    if (ours) return Number(expires) > nowSeconds ? 'good' : 'expired'
  }
  return 'forged'
}

/** 32 bytes, written in the one way that we write them: another spelling of the same bytes is not our link. */
function decodeSignature(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined
  const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true }) === text ? bytes : undefined
}

function signedText(path: string, expires: string): Uint8Array {
  return encoder.encode(`${path}\n${expires}`)
}

async function importKey(signingKey: string): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return await crypto.subtle.importKey('raw', encoder.encode(signingKey), hmac, false, ['sign', 'verify'])
}
