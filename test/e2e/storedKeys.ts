import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * The keys of all that lies in the bucket of a state folder, uploads that are not complete included. Waveforms are left out:
 * they come some seconds after an upload.
 */
export function storedKeys(state: string): string[] {
  // Where Miniflare, which stands in for R2, keeps its index: a file for each bucket, and one of its own.
  const folder = join(state, 'wrangler/v3/r2/miniflare-R2BucketObject')
  const buckets = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  if (buckets.length !== 1) throw new Error(`one bucket is expected in ${folder}, not ${buckets.length}`)
  const index = new DatabaseSync(join(folder, String(buckets[0])), { readOnly: true, timeout: 5000 })
  try {
    const inProgress = 0
    const rows = index
      .prepare('select key from _mf_objects union all select key from _mf_multipart_uploads where state = ?')
      .all(inProgress)
    const keys = rows.map(({ key }) => String(key))
    return keys.filter((key) => !key.endsWith('/waveform')).toSorted()
  } finally {
    index.close()
  }
}
