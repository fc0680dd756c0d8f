/** Where audio lies in R2. */

/** An upload that has arrived but is not yet a clip: rubbish by its prefix, cleared after a day. */
export function incomingKey(clipId: string): string {
  return `incoming/${clipId}`
}

/** The audio of a clip. */
export function audioKey(clipId: string): string {
  return `clips/${clipId}/audio`
}
