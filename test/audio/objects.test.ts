/** When the metadata of audio must be written again. */
import { expect, it } from 'vitest'
import { needsWrite } from '../../src/audio/objects.ts'

const audio = { contentType: 'audio/mpeg', fileName: 'tone.mp3', ownerId: null, storedAt: new Date() }

it.each([
  // What R2 has, what the row has, and whether the change is still pending.
  [{ visibility: 'public', revision: 1 }, { visibility: 'public', revision: 1, purgePending: false }, false],
  [{ visibility: 'public', revision: 1 }, { visibility: 'public', revision: 5, purgePending: false }, false],
  [{ visibility: 'public', revision: 1 }, { visibility: 'private', revision: 2, purgePending: true }, true],
  [{ visibility: 'public', revision: 1 }, { visibility: 'private', revision: 2, purgePending: false }, true],
  // The visibility is right, but a write of an earlier revision may still be under way.
  [{ visibility: 'private', revision: 1 }, { visibility: 'private', revision: 3, purgePending: true }, true],
  [{ visibility: 'private', revision: 3 }, { visibility: 'private', revision: 3, purgePending: true }, false],
  // Written before metadata had a revision.
  [{ visibility: 'private', revision: 0 }, { visibility: 'private', revision: 1, purgePending: true }, true],
  [
    { visibility: 'private', revision: 0 },
    { visibility: 'private', revision: 1, purgePending: false },
    false,
  ],
] as const)('metadata of %o for a row of %o: %s', (metadata, row, expected) => {
  expect(needsWrite({ ...audio, ...metadata }, row)).toBe(expected)
})
