/** Every file in test/fixtures: a few of each format, and the corpus of what people's files look like. */
const fixtures = import.meta.glob<string>('../fixtures/*.{mp3,m4a,mp4,flac,wav,ogg,opus,webm,aac,aiff}', {
  query: '?inline',
  import: 'default',
  eager: true,
})
const corpus = import.meta.glob<string>('../fixtures/corpus/files/*', {
  query: '?inline',
  import: 'default',
  eager: true,
})
const files = new Map(
  Object.entries({ ...fixtures, ...corpus }).map(([path, url]) => [path.split('/').at(-1) ?? path, url]),
)

export const realFileNames: string[] = [...files.keys()]

export function realFile(name: string): Uint8Array<ArrayBuffer> {
  const url = files.get(name)
  if (!url) throw new Error(`there is no fixture ${name}`)
  return Uint8Array.fromBase64(url.slice(url.indexOf(',') + 1))
}
