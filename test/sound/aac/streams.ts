/** The streams in test/fixtures/aac. */
import { type AacStream, readAdts } from '../../support/adts.ts'

const files = import.meta.glob<string>('../../fixtures/aac/*.aac', {
  query: '?inline',
  import: 'default',
  eager: true,
})

export const streams = new Map<string, AacStream>(
  Object.entries(files).map(([path, url]) => {
    const stream = readAdts(Uint8Array.fromBase64(url.slice(url.indexOf(',') + 1)))
    const name = path.slice(path.lastIndexOf('/') + 1)
    // Its header does not number them.
    if (name === 'listed.aac') stream.track.channels = 8
    return [name, stream]
  }),
)
