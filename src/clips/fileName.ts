/** What a file is called, by the headers and addresses that name it. Pure. */
import { parse as parseDisposition } from 'content-disposition'

/** The name in a `Content-Disposition` (RFC 6266). */
export function nameInDisposition(header: string | null): string | undefined {
  return header === null ? undefined : parseDisposition(header).parameters['filename']
}

/** The last segment of a URL's path, as people would write it. */
export function nameInPath(url: URL): string | undefined {
  const segment = url.pathname.split('/').at(-1) ?? ''
  if (segment === '') return undefined
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // not UTF-8 by its escapes
  }
}
