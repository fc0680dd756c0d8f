/** `Server-Timing` (W3C): where the time before the headers went, for the network panel of a browser. Pure. */

/** Something that a request has waited for, in milliseconds. */
export type Wait = { name: 'total' | 'db' | 'cache'; ms: number; description?: string | undefined }

/** The header's value: `db;dur=4, cache;dur=2;desc="HIT"`. */
export function writeServerTiming(waits: Wait[]): string {
  return waits.map(writeWait).join(', ')
}

/** A description is a quoted-string (RFC 9110 §5.6.4), so what could end the quotes is left out. */
function writeWait({ name, ms, description }: Wait): string {
  const about = description === undefined ? '' : `;desc="${description.replace(/[^\w ./-]/g, '')}"`
  return `${name};dur=${ms}${about}`
}
