/** Drops cached responses by tag. Throws when the cache refuses; locally there is none, and nothing to drop. */
export async function purgeTags(cache: CacheContext | undefined, tags: string[]): Promise<void> {
  if (!cache) return
  const { success, errors } = await cache.purge({ tags })
  if (!success) throw new Error(`purge refused: ${errors.map(({ message }) => message).join('; ')}`)
}
