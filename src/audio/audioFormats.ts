/** The audio formats that are accepted: their content types in HTTP, and their file names. Pure. */

/** The extensions of each content type. The first is the usual one. */
const extensions = {
  'audio/mpeg': ['mp3', 'mp2', 'mp1', 'mpga'],
  'audio/aac': ['aac', 'adts'],
  'audio/flac': ['flac'],
  'audio/wav': ['wav', 'wave'],
  'audio/aiff': ['aiff', 'aif', 'aifc'],
  'audio/ogg': ['ogg', 'oga', 'opus', 'spx'],
  'audio/webm': ['webm', 'weba'],
  'audio/matroska': ['mka'],
  'audio/mp4': ['m4a', 'm4b', 'mp4', '3gp', 'mov'],
  'audio/x-caf': ['caf'],
  'audio/amr': ['amr'],
  'audio/amr-wb': ['awb', 'amr'],
} as const

/** File systems take 255 bytes. */
const maxNameLength = 200

/** The content type that audio is stored and served as. */
export type AudioType = keyof typeof extensions

/**
 * Whether a raw upload declares a type that may hold audio: browsers and phones name a recording by its container, which
 * may hold video too, and programs that know no type send `octet-stream`. The bytes decide what it is.
 */
export function isAudioContentType(contentType: string): boolean {
  const type = contentType.split(';', 1)[0]?.trim() ?? ''
  const containers = /^video\/(webm|mp4|ogg|quicktime|3gpp2?|x-matroska|matroska)$/i
  return (
    /^(audio\/.+|application\/(ogg|mp4)|(application|binary)\/octet-stream)$/i.test(type) ||
    containers.test(type)
  )
}

/**
 * A file name for audio: no character that a file system rejects or takes for a path, and with an extension of its content
 * type, so that nobody can be made to save it as a program.
 */
export function audioFileName(name: string, contentType: string): string {
  const clean = name
    .replace(/[\\/:*?"<>|\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, maxNameLength)
    .toWellFormed()
  const accepted: readonly string[] = isAudioType(contentType) ? extensions[contentType] : ['bin']
  const extension = extensionOf(clean)
  const isAccepted = extension !== undefined && accepted.includes(extension)
  return isAccepted ? clean : `${clean || 'clip'}.${accepted[0]}`
}

/** The same for a name that replaces `storedName`, whose extension says what the audio is. */
export function audioFileNameLike(name: string, storedName: string): string {
  const extension = extensionOf(storedName) ?? ''
  const known = Object.entries(extensions).find(([, all]) => all.some((one) => one === extension))
  return audioFileName(name, known?.[0] ?? '')
}

function extensionOf(name: string): string | undefined {
  return /.\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase()
}

function isAudioType(contentType: string): contentType is AudioType {
  return Object.hasOwn(extensions, contentType)
}
