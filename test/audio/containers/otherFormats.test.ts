/** What is not taken: the answer names what the file is, and what to convert it to. */
import { expect, it } from 'vitest'
import { expectProblem, upload } from '../../support/api.ts'
import { realFile } from '../../support/realFiles.ts'

it.each([
  ['other-wma2.wma', 'WMA'],
  ['other-wma1.asf', 'WMA'],
  ['other-wavpack.wv', 'WavPack'],
  ['other-monkey.ape', "Monkey's Audio"],
  ['other-tta.tta', 'True Audio'],
  ['other-musepack8.mpc', 'Musepack'],
  ['other-w64.w64', 'Wave64'],
  ['other-au.au', 'AU'],
  ['other-dsd.dsf', 'DSF'],
  ['other-realaudio.ra', 'RealAudio'],
  ['other-midi.mid', 'MIDI'],
  ['other-voc.voc', 'VOC'],
  ['other-ac3.ac3', 'AC-3'],
  ['other-film.avi', 'AVI'],
  ['other-film.flv', 'Flash'],
  ['other-film.mpegts', 'MPEG transport stream'],
  ['other-archive.zip', 'ZIP'],
  ['other-archive-named.mp3', 'ZIP'],
  ['other-paper.pdf', 'PDF'],
  ['other-picture.png', 'PNG'],
  ['other-page.html', 'HTML'],
])('%s is recognised as %s', async (file, name) => {
  const { detail } = await expectProblem(await upload(realFile(file), {}, file), 415, 'not-audio')
  expect(detail).toMatch(/^This is .*\. Convert it to one of: MP3, AAC, M4A, FLAC, WAV, /)
  expect(detail).toContain(name)
})

it.each(['other-film.mp4', 'other-film.mov', 'other-film.mkv', 'other-film.webm', 'other-film.ogv'])(
  '%s has moving pictures',
  async (file) => {
    const { detail } = await expectProblem(await upload(realFile(file), {}, file), 415, 'not-audio')
    expect(detail).toBe('The file contains video. Send its sound alone.')
  },
)

it('a file protected by DRM is named so', async () => {
  const { detail } = await expectProblem(await upload(realFile('mp4-drms.m4p')), 415, 'not-audio')
  expect(detail).toContain('This is a file that is protected by DRM.')
})
