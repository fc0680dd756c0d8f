/** A file in the hostile corpus, and what an upload of it must come to: the clip's facts, or a problem. */
export type HostileFile = [name: string, make: () => Uint8Array, expected: Expected]

type Expected = { duration: number; title?: string; contentType?: string } | 'not-audio' | 'damaged-audio'
