/** Which formats are taken, and what each is called in HTTP and in file names. Pure. */

export type AudioType = { contentType: string; extension: string }

/** By the container's name as music-metadata gives it; the first entry that it starts with counts. */
const audioTypes: [container: string, type: AudioType][] = [
  ['MPEG', { contentType: 'audio/mpeg', extension: 'mp3' }],
  ['ADTS', { contentType: 'audio/aac', extension: 'aac' }],
  ['FLAC', { contentType: 'audio/flac', extension: 'flac' }],
  ['WAVE', { contentType: 'audio/wav', extension: 'wav' }],
  ['AIFF', { contentType: 'audio/aiff', extension: 'aiff' }],
  ['Ogg', { contentType: 'audio/ogg', extension: 'ogg' }],
  ['EBML/webm', { contentType: 'audio/webm', extension: 'webm' }],
  ['EBML/matroska', { contentType: 'audio/matroska', extension: 'mka' }],
]

/** Brands of ISO base media files (ISO/IEC 14496-12 §4.3), as music-metadata lists them: `M4A/isom/iso2`. */
const isoBrands = /^(M4A|M4B|mp4|isom|iso\d|dash|qt|3gp)/i

/** What a container holds in HTTP terms; undefined for one that is not taken. */
export function audioType(container: string | undefined, codec: string | undefined): AudioType | undefined {
  if (container === undefined) return undefined
  if (isoBrands.test(container)) return { contentType: 'audio/mp4', extension: 'm4a' }
  const type = audioTypes.find(([name]) => container.startsWith(name))?.[1]
  return type?.extension === 'ogg' && codec === 'Opus' ? { ...type, extension: 'opus' } : type
}

/** The usual extension for a stored content type, for the name that a download gets. */
export function extensionOf(contentType: string): string {
  if (contentType === 'audio/mp4') return 'm4a'
  return audioTypes.find(([, type]) => type.contentType === contentType)?.[1].extension ?? 'bin'
}

/** Content types by which a raw upload may announce itself. What it is, its bytes say. */
export function claimsAudio(contentType: string): boolean {
  return /^(audio\/|video\/(webm|mp4|ogg)|application\/(ogg|octet-stream))/i.test(contentType)
}
