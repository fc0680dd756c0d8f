/** The audio formats that Clips stores: their content types and file extensions. Pure. */

/** The usual file extension, by content type. */
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

/** The content types under which audio is stored and served. */
export type AudioType = keyof typeof extensions

/** The extension for the file name of a download. */
export function extensionOf(contentType: string): string {
  return isAudioType(contentType) ? extensions[contentType] : 'bin'
}

function isAudioType(contentType: string): contentType is AudioType {
  return Object.hasOwn(extensions, contentType)
}

/** Whether a raw upload may declare this content type. The probe decides what the bytes really are. */
export function declaresAudio(contentType: string): boolean {
  return /^(audio\/|video\/(webm|mp4|ogg)|application\/(ogg|octet-stream))/i.test(contentType)
}
