/** Which formats are taken, and what each is called in HTTP and in file names. Pure. */

/** By stored content type, the usual extension. */
const extensions = {
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/aiff': 'aiff',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/matroska': 'mka',
  'audio/mp4': 'm4a',
}

/** What audio is stored and served as. */
export type AudioType = keyof typeof extensions

/** The usual extension for a stored content type, for the name that a download gets. */
export function extensionOf(contentType: string): string {
  return isAudioType(contentType) ? extensions[contentType] : 'bin'
}

function isAudioType(contentType: string): contentType is AudioType {
  return Object.hasOwn(extensions, contentType)
}

/** Content types by which a raw upload may announce itself. What it is, its bytes say. */
export function claimsAudio(contentType: string): boolean {
  return /^(audio\/|video\/(webm|mp4|ogg)|application\/(ogg|octet-stream))/i.test(contentType)
}
