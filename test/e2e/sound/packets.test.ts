/** Freshly encoded files of each container and codec: the packets that are read are those that ffmpeg copies. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ByteSource } from '../../../src/audio/byteSource.ts'
import { readSound } from '../../../src/audio/containers/detectFormat.ts'
import { record } from '../recordings.ts'
import { output } from '../run.ts'

/** Some of the files are longer than several windows. */
const maxWindowBytes = 1024 * 1024
const adtsHeaderBytes = 7

/** Codecs whose packets ffmpeg cuts as it likes, as we do. */
const blockEncoders = /^(pcm_|adpcm_)/

const cases: [file: string, encoder: string, ...options: string[]][] = [
  ['cbr.mp3', 'libmp3lame', '-b:a', '128k'],
  ['vbr.mp3', 'libmp3lame', '-q:a', '5'],
  ['plain.mp3', 'libmp3lame', '-write_xing', '0', '-id3v2_version', '0', '-ar', '22050', '-ac', '1'],
  ['layer2.mp2', 'mp2'],
  ['adts.aac', 'aac'],
  ['aac.m4a', 'aac'],
  ['aac-front.m4a', 'aac', '-movflags', '+faststart'],
  ['aac-fragments.m4a', 'aac', '-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '700000'],
  ['aac-one-fragment.m4a', 'aac', '-movflags', '+empty_moov'],
  ['aac-base-offset.mp4', 'aac', '-movflags', '+frag_keyframe+omit_tfhd_offset', '-frag_duration', '2000000'],
  ['aac-dash.mp4', 'aac', '-movflags', '+dash+delay_moov'],
  ['aac-5.1.m4a', 'aac', '-ac', '6'],
  ['alac.m4a', 'alac'],
  ['flac.mp4', 'flac', '-strict', '-2'],
  ['opus.mp4', 'libopus'],
  ['mp3.mp4', 'libmp3lame'],
  ['s16.mov', 'pcm_s16le'],
  ['s16-big.mov', 'pcm_s16be'],
  ['s24.mov', 'pcm_s24le'],
  ['s24-big.mov', 'pcm_s24be'],
  ['f32.mov', 'pcm_f32le'],
  ['f64-big.mov', 'pcm_f64be'],
  ['u8.mov', 'pcm_u8'],
  ['ulaw.mov', 'pcm_mulaw'],
  ['alaw.mov', 'pcm_alaw'],
  ['ima4.mov', 'adpcm_ima_qt'],
  ['s16-fragments.mov', 'pcm_s16le', '-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '700000'],
  ['flac.flac', 'flac'],
  ['flac-24.flac', 'flac', '-sample_fmt', 's32', '-ar', '96000'],
  ['flac-small-blocks.flac', 'flac', '-frame_size', '192', '-ac', '1'],
  ['vorbis.ogg', 'libvorbis'],
  ['vorbis-5.1.ogg', 'libvorbis', '-ac', '6'],
  ['opus.opus', 'libopus'],
  ['opus-pages.opus', 'libopus', '-page_duration', '20000'],
  ['flac.oga', 'flac'],
  ['opus.webm', 'libopus'],
  ['vorbis.webm', 'libvorbis'],
  ['live.webm', 'libopus', '-live', '1', '-cluster_time_limit', '3000'],
  ['flac.mka', 'flac'],
  ['aac.mka', 'aac'],
  ['alac.mka', 'alac'],
  ['mp3.mka', 'libmp3lame'],
  ['s16.mka', 'pcm_s16le'],
  ['s24-big.mka', 'pcm_s24be'],
  ['f32.mka', 'pcm_f32le'],
  ['u8.wav', 'pcm_u8'],
  ['s16.wav', 'pcm_s16le'],
  ['s24-5.1.wav', 'pcm_s24le', '-ac', '6'],
  ['s32.wav', 'pcm_s32le'],
  ['f32.wav', 'pcm_f32le'],
  ['f64.wav', 'pcm_f64le'],
  ['rf64.wav', 'pcm_s16le', '-rf64', 'always'],
  ['mulaw.wav', 'pcm_mulaw'],
  ['alaw.wav', 'pcm_alaw'],
  ['ima.wav', 'adpcm_ima_wav'],
  ['ms.wav', 'adpcm_ms'],
  ['mp3.wav', 'libmp3lame', '-write_xing', '0'],
  ['s16.aiff', 'pcm_s16be'],
  ['s24.aiff', 'pcm_s24be'],
  ['f32.aiff', 'pcm_f32be'],
  ['alaw.aiff', 'pcm_alaw'],
  ['ima4.aiff', 'adpcm_ima_qt'],
  ['s16.caf', 'pcm_s16le'],
  ['f32.caf', 'pcm_f32be'],
  ['alac.caf', 'alac'],
  ['mulaw.caf', 'pcm_mulaw'],
  ['ima4.caf', 'adpcm_ima_qt'],
]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packets-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the packets of', () => {
  it.each(cases)('%s are those that ffmpeg copies', async (file, encoder, ...options) => {
    const path = await record(folder, { file, contentType: '', encoding: ['-c:a', encoder, ...options] })
    const packets = await readPackets(path)
    const ofFfmpeg = await copiedPackets(path)
    if (!blockEncoders.test(encoder)) expect(packets.sizes).toEqual(ofFfmpeg.sizes)
    expect(packets.md5).toBe(ofFfmpeg.md5)
    await rm(path)
  })
})

async function readPackets(path: string): Promise<{ sizes: number[]; md5: string }> {
  const file = new Uint8Array(readFileSync(path))
  const readRange = (offset: number, length: number) => Promise.resolve(file.slice(offset, offset + length))
  const source = new ByteSource(file.byteLength, readRange, { maxWindowBytes })
  const sizes: number[] = []
  const hash = createHash('md5')
  for await (const part of readSound(source)) {
    for (const packet of 'packets' in part ? part.packets : []) {
      sizes.push(packet.byteLength)
      hash.update(packet)
    }
  }
  return { sizes, md5: hash.digest('hex') }
}

/** ffmpeg leaves the header in a packet of ADTS, unless told otherwise. */
async function copiedPackets(path: string): Promise<{ sizes: number[]; md5: string }> {
  const isAdts = path.endsWith('.aac')
  const fields = ['-show_entries', 'packet=size', '-of', 'csv=p=0', path]
  const lines = (await output('ffprobe', ['-v', 'error', ...fields])).toString().split('\n')
  // A line without a number is about data beside a packet.
  const numbers = lines.map((line) => Number.parseInt(line)).filter((bytes) => !Number.isNaN(bytes))
  const sizes = numbers.map((bytes) => bytes - (isAdts ? adtsHeaderBytes : 0))
  const filter = isAdts ? ['-bsf:a', 'aac_adtstoasc'] : []
  const copying = ['-v', 'error', '-i', path, '-map', '0:a:0', '-c', 'copy', ...filter, '-f', 'data', '-']
  const bytes = await output('ffmpeg', copying)
  return { sizes, md5: createHash('md5').update(bytes).digest('hex') }
}
