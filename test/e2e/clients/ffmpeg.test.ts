/** ffmpeg and ffprobe read the parts that they need of a long clip, and resume after a broken connection. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bytesPerSecond, flac, m4a, wav } from './longClips.ts'
import { outputOf, runProgram } from './programs.ts'
import { bytesSent } from './recordingProxy.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

// The frames of a FLAC must be searched for. 5 s are a 24th of the WAV.
const formats = [
  { name: 'WAV', recording: wav, seconds: 120, atMost: 0.1 },
  { name: 'FLAC', recording: flac, seconds: 240, atMost: 0.25 },
  { name: 'm4a', recording: m4a, seconds: 240, atMost: 0.2 },
]
let stage: Stage

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
})
afterAll(async () => await stage?.close())

describe.each(formats)('a long $name', ({ recording, seconds, atMost }) => {
  let served: ServedClip

  beforeAll(async () => {
    served = await stage.serve(recording, seconds)
  })

  it('has its last five seconds decoded without a full read', async () => {
    stage.proxy.forget()
    const decode = ['-ss', String(seconds - 5), '-i', served.url, '-f', 's16le', '-']
    const { exitCode, stdout, stderr } = await runProgram('ffmpeg', '-v', 'error', ...decode)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(Math.abs(stdout.length / bytesPerSecond - 5)).toBeLessThan(0.1)
    expectRangesOf(served)
    expect(bytesSent(stage.proxy.exchanges) / served.bytes.length).toBeLessThan(atMost)
  })

  it('gives ffprobe its duration without a full read', async () => {
    stage.proxy.forget()
    const entries = ['-show_entries', 'format=duration', '-of', 'csv=p=0']
    const stated = Number(await outputOf('ffprobe', '-v', 'error', ...entries, served.url))
    expect(Math.abs(stated - seconds)).toBeLessThan(0.05)
    expectRangesOf(served)
    expect(bytesSent(stage.proxy.exchanges) / served.bytes.length).toBeLessThan(atMost)
  })

  it('is decoded whole even if the connection breaks half-way', async () => {
    stage.proxy.forget()
    stage.proxy.cutOnceAfter(served.bytes.length / 2)
    expect(await decodedDigest('-reconnect', '1', '-i', served.url)).toBe(
      await decodedDigest('-i', served.file),
    )
    const [cut, again] = stage.proxy.exchanges.slice(-2)
    expect(again?.asked['range']).toBe(`bytes=${startOf(cut) + Number(cut?.sent)}-`)
    expectRangesOf(served)
  })
})

async function decodedDigest(...input: string[]): Promise<string> {
  const hash = ['-f', 'hash', '-hash', 'sha256', '-']
  return (await outputOf('ffmpeg', '-v', 'fatal', ...input, '-c:a', 'pcm_s16le', ...hash)).toString()
}

function startOf(exchange: { answered: Record<string, string> } | undefined): number {
  return Number(/^bytes (\d+)-/.exec(exchange?.answered['content-range'] ?? '')?.[1])
}

/** Every answer has the part of the clip that was requested. */
function expectRangesOf({ bytes }: ServedClip) {
  expect(stage.proxy.exchanges).not.toEqual([])
  for (const { asked, status, answered } of stage.proxy.exchanges) {
    const first = /^bytes=(\d+)-$/.exec(asked['range'] ?? '')?.[1]
    const range = `bytes ${first}-${bytes.length - 1}/${bytes.length}`
    expect({ status, range: answered['content-range'] }).toEqual({ status: 206, range })
  }
}
