/**
 * The packets of every real file: as many, as long and the same as ffmpeg copies them (test/fixtures/corpus/packets.mjs).
 * What plays of them lasts as long as a full decode.
 */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { concatenated } from '../../support/bytes.ts'
import { realFile, realFileNames } from '../../support/realFiles.ts'
import { readTracks, secondsPlayed } from '../../support/readingSound.ts'

const tables = import.meta.glob<string>('../../fixtures/corpus/{packets,expected}.tsv', {
  query: '?raw',
  import: 'default',
  eager: true,
})

function rowsOf(name: string): string[][] {
  const table = Object.entries(tables).find(([path]) => path.endsWith(name))?.[1] ?? ''
  return table
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
}

const count = z.coerce.number().nullable().catch(null)
const Packets = z.tuple([z.string(), count, z.coerce.number(), z.string(), z.string()])
const rows = rowsOf('packets.tsv').map((row) => Packets.parse(row))

async function md5(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('MD5', bytes)).toHex()
}

describe('the packets of', () => {
  it.each(rows)('%s', async (file, packets, bytes, hash) => {
    const tracks = await readTracks(realFile(file))
    const all = tracks.flatMap((track) => track.packets)
    const whole = concatenated(...all)
    expect(whole.byteLength).toBe(bytes)
    if (packets !== null) expect(all.length).toBe(packets)
    if (hash !== '-') expect(await md5(whole)).toBe(hash)
    expect(all.every(({ byteLength }) => byteLength > 0)).toBe(true)
  })
})

/** A frame of Opus, whose end only the last position of the stream declares. */
const opusSeconds = 0.06
const toleranceSeconds = 0.03

describe('what plays of', () => {
  const accepted = rowsOf('expected.tsv').filter(([, status]) => status === '201')

  it.each(accepted)('%s', async (file = '', _, duration = '', codec = '', channels = '', rate = '') => {
    const tracks = await readTracks(realFile(file))
    const first = tracks[0]?.track
    if (!first) return
    const isCore = codec.startsWith('MPEG-4/HE-AAC')
    expect(first.sampleRate).toBe(isCore ? Number(rate) / 2 : Number(rate))
    expect(first.channels).toBe(codec === 'MPEG-4/HE-AACv2' ? 1 : Number(channels))
    const tolerance = toleranceSeconds + (first.coding.codec === 'opus' ? opusSeconds : 0)
    expect(Math.abs(secondsPlayed(tracks) - Number(duration))).toBeLessThanOrEqual(tolerance)
  })
})

describe('windows of 64 KiB', () => {
  const windowBytes = 64 * 1024
  const long = realFileNames.filter((name) => realFile(name).byteLength > windowBytes)

  it.each(long)('give the same packets of %s', async (name) => {
    const file = realFile(name)
    const bytesOfAll = (tracks: Awaited<ReturnType<typeof readTracks>>) =>
      concatenated(...tracks.flatMap(({ packets }) => packets))
    expect(bytesOfAll(await readTracks(file, windowBytes))).toEqual(bytesOfAll(await readTracks(file)))
  })
})
