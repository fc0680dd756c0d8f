/** Which formats are taken, and what each is called in HTTP and in file names. Pure. */

/** By the container's name as music-metadata gives it; the first pattern that fits counts. */
const formats: { container: RegExp; contentType: string; extension: string }[] = [
  { container: /^MPEG/, contentType: 'audio/mpeg', extension: 'mp3' },
  { container: /^ADTS/, contentType: 'audio/aac', extension: 'aac' },
  { container: /^FLAC/, contentType: 'audio/flac', extension: 'flac' },
  { container: /^WAVE/, contentType: 'audio/wav', extension: 'wav' },
  { container: /^AIFF/, contentType: 'audio/aiff', extension: 'aiff' },
  { container: /^Ogg/, contentType: 'audio/ogg', extension: 'ogg' },
  { container: /^EBML\/webm/, contentType: 'audio/webm', extension: 'webm' },
  { container: /^EBML\/matroska/, contentType: 'audio/matroska', extension: 'mka' },
  // The brands of an ISO base media file (ISO/IEC 14496-12 §4.3), joined: `M4A/isom/iso2`.
  { container: /^(M4A|M4B|mp4|isom|iso\d|dash|qt|3gp)/i, contentType: 'audio/mp4', extension: 'm4a' },
]

/** The content type of what a container holds; undefined for one that is not taken. */
export function audioContentType(container: string): string | undefined {
  return formats.find((format) => format.container.test(container))?.contentType
}

/** The usual extension for a stored content type, for the name that a download gets. */
export function extensionOf(contentType: string): string {
  return formats.find((format) => format.contentType === contentType)?.extension ?? 'bin'
}

/** Content types by which a raw upload may announce itself. What it is, its bytes say. */
export function claimsAudio(contentType: string): boolean {
  return /^(audio\/|video\/(webm|mp4|ogg)|application\/(ogg|octet-stream))/i.test(contentType)
}
