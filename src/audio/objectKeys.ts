/** Where audio lies in R2. */

/** An upload that has arrived but is not yet a clip: rubbish by its prefix, cleared after a day. */
export function incomingKey(clipId: string): string {
  return `incoming/${clipId}`
}

/** The audio of a clip. */
export function audioKey(clipId: string): string {
  return `clips/${clipId}/audio`
}

/** Everything of every clip lies under this prefix. */
export const clipsPrefix = 'clips/'

/** Everything that has arrived and is not yet a clip lies under this prefix. */
export const incomingPrefix = 'incoming/'

/** The clip that a key belongs to, `clips/{id}/…`; undefined for a key that is of no clip. */
export function clipIdOf(key: string): string | undefined {
  return /^clips\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(key)?.[1]
}
