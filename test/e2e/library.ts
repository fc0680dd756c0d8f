/** The library, as anyone can read it. */
import { z } from 'zod'

export const Clip = z.object({
  id: z.string(),
  title: z.string(),
  duration: z.number(),
  audio: z.object({ content_type: z.string(), size: z.number(), sha256: z.string() }),
  audio_url: z.url(),
})
export type Clip = z.infer<typeof Clip>

const Page = z.object({ items: z.array(Clip), next_cursor: z.string().nullable() })

/** Every clip, newest first. */
export async function everyClip(url: string): Promise<Clip[]> {
  const clips: Clip[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor !== null && { cursor }) })
    const response = await fetch(`${url}/api/clips?${query.toString()}`)
    const body = await response.text()
    if (!response.ok) throw new Error(`The library cannot be listed: ${response.status} ${body}`)
    const page = Page.parse(JSON.parse(body))
    clips.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return clips
}
