/** Creating a clip: every format, raw bodies, large files, duplicates, and what is refused. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectNothingStored,
  expectProblem,
  fixture,
  storedKeys,
  upload,
  uploaded,
} from '../support/api.ts'
import { expectClips, postRaw } from '../support/rawUpload.ts'

beforeEach(emptyLibrary)

const formats = [
  { file: 'cbr.mp3', contentType: 'audio/mpeg', codec: 'MPEG 1 Layer 3', sampleRate: 48000, channels: 1 },
  {
    file: 'vbr-xing.mp3',
    contentType: 'audio/mpeg',
    codec: 'MPEG 1 Layer 3',
    sampleRate: 48000,
    channels: 1,
  },
  {
    file: 'vbr-no-xing.mp3',
    contentType: 'audio/mpeg',
    codec: 'MPEG 1 Layer 3',
    sampleRate: 48000,
    channels: 1,
  },
  // ffmpeg declares two channels in every sample entry of an MP4. The decoder's configuration has one.
  { file: 'aac.m4a', contentType: 'audio/mp4', codec: 'MPEG-4/AAC', sampleRate: 48000, channels: 1 },
  { file: 'fragmented.m4a', contentType: 'audio/mp4', codec: 'MPEG-4/AAC', sampleRate: 48000, channels: 1 },
  { file: 'lossless.flac', contentType: 'audio/flac', codec: 'FLAC', sampleRate: 16000, channels: 1 },
  { file: 'pcm.wav', contentType: 'audio/wav', codec: 'PCM', sampleRate: 16000, channels: 1 },
  { file: 'vorbis.ogg', contentType: 'audio/ogg', codec: 'Vorbis I', sampleRate: 48000, channels: 2 },
  { file: 'opus.opus', contentType: 'audio/ogg', codec: 'Opus', sampleRate: 48000, channels: 2 },
  { file: 'opus.webm', contentType: 'audio/webm', codec: 'OPUS', sampleRate: 48000, channels: 2 },
  { file: 'adts.aac', contentType: 'audio/aac', codec: 'AAC', sampleRate: 48000, channels: 1 },
  { file: 'pcm.aiff', contentType: 'audio/aiff', codec: 'PCM', sampleRate: 16000, channels: 1 },
]

describe('the metadata of the file', () => {
  it.each(formats)('of $file is read', async ({ file, contentType, codec, sampleRate, channels }) => {
    const bytes = fixture(file)
    const clip = await uploaded(bytes, { title: 'A tone' }, file)
    expect(clip.duration).toBeGreaterThan(2.4)
    expect(clip.duration).toBeLessThan(2.6)
    expect(clip.audio).toMatchObject({
      content_type: contentType,
      codec,
      sample_rate: sampleRate,
      size: bytes.byteLength,
    })
    expect(clip.audio.channels).toBe(channels)
    expect(clip.audio.bitrate).toBeGreaterThan(20_000)
    const stream = await call(`/api/clips/${clip.id}/stream`)
    expect(stream.headers.get('Content-Type')).toBe(contentType)
    expect(await stream.bytes()).toEqual(bytes)
  })

  it('gives title, artist and genre if none are sent', async () => {
    const clip = await uploaded(fixture('lossless.flac'))
    expect(clip).toMatchObject({ title: 'Prüfton Ω', artist: 'Fixture', genre: 'test tone' })
  })

  it('is replaced by the fields that are sent', async () => {
    const clip = await uploaded(fixture('lossless.flac'), { title: 'Mine', artist: 'Me', genre: 'Folk' })
    expect(clip).toMatchObject({ title: 'Mine', artist: 'Me', genre: 'folk' })
  })

  it('without a title is replaced by the file name', async () => {
    const clip = await uploaded(fixture('vbr-no-xing.mp3'), {}, 'Träumerei no. 7.mp3')
    expect(clip.title).toBe('Träumerei no. 7')
  })

  it('is stored with one object and one row, and nothing else', async () => {
    const { id } = await uploaded(fixture('cbr.mp3'))
    expect(await storedKeys()).toEqual([`clips/${id}/audio`])
    expect(await countRows()).toBe(1)
  })
})

describe('a raw body', () => {
  const post = (query: string, body: BodyInit, headers: Record<string, string>) =>
    call(`/api/clips?${query}`, { method: 'POST', body, headers: { ...asAdmin, ...headers } })

  it('has its fields in the query', async () => {
    const bytes = fixture('lossless.flac')
    const response = await post(
      'title=Raw&tags=a,b&tags=c&genre=Folk&license=CC0-1.0&visibility=private',
      bytes,
      { 'Content-Type': 'audio/flac' },
    )
    expect(response.status).toBe(201)
    const clip = Clip.parse(await response.json())
    expect(clip).toMatchObject({ title: 'Raw', tags: ['a', 'b', 'c'], genre: 'folk', visibility: 'private' })
    expect(response.headers.get('Location')).toBe(`/api/clips/${clip.id}`)
  })

  it('needs no Content-Length', async () => {
    const bytes = fixture('pcm.wav')
    const body = new Blob([bytes]).stream()
    const response = await post('title=Chunked', body, { 'Content-Type': 'audio/wav' })
    expect(response.status).toBe(201)
  })

  it.each([
    ['filename=From%20the%20query.mp3', {}, 'From the query'],
    ['', { 'Content-Disposition': "attachment; filename*=UTF-8''Z%C3%BCge.mp3" }, 'Züge'],
  ])('is named by %s %o', async (query, headers, title) => {
    const response = await post(query, fixture('vbr-no-xing.mp3'), {
      'Content-Type': 'audio/mpeg',
      ...headers,
    })
    expect(Clip.parse(await response.json()).title).toBe(title)
  })

  it('without any name is refused, and leaves nothing', async () => {
    const response = await post('', fixture('vbr-no-xing.mp3'), { 'Content-Type': 'audio/mpeg' })
    const problem = await expectProblem(response, 422, 'invalid-fields')
    expect(problem.errors?.[0]?.parameter).toBe('title')
    expect(await storedKeys()).toEqual([])
  })
})

describe('a large file', () => {
  it('is uploaded in parts and streamed whole', async () => {
    const wav = fixture('pcm.wav')
    const bytes = new Uint8Array(11 * 1024 * 1024 + 7)
    for (let at = 0; at < bytes.length; at += wav.length) bytes.set(wav.subarray(0, bytes.length - at), at)
    const { id } = await uploaded(bytes, { title: 'Long' })
    const stream = await call(`/api/clips/${id}/stream`)
    expect(Buffer.compare(Buffer.from(await stream.arrayBuffer()), Buffer.from(bytes))).toBe(0)
  })
})

describe('a refused upload leaves nothing:', () => {
  const text = new TextEncoder().encode('This is text and no audio. '.repeat(100))

  it.each([
    ['text called .mp3', () => upload(text, { title: 'x' }, 'song.mp3'), 415, 'not-audio'],
    ['video', () => upload(fixture('video.mp4'), { title: 'x' }, 'x.mp4'), 415, 'not-audio'],
    ['an empty file', () => upload(new Uint8Array(), { title: 'x' }), 415, 'not-audio'],
    ['a field too long', () => upload(fixture('cbr.mp3'), { title: 'x'.repeat(201) }), 422, 'invalid-fields'],
    ['a field sent twice', () => upload(fixture('cbr.mp3'), { title: ['a', 'b'] }), 422, 'invalid-fields'],
    ['an unknown field', () => upload(fixture('cbr.mp3'), { titel: 'a' }), 422, 'invalid-fields'],
    [
      'too many tags',
      () => upload(fixture('cbr.mp3'), { tags: 'abcdefghijklmnopqrstu'.split('') }),
      422,
      'invalid-fields',
    ],
    ['a bad visibility', () => upload(fixture('cbr.mp3'), { visibility: 'secret' }), 422, 'invalid-fields'],
    ['a control character', () => upload(fixture('cbr.mp3'), { title: 'a\u0000b' }), 422, 'invalid-fields'],
    [
      'a huge field',
      () => upload(fixture('cbr.mp3'), { description: 'x'.repeat(70_000) }),
      413,
      'payload-too-large',
    ],
  ])('%s', async (_, send, status, name) => {
    await expectProblem(await send(), status, name)
    await expectNothingStored()
  })

  const post = (headers: Record<string, string>, body: BodyInit | null) =>
    call('/api/clips', { method: 'POST', headers: { ...asAdmin, ...headers }, body })
  const form = 'multipart/form-data; boundary=b'

  it.each([
    ['no body', {}, null, 415, 'not-audio'],
    ['another content type', { 'Content-Type': 'text/plain' }, 'hello', 415, 'unsupported-body'],
    ['no boundary', { 'Content-Type': 'multipart/form-data' }, 'x', 400, 'malformed-form'],
    ['no form', { 'Content-Type': form }, 'no form', 400, 'malformed-form'],
    [
      'half a form',
      { 'Content-Type': form },
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      400,
      'malformed-form',
    ],
    [
      'no file',
      { 'Content-Type': form },
      '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n',
      422,
      'invalid-fields',
    ],
    [
      'another file',
      { 'Content-Type': form },
      '--b\r\nContent-Disposition: form-data; name="cover"; filename="a"\r\n\r\nx\r\n--b--\r\n',
      422,
      'invalid-fields',
    ],
  ])('%s', async (_, headers, body, status, name) => {
    await expectProblem(await post(headers, body), status, name)
    expect(await storedKeys()).toEqual([])
  })

  it.each([
    ['no key', {}],
    ['a wrong key', { Authorization: 'Bearer clips_wrong' }],
    ['another scheme', { Authorization: 'Basic Y2xpcHM6Y2xpcHM=' }],
  ])('%s', async (_, headers) => {
    const response = await call('/api/clips?title=x', { method: 'POST', headers, body: fixture('cbr.mp3') })
    expect(response.headers.get('WWW-Authenticate')).toContain('Bearer')
    await expectProblem(response, 401, 'unauthorized')
  })
})

describe('the same audio again', () => {
  it('is a 409 with the location of the clip', async () => {
    const first = await postRaw({})
    const again = await postRaw({}, undefined, 'title=Another+title')
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    await expectProblem(again, 409, 'duplicate-audio')
    await expectClips(1)
  })

  it('is stored if the request allows it', async () => {
    expect((await postRaw({})).status).toBe(201)
    expect((await postRaw({}, undefined, 'title=x&allow_duplicate=1')).status).toBe(201)
    await expectClips(2)
  })

  it('at the same time makes one row', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await postRaw({})))
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(4)
    expect(await countRows()).toBe(1)
  })
})
