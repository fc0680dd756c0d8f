/** The tags of a file, from wherever it has some. */
import { parseBuffer } from 'music-metadata'
import type { EmbeddedTags, Excerpt } from './containers/survey.ts'
import { repairText } from './tagText.ts'

const fields = ['title', 'artist', 'genre', 'description'] as const

/** Of each field the first that is there and not blank. Tags that cannot be read count as none. */
export async function readTags(sources: (Excerpt | EmbeddedTags)[]): Promise<EmbeddedTags> {
  const tags: EmbeddedTags = {
    title: undefined,
    artist: undefined,
    genre: undefined,
    description: undefined,
  }
  for (const source of sources) {
    const found = 'bytes' in source ? await parseExcerpt(source) : source
    for (const field of fields) tags[field] ??= found?.[field]?.trim() || undefined
  }
  return tags
}

/** What music-metadata reads in ID3 tags and iTunes' lists. It sees no more than the excerpt, whatever the file. */
async function parseExcerpt({ bytes, mimeType }: Excerpt): Promise<EmbeddedTags | undefined> {
  try {
    const { common } = await parseBuffer(bytes, { mimeType, size: bytes.byteLength }, { skipCovers: true })
    return {
      title: repaired(common.title),
      artist: repaired(common.artist),
      genre: repaired(common.genre?.[0]),
      description: repaired(common.description?.[0] ?? common.comment?.[0]?.text),
    }
  } catch {
    return undefined
  }
}

function repaired(text: string | undefined): string | undefined {
  return text === undefined ? undefined : repairText(text)
}
