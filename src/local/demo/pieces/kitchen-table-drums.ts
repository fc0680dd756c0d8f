import { noteHz, notesOf, randomSource, type Signal } from '../sound/signal.ts'
import { addRoom, emptyStage, finish, place, type Stage } from '../sound/stage.ts'
import { drum, hiss, lowHandSkin, marimbaBar, openHandSkin, struck } from '../sound/voices.ts'
import type { Piece } from './piece.ts'

// Uncompressed, so a low rate, one channel and six seconds keep it small.
const rateHz = 22050
const durationSeconds = 6
const stepSeconds = 0.125

const shaker = { lowHz: 3800, highHz: 8000, attackSeconds: 0.02, decaySeconds: 0.025 }
const slap = { lowHz: 900, highHz: 3200, attackSeconds: 0.001, decaySeconds: 0.025 }

// One character a sixteenth: 'X' strong, 'x' soft, '.' rest.
const lowHand = 'X..x..X...X..x..X..x..X...X..xx.X.X.X...X'
const openHand = '..x..X....x..X....x..X...xx..X.x.x.x.xxx.'
const slaps = '....X.......X.......X.......X.......X...X'
const shakes = 'X.x.X.x.X.x.X.x.X.x.X.xxX.x.X.xxX.x.X.x..'
const tune =
  'G4 - - B4 - - D5 - - B4 - - E5 - D5 - C5 - - E5 - - G5 - - E5 - - D5 - B4 - A4 - B4 - D5 - F#4 - G4'

function placePattern(stage: Stage, pattern: string, sound: Signal, level: number): void {
  Array.from(pattern).forEach((mark, step) => {
    if (mark === '.') return
    place(stage, sound, { atSeconds: step * stepSeconds, level: mark === 'X' ? level : level * 0.55 })
  })
}

export const kitchenTableDrums: Piece = {
  file: 'kitchen-table-drums.wav',
  sampleRateHz: rateHz,
  channels: () => {
    const random = randomSource(41)
    const stage = emptyStage(durationSeconds, rateHz)
    placePattern(stage, lowHand, drum(lowHandSkin, rateHz), 0.85)
    placePattern(stage, openHand, drum(openHandSkin, rateHz), 0.5)
    placePattern(stage, slaps, hiss(slap, rateHz, random), 1)
    placePattern(stage, shakes, hiss(shaker, rateHz, random), 0.35)
    notesOf(tune).forEach((name, step) => {
      if (name === '-') return
      place(stage, struck(noteHz(name), marimbaBar, rateHz), { atSeconds: step * stepSeconds, level: 0.42 })
    })
    addRoom(stage, 0.5, 0.14)
    return finish(stage, { channels: 1, fadeInSeconds: 0.005, fadeOutSeconds: 0.7, warmth: 1.3 })
  },
}
