import { noteHz, notesOf, randomSource } from '../sound/signal.ts'
import { addRoom, emptyStage, finish, place, type Stage } from '../sound/stage.ts'
import { plucked } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

// Lossless, so a lower rate and one channel keep it small.
const rateHz = 16000
const durationSeconds = 7.8
const beatSeconds = 0.375
const barSeconds = beatSeconds * 3

const bars = [
  { bass: 'G2', chord: 'B3 D4 G4', melody: 'B4 - D5' },
  { bass: 'E2', chord: 'B3 E4 G4', melody: 'E5 D5 B4' },
  { bass: 'C3', chord: 'G3 C4 E4', melody: 'C5 - E5' },
  { bass: 'B2', chord: 'G3 D4 G4', melody: 'D5 B4 G4' },
  { bass: 'D3', chord: 'A3 C4 F#4', melody: 'A4 C5 F#4' },
  { bass: 'G2', chord: 'B3 D4 G4', melody: 'G4 - -' },
]

const random = randomSource(31)

function placeNote(stage: Stage, name: string, atSeconds: number, level: number): void {
  if (name === '-') return
  // A hand is never exactly on the beat.
  const humanSeconds = atSeconds + random() * 0.01
  place(stage, plucked(noteHz(name), rateHz, 2, random), { atSeconds: humanSeconds, level })
}

function placeBar(stage: Stage, bar: (typeof bars)[number], startSeconds: number, isLast: boolean): void {
  placeNote(stage, bar.bass, startSeconds, 0.9)
  const strums = isLast ? [0] : [1, 2]
  for (const beat of strums) {
    notesOf(bar.chord).forEach((name, stringIndex) => {
      const strumSeconds = stringIndex * (isLast ? 0.06 : 0.014)
      placeNote(stage, name, startSeconds + beat * beatSeconds + strumSeconds, beat === 2 ? 0.26 : 0.34)
    })
  }
  notesOf(bar.melody).forEach((name, beat) => {
    placeNote(stage, name, startSeconds + beat * beatSeconds, 0.8)
  })
}

export const paperLanternWaltz: Piece = {
  file: 'paper-lantern-waltz.flac',
  sampleRateHz: rateHz,
  channels: () => {
    const stage = emptyStage(durationSeconds, rateHz)
    bars.forEach((bar, index) => placeBar(stage, bar, 0.08 + index * barSeconds, index === bars.length - 1))
    addRoom(stage, 0.9, 0.16)
    return finish(stage, { channels: 1, fadeInSeconds: 0.03, fadeOutSeconds: 1, warmth: 1.6 })
  },
}
