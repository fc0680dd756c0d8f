import { noteHz, notesOf, randomSource, shape } from '../sound/signal.ts'
import { addEcho, addRoom, emptyStage, finish, layer, place, type Stage } from '../sound/stage.ts'
import { drum, hiss, kickSkin, swelled, synthPluck } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

// Opus works at 48 kHz whatever it is given.
const rateHz = 48000
const durationSeconds = 12
const beatSeconds = 60 / 116
const barSeconds = beatSeconds * 4
const firstDrumBar = 1

const bars = [
  { root: 'A1', chord: 'A3 C4 E4 G4', arpeggio: 'A4 E4 C5 E4 G4 C5 E5 C5' },
  { root: 'F1', chord: 'F3 A3 C4 E4', arpeggio: 'A4 F4 C5 F4 E5 C5 A4 C5' },
  { root: 'C2', chord: 'G3 C4 E4 G4', arpeggio: 'G4 E4 C5 E4 D5 C5 G4 E5' },
  { root: 'G1', chord: 'G3 B3 D4 F4', arpeggio: 'G4 D4 B4 D4 F5 D5 B4 G4' },
  { root: 'A1', chord: 'A3 C4 E4 B4', arpeggio: 'A4 E4 C5 E4 B4 C5 E5 A5' },
]

const hat = { lowHz: 7000, highHz: 14000, attackSeconds: 0.001, decaySeconds: 0.025 }
const clap = { lowHz: 1000, highHz: 3500, attackSeconds: 0.004, decaySeconds: 0.06 }

// The chords step back on every kick, which is what makes the beat breathe.
function ducked(stage: Stage): Stage {
  const levelAt = (seconds: number): number =>
    seconds < firstDrumBar * barSeconds ? 1 : 1 - 0.7 * Math.exp(-((seconds % beatSeconds) / 0.14))
  const duck = (signal: Stage['left']): Stage['left'] => shape(signal, rateHz, levelAt)
  return { sampleRateHz: rateHz, left: duck(stage.left), right: duck(stage.right) }
}

function placeDrums(stage: Stage, startSeconds: number, seed: number): void {
  const random = randomSource(seed)
  for (let beat = 0; beat < 4; beat++) {
    const atSeconds = startSeconds + beat * beatSeconds
    place(stage, drum(kickSkin, rateHz), { atSeconds, level: 0.95 })
    const offbeat = atSeconds + beatSeconds / 2
    place(stage, hiss(hat, rateHz, random), { atSeconds: offbeat, level: 0.5, pan: 0.2 })
    if (beat % 2 === 1) place(stage, hiss(clap, rateHz, random), { atSeconds, level: 0.9, pan: -0.1 })
  }
}

function placeBass(stage: Stage, root: string, startSeconds: number): void {
  for (let eighth = 0; eighth < 8; eighth++) {
    const octave = eighth % 4 === 3 ? 2 : 1
    const tone = synthPluck(noteHz(root) * octave, rateHz, beatSeconds * 0.55)
    place(stage, tone, { atSeconds: startSeconds + (eighth * beatSeconds) / 2, level: 0.55 })
  }
}

function placeBars(pads: Stage, plucks: Stage, rhythm: Stage): void {
  bars.forEach(({ root, chord, arpeggio }, barIndex) => {
    const startSeconds = barIndex * barSeconds
    notesOf(chord).forEach((name, index) => {
      const tone = swelled(noteHz(name), rateHz, barSeconds * 1.25, 0.75)
      place(pads, tone, { atSeconds: startSeconds, level: 0.13, pan: index * 0.4 - 0.6 })
    })
    notesOf(`${arpeggio} ${arpeggio}`).forEach((name, step) => {
      const atSeconds = startSeconds + (step * beatSeconds) / 4
      const tone = synthPluck(noteHz(name), rateHz, 0.6)
      place(plucks, tone, { atSeconds, level: 0.2, pan: step % 2 === 0 ? -0.4 : 0.4 })
    })
    if (barIndex < firstDrumBar) return
    placeBass(rhythm, root, startSeconds)
    placeDrums(rhythm, startSeconds, 50 + barIndex)
  })
}

export const nightBusNeon: Piece = {
  file: 'night-bus-neon.opus',
  sampleRateHz: rateHz,
  channels: () => {
    const stage = emptyStage(durationSeconds, rateHz)
    const pads = emptyStage(durationSeconds, rateHz)
    const plucks = emptyStage(durationSeconds, rateHz)
    placeBars(pads, plucks, stage)
    addEcho(plucks, beatSeconds * 0.75, 0.45)
    addRoom(pads, 1.6, 0.35)
    layer(stage, ducked(pads), 1)
    layer(stage, plucks, 1)
    return finish(stage, { channels: 2, fadeInSeconds: 0.05, fadeOutSeconds: 1.8 })
  },
}
