// A signal is one channel of samples, nominally within ±1.
export type Signal = Float64Array<ArrayBuffer>

export function signalFrom(
  durationSeconds: number,
  sampleRateHz: number,
  valueAt: (seconds: number) => number,
): Signal {
  const signal = new Float64Array(Math.round(durationSeconds * sampleRateHz))
  return signal.map((_, index) => valueAt(index / sampleRateHz))
}

export type RandomSource = () => number

// Seeded (mulberry32), so every run yields the same files byte for byte.
export function randomSource(seed: number): RandomSource {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function whiteNoise(durationSeconds: number, sampleRateHz: number, random: RandomSource): Signal {
  return signalFrom(durationSeconds, sampleRateHz, () => random() * 2 - 1)
}

export function lowPass(signal: Signal, cutoffHz: number, sampleRateHz: number): Signal {
  const smoothing = 1 - Math.exp((-2 * Math.PI * cutoffHz) / sampleRateHz)
  let held = 0
  return signal.map((sample) => (held += smoothing * (sample - held)))
}

export function highPass(signal: Signal, cutoffHz: number, sampleRateHz: number): Signal {
  const low = lowPass(signal, cutoffHz, sampleRateHz)
  return signal.map((sample, index) => sample - (low[index] ?? 0))
}

export function bandPass(signal: Signal, lowHz: number, highHz: number, sampleRateHz: number): Signal {
  return lowPass(highPass(signal, lowHz, sampleRateHz), highHz, sampleRateHz)
}

export function shape(signal: Signal, sampleRateHz: number, levelAt: (seconds: number) => number): Signal {
  return signal.map((sample, index) => sample * levelAt(index / sampleRateHz))
}

const semitoneOfLetter: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }

// 'A4' is 440 Hz; 'C#4' and 'Bb2' are understood.
export function noteHz(name: string): number {
  const [, letter = '', accidental = '', octave = ''] = /^([A-G])([#b]?)(\d)$/.exec(name) ?? []
  const semitone = semitoneOfLetter[letter]
  if (semitone === undefined) throw new Error(`Not a note: ${name}`)
  const raised = accidental === '#' ? 1 : accidental === 'b' ? -1 : 0
  return 440 * 2 ** ((semitone + raised - 9) / 12 + Number(octave) - 4)
}

// A score line: note names, with '-' for a rest, separated by spaces.
export function notesOf(line: string): string[] {
  return line.trim().split(/\s+/)
}
