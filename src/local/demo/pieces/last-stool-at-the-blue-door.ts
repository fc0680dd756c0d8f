import { noteHz, notesOf, randomSource, shape } from '../sound/signal.ts'
import { addRoom, emptyStage, finish, place, type Stage } from '../sound/stage.ts'
import { electricPiano, hiss, struck, uprightBass, vibraphoneBar } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

const rateHz = 44100
const durationSeconds = 12.6
const beatSeconds = 60 / 132
const barSeconds = beatSeconds * 4
// Swung eighths fall two thirds of the way through the beat.
const swing = 2 / 3

const bars = [
  { chord: 'F3 A3 C4 E4', bass: 'D2 F2 A2 Ab2' },
  { chord: 'F3 A3 B3 E4', bass: 'G2 F2 D2 B1' },
  { chord: 'E3 G3 B3 D4', bass: 'C2 E2 G2 Bb2' },
  { chord: 'G3 Bb3 C#4 F4', bass: 'A2 G2 E2 Eb2' },
  { chord: 'F3 A3 C4 E4', bass: 'D2 F2 A2 Ab2' },
  { chord: 'F3 Ab3 B3 Eb4', bass: 'G2 D2 F2 B1' },
]
const lastChord = { chord: 'E3 A3 D4 G4', bass: 'C2' }

// The tune, as note and beat from the start.
const tune: [string, number][] = [
  ['A4', 0.67],
  ['C5', 1],
  ['E5', 1.67],
  ['D5', 2.67],
  ['A4', 3.67],
  ['B4', 4.67],
  ['E5', 5.67],
  ['D5', 6.67],
  ['B4', 7.67],
  ['G4', 8],
  ['B4', 8.67],
  ['D5', 9],
  ['E5', 10],
  ['G5', 11.67],
  ['F5', 13],
  ['E5', 13.67],
  ['C#5', 14],
  ['Bb4', 14.67],
  ['A4', 16],
  ['C5', 16.67],
  ['E5', 17],
  ['F5', 18],
  ['A5', 18.67],
  ['Ab5', 20],
  ['F5', 20.67],
  ['Eb5', 21],
  ['B4', 22],
  ['D5', 22.67],
  ['E5', 24],
]

const cymbal = { lowHz: 5200, highHz: 9500, attackSeconds: 0.002, decaySeconds: 0.07 }
const brush = { lowHz: 1500, highHz: 5000, attackSeconds: 0.03, decaySeconds: 0.045 }

function placeChord(stage: Stage, chord: string, atSeconds: number, heldSeconds: number): void {
  notesOf(chord).forEach((name, index) => {
    const tone = electricPiano(noteHz(name), rateHz, heldSeconds)
    place(stage, tone, { atSeconds, level: 0.15, pan: -0.45 + index * 0.08 })
  })
}

function placeRhythm(stage: Stage, bar: (typeof bars)[number], startSeconds: number, seed: number): void {
  const random = randomSource(seed)
  placeChord(stage, bar.chord, startSeconds, beatSeconds * 1.5)
  placeChord(stage, bar.chord, startSeconds + (1 + swing) * beatSeconds, beatSeconds * 1.9)
  notesOf(bar.bass).forEach((name, beat) => {
    const atSeconds = startSeconds + beat * beatSeconds
    place(stage, struck(noteHz(name), uprightBass, rateHz, beatSeconds * 1.05), { atSeconds, level: 0.5 })
    place(stage, hiss(cymbal, rateHz, random), { atSeconds, level: 0.16, pan: 0.4 })
    if (beat % 2 === 0) return
    place(stage, hiss(brush, rateHz, random), { atSeconds, level: 0.3, pan: 0.15 })
    const skip = { atSeconds: atSeconds + swing * beatSeconds, level: 0.1, pan: 0.4 }
    place(stage, hiss(cymbal, rateHz, random), skip)
  })
}

function placeTune(stage: Stage): void {
  for (const [name, beat] of tune) {
    const bar = struck(noteHz(name), vibraphoneBar, rateHz)
    const wavering = shape(bar, rateHz, (at) => 0.85 + 0.15 * Math.cos(2 * Math.PI * 5.2 * at))
    place(stage, wavering, { atSeconds: beat * beatSeconds, level: 0.3, pan: 0.25 })
  }
}

export const lastStoolAtTheBlueDoor: Piece = {
  file: 'last-stool-at-the-blue-door.ogg',
  sampleRateHz: rateHz,
  channels: () => {
    const stage = emptyStage(durationSeconds, rateHz)
    bars.forEach((bar, index) => placeRhythm(stage, bar, index * barSeconds, 60 + index))
    const endSeconds = bars.length * barSeconds
    placeChord(stage, lastChord.chord, endSeconds, 2)
    const lastBass = struck(noteHz(lastChord.bass), uprightBass, rateHz, 2)
    place(stage, lastBass, { atSeconds: endSeconds, level: 0.55 })
    placeTune(stage)
    addRoom(stage, 1, 0.18)
    return finish(stage, { channels: 2, fadeInSeconds: 0.01, fadeOutSeconds: 1.2 })
  },
}
