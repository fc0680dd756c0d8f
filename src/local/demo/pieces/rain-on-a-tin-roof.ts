import { bandPass, lowPass, noteHz, notesOf, randomSource, shape, whiteNoise } from '../sound/signal.ts'
import { addRoom, emptyStage, finish, place, type Stage } from '../sound/stage.ts'
import { drum, struck, tinSheet } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

const rateHz = 32000
const durationSeconds = 10
const dropCount = 420

// The bucket under the gutter happens to be in tune.
const bucketNotes = notesOf('E4 B4 G4 D4 A4 E4 B3 G4 D5 A4 E4 B4 G4')

function placeDownpour(stage: Stage): void {
  for (const [seed, pan] of [
    [21, -0.9],
    [22, 0.9],
  ] as const) {
    const noise = bandPass(whiteNoise(durationSeconds, rateHz, randomSource(seed)), 500, 2400, rateHz)
    const gusting = shape(noise, rateHz, (at) => 0.7 + 0.3 * Math.sin(at * 0.9 + pan))
    place(stage, gusting, { atSeconds: 0, level: 0.1, pan })
  }
}

function placeDropsOnTin(stage: Stage): void {
  const random = randomSource(23)
  for (let count = 0; count < dropCount; count++) {
    const frequencyHz = 700 * 5 ** random()
    const level = 0.02 + 0.16 * random() ** 4
    const drop = struck(frequencyHz, tinSheet, rateHz, 0.2)
    place(stage, drop, { atSeconds: random() * durationSeconds, level, pan: random() * 1.8 - 0.9 })
  }
}

function placeBucket(stage: Stage): void {
  const random = randomSource(24)
  bucketNotes.forEach((name, index) => {
    const pitchHz = noteHz(name)
    const plink = { fromHz: pitchHz * 0.82, toHz: pitchHz, bendSeconds: 0.012, decaySeconds: 0.16 }
    const atSeconds = 0.6 + index * 0.66 + random() * 0.12
    place(stage, drum(plink, rateHz), { atSeconds, level: 0.26, pan: 0.3 })
  })
}

function placeThunder(stage: Stage): void {
  const noise = lowPass(lowPass(whiteNoise(5, rateHz, randomSource(25)), 95, rateHz), 140, rateHz)
  const roll = shape(noise, rateHz, (at) => {
    const swell = Math.min(1, at / 0.7) * Math.exp(-at / 1.5) * Math.min(1, 5 - at)
    return swell * (0.7 + 0.3 * Math.sin(at * 7) * Math.sin(at * 2.3))
  })
  place(stage, roll, { atSeconds: 4.4, level: 3.2, pan: -0.3 })
}

export const rainOnATinRoof: Piece = {
  file: 'rain-on-a-tin-roof.mp3',
  sampleRateHz: rateHz,
  channels: () => {
    const stage = emptyStage(durationSeconds, rateHz)
    placeDropsOnTin(stage)
    placeBucket(stage)
    addRoom(stage, 1.1, 0.3)
    placeDownpour(stage)
    placeThunder(stage)
    return finish(stage, { channels: 2, fadeInSeconds: 0.8, fadeOutSeconds: 1.6 })
  },
}
