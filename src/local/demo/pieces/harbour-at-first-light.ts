import { bandPass, noteHz, notesOf, randomSource, shape, whiteNoise } from '../sound/signal.ts'
import { addEcho, addRoom, emptyStage, finish, layer, place, type Stage } from '../sound/stage.ts'
import { glassBell, struck, swelled } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

const rateHz = 44100
const durationSeconds = 13
const chordSeconds = 3.1

const chords = ['D2 A2 F#3 C#4 E4', 'B1 F#2 D3 A3 E4', 'G1 D2 B2 F#3 A3', 'D2 A2 E3 F#3 A3']
const bells: [string, number][] = [
  ['A5', 2.2],
  ['F#5', 2.95],
  ['E5', 5.3],
  ['D5', 6.05],
  ['B4', 8.4],
  ['F#5', 9.15],
  ['E5', 9.9],
]

function placeChords(stage: Stage): void {
  chords.forEach((chord, chordIndex) => {
    notesOf(chord).forEach((name, voiceIndex) => {
      const pan = voiceIndex === 0 ? 0 : voiceIndex % 2 === 0 ? 0.55 : -0.55
      const tone = swelled(noteHz(name), rateHz, chordSeconds * 1.55, 0.62)
      place(stage, tone, { atSeconds: chordIndex * chordSeconds, level: 0.15, pan })
    })
  })
}

function placeSea(stage: Stage): void {
  for (const [seed, pan] of [
    [11, -0.8],
    [12, 0.8],
  ] as const) {
    const noise = bandPass(whiteNoise(durationSeconds, rateHz, randomSource(seed)), 180, 700, rateHz)
    const wash = shape(noise, rateHz, (at) => 0.25 + 0.75 * Math.sin((Math.PI * at) / 4.6 + pan * 0.5) ** 2)
    place(stage, wash, { atSeconds: 0, level: 0.13, pan })
  }
}

export const harbourAtFirstLight: Piece = {
  file: 'harbour-at-first-light.m4a',
  sampleRateHz: rateHz,
  channels: () => {
    const stage = emptyStage(durationSeconds, rateHz)
    placeChords(stage)
    placeSea(stage)
    const bellStage = emptyStage(durationSeconds, rateHz)
    bells.forEach(([name, atSeconds], index) => {
      const pan = index % 2 === 0 ? -0.35 : 0.35
      place(bellStage, struck(noteHz(name), glassBell, rateHz), { atSeconds, level: 0.13, pan })
    })
    addEcho(bellStage, 0.56, 0.5)
    layer(stage, bellStage, 1)
    addRoom(stage, 2.8, 0.45)
    return finish(stage, { channels: 2, fadeInSeconds: 0.6, fadeOutSeconds: 2 })
  },
}
