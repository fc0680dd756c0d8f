/**
 * What streaming must know of a clip and may not ask the database for: it stands in the R2 metadata of the audio.
 */
import { z } from 'zod'

export type Label = {
  /** From the bytes. */
  contentType: string
  /** For the name of a download. */
  title: string
  visibility: 'public' | 'private'
  /** The API key whose clip it is; null for the admin's. */
  ownerId: string | null
  /** When the bytes were first stored: it stays when the audio gets another label. */
  storedAt: Date
}

const CustomMetadata = z.object({
  title: z.string().transform(decodeTitle),
  visibility: z.enum(['public', 'private']),
  owner: z.uuid().optional(),
  storedat: z.iso.datetime().transform((time) => new Date(time)),
})

/** A label as R2 keeps it: percent-encoded, because S3 clients see these values as HTTP headers. */
export function writeLabel(label: Label): {
  httpMetadata: R2HTTPMetadata
  customMetadata: Record<string, string>
} {
  return {
    httpMetadata: { contentType: label.contentType },
    customMetadata: {
      title: encodeURIComponent(label.title),
      visibility: label.visibility,
      ...(label.ownerId !== null && { owner: label.ownerId }),
      storedat: label.storedAt.toISOString(),
    },
  }
}

/** The label of an object. One that cannot be read counts as private: better silent than indiscreet. */
export function readLabel(object: R2Object): Label {
  const contentType = object.httpMetadata?.contentType ?? 'application/octet-stream'
  const custom = CustomMetadata.safeParse(object.customMetadata)
  if (!custom.success) {
    return { contentType, title: '', visibility: 'private', ownerId: null, storedAt: object.uploaded }
  }
  const { title, visibility, owner: ownerId = null, storedat: storedAt } = custom.data
  return { contentType, title, visibility, ownerId, storedAt }
}

function decodeTitle(title: string): string {
  try {
    return decodeURIComponent(title)
  } catch {
    return ''
  }
}
