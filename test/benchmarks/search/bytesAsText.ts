/** `Uint8Array` as base64 and in hexadecimal digits, which workerd and browsers have, and Node 24 does not. */

type Options = { alphabet?: 'base64' | 'base64url' | undefined }

function toBase64(this: Uint8Array, { alphabet = 'base64' }: Options = {}): string {
  return Buffer.from(this).toString(alphabet)
}

function fromBase64(text: string, { alphabet = 'base64' }: Options = {}): Uint8Array {
  return new Uint8Array(Buffer.from(text, alphabet))
}

function toHex(this: Uint8Array): string {
  return Buffer.from(this).toString('hex')
}

const prototype: object = Uint8Array.prototype

if (!('toBase64' in prototype)) {
  Object.defineProperty(prototype, 'toBase64', { value: toBase64 })
  Object.defineProperty(prototype, 'toHex', { value: toHex })
  Object.defineProperty(Uint8Array, 'fromBase64', { value: fromBase64 })
}
