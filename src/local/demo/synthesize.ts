// Makes the demo clips from nothing but arithmetic, so that every sound in them is ours to give away.
// Run with: node src/local/demo/synthesize.ts
import { statSync } from 'node:fs'
import { join } from 'node:path'
import clips from './clips.json' with { type: 'json' }
import { encode } from './encode.ts'
import { harbourAtFirstLight } from './pieces/harbour-at-first-light.ts'
import { kitchenTableDrums } from './pieces/kitchen-table-drums.ts'
import { lastStoolAtTheBlueDoor } from './pieces/last-stool-at-the-blue-door.ts'
import { nightBusNeon } from './pieces/night-bus-neon.ts'
import { paperLanternWaltz } from './pieces/paper-lantern-waltz.ts'
import type { Piece } from './pieces/piece.ts'
import { rainOnATinRoof } from './pieces/rain-on-a-tin-roof.ts'

const pieces: Piece[] = [
  harbourAtFirstLight,
  nightBusNeon,
  paperLanternWaltz,
  kitchenTableDrums,
  rainOnATinRoof,
  lastStoolAtTheBlueDoor,
]

function make({ file, sampleRateHz, channels }: Piece): void {
  const clip = clips.find((candidate) => candidate.file === file)
  if (clip === undefined) throw new Error(`${file} is not listed in clips.json`)
  const { title, artist, genre } = clip
  const path = join(import.meta.dirname, file)
  encode(path, { channels: channels(), sampleRateHz }, { title, artist, genre })
  console.log(`${file} ${statSync(path).size} bytes`)
}

try {
  pieces.forEach(make)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
