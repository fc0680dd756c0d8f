/** A clip made for a test and uploaded, behind a proxy that records how it is read. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { sha256, uploadWays } from '../curl.ts'
import { Clip } from '../library.ts'
import { record, type Recording } from '../recordings.ts'
import { outputOf } from './programs.ts'
import { startRecordingProxy, type RecordingProxy } from './recordingProxy.ts'

export type ServedClip = {
  /** The file that was uploaded. */
  file: string
  bytes: Buffer
  sha256: string
  clip: Clip
  /** Where the audio is, through the proxy. */
  url: string
}

/** A folder for files, the proxy, and clips in them, until `close`. */
export type Stage = {
  folder: string
  proxy: RecordingProxy
  serve: (recording: Recording, seconds: number) => Promise<ServedClip>
  close: () => Promise<void>
}

export async function setStage(productUrl: string): Promise<Stage> {
  // What clips are made and uploaded with.
  await outputOf('ffmpeg', '-version')
  await outputOf('curl', '--version')
  const folder = await mkdtemp(join(tmpdir(), 'clips-clients-'))
  const proxy = await startRecordingProxy(productUrl)
  return {
    folder,
    proxy,
    async serve(recording, seconds) {
      const file = await record(folder, recording, seconds)
      const bytes = await readFile(file)
      const sent = { path: file, title: parse(file).name, contentType: recording.contentType }
      const answer = await uploadWays['its bytes'](sent, productUrl)
      if (answer.status !== 201) throw new Error(`${recording.file} was not taken: ${answer.body}`)
      const clip = Clip.parse(JSON.parse(answer.body))
      return { file, bytes, sha256: sha256(bytes), clip, url: `${proxy.url}/api/clips/${clip.id}/stream` }
    },
    async close() {
      proxy.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
