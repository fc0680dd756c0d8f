/** Sounds that are computed: what meters are tested with. */

/** A sample at a time, in seconds. */
export type Signal = (seconds: number) => number

export function decibels(db: number): number {
  return 10 ** (db / 20)
}

/** `phase` in degrees. */
export function tone(frequency: number, amplitude: number, phase = 0): Signal {
  return (seconds) => amplitude * Math.sin(2 * Math.PI * frequency * seconds + (phase * Math.PI) / 180)
}

/** White noise, the same each time for each seed. */
export function whiteNoise(amplitude: number, seed = 1): Signal {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (amplitude * state) / 2 ** 31
  }
}

/** Noise that is as loud in each octave, nearly: white noise through three low-passes (Kellet's economy filter). */
export function pinkNoise(amplitude: number, seed = 1): Signal {
  const white = whiteNoise(amplitude / 4, seed)
  let low = 0
  let middle = 0
  let high = 0
  return (seconds) => {
    const sample = white(seconds)
    low = 0.99765 * low + sample * 0.099046
    middle = 0.963 * middle + sample * 0.2965164
    high = 0.57 * high + sample * 1.0526913
    return low + middle + high + sample * 0.1848
  }
}

/** Chords with sharp attacks over a bass, with pauses, louder and softer by 12 dB: levels and spectra change as in music. */
export function music(amplitude: number, seed = 1): Signal {
  const hiss = whiteNoise(1, seed)
  const notes = [220, 277.18, 329.63, 440, 554.37, 659.26, 880, 1108.73]
  return (seconds) => {
    const beat = Math.floor(seconds * 4)
    const sinceBeat = seconds - beat / 4
    const isPause = beat % 32 >= 28
    const level = decibels(6 * Math.cos((2 * Math.PI * seconds) / 17) - 6)
    const attack = Math.exp(-sinceBeat * 9)
    let sum = 0.4 * Math.sin(2 * Math.PI * 55 * (1 + (beat % 3)) * seconds)
    for (let voice = 0; voice < 3; voice++) {
      const note = notes[(beat * (seed + 2) + voice * 3) % notes.length] ?? 0
      sum += 0.25 * attack * Math.sin(2 * Math.PI * note * seconds)
    }
    sum += 0.5 * Math.exp(-sinceBeat * 60) * hiss(seconds)
    return isPause ? 0 : amplitude * level * sum
  }
}

/** With a tenth of a second of fading at both ends. */
export function faded(signal: Signal, seconds: number): Signal {
  return (at) => signal(at) * Math.max(0, Math.min(1, at * 10, (seconds - at) * 10))
}

/** The samples of a signal from 0 on. */
export function sampled(signal: Signal, sampleRate: number, seconds: number): Float32Array {
  const samples = new Float32Array(Math.round(sampleRate * seconds))
  for (let at = 0; at < samples.length; at++) samples[at] = signal(at / sampleRate)
  return samples
}

/** Signals one after the other; each begins at its own 0. */
export function inTurn(sampleRate: number, ...parts: [signal: Signal, seconds: number][]): Float32Array {
  const pieces = parts.map(([signal, seconds]) => sampled(signal, sampleRate, seconds))
  const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
