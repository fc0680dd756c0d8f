import { bandPass, highPass, lowPass, shape, signalFrom, whiteNoise } from './signal.ts'
import type { RandomSource, Signal } from './signal.ts'

type Overtone = { ratio: number; level: number; decaySeconds: number }

export const marimbaBar: Overtone[] = [
  { ratio: 1, level: 1, decaySeconds: 0.42 },
  { ratio: 3.93, level: 0.3, decaySeconds: 0.11 },
  { ratio: 9.2, level: 0.08, decaySeconds: 0.04 },
]

export const vibraphoneBar: Overtone[] = [
  { ratio: 1, level: 1, decaySeconds: 1.1 },
  { ratio: 4, level: 0.18, decaySeconds: 0.5 },
  { ratio: 10, level: 0.03, decaySeconds: 0.12 },
]

export const glassBell: Overtone[] = [
  { ratio: 1, level: 1, decaySeconds: 1.6 },
  { ratio: 2.76, level: 0.28, decaySeconds: 0.8 },
  { ratio: 5.4, level: 0.1, decaySeconds: 0.3 },
]

export const uprightBass: Overtone[] = [
  { ratio: 1, level: 1, decaySeconds: 0.55 },
  { ratio: 2, level: 0.55, decaySeconds: 0.35 },
  { ratio: 3, level: 0.3, decaySeconds: 0.2 },
  { ratio: 4, level: 0.14, decaySeconds: 0.12 },
  { ratio: 6, level: 0.06, decaySeconds: 0.05 },
]

export const tinSheet: Overtone[] = [
  { ratio: 1, level: 1, decaySeconds: 0.03 },
  { ratio: 1.59, level: 0.7, decaySeconds: 0.022 },
  { ratio: 2.65, level: 0.45, decaySeconds: 0.014 },
]

function attack(seconds: number, attackSeconds: number): number {
  return Math.min(1, seconds / attackSeconds)
}

// Overtones above the audible band of the file are left out, since they would fold back as false notes.
export function struck(frequencyHz: number, overtones: Overtone[], rateHz: number, seconds = 3): Signal {
  const audible = overtones.filter(({ ratio }) => ratio * frequencyHz < rateHz * 0.45)
  return signalFrom(seconds, rateHz, (at) => {
    const cutShort = Math.min(1, (seconds - at) / 0.03)
    const sum = audible.reduce(
      (total, { ratio, level, decaySeconds }) =>
        total + level * Math.exp(-at / decaySeconds) * Math.sin(2 * Math.PI * frequencyHz * ratio * at),
      0,
    )
    return sum * attack(at, 0.003) * cutShort
  })
}

// A string: a burst of noise circling a delay line one period long, dulled a little on each lap.
export function plucked(frequencyHz: number, rateHz: number, seconds: number, random: RandomSource): Signal {
  const periodSamples = rateHz / frequencyHz - 0.5
  const whole = Math.floor(periodSamples)
  const part = periodSamples - whole
  const noise = lowPass(whiteNoise(periodSamples / rateHz, rateHz, random), 2600, rateHz)
  // Any offset would circle as long as the note does, unheard but using up headroom.
  const offset = noise.reduce((sum, sample) => sum + sample, 0) / noise.length
  const burst = noise.map((sample) => sample - offset)
  const string = new Float64Array(Math.round(seconds * rateHz))
  const loss = 10 ** (-3 / (frequencyHz * (2.6 - Math.min(1.4, frequencyHz / 600))))
  const heard = (index: number): number => string[index] ?? 0
  const delayed = (index: number): number =>
    heard(index - whole) * (1 - part) + heard(index - whole - 1) * part
  for (let index = 0; index < string.length; index++) {
    string[index] = (burst[index] ?? 0) + loss * 0.5 * (delayed(index) + delayed(index - 1))
  }
  return shape(string, rateHz, (at) => Math.min(1, (seconds - at) / 0.08))
}

// Two slightly mistuned copies of one tone beat slowly against each other, like players in unison.
export function swelled(frequencyHz: number, rateHz: number, seconds: number, brightness: number): Signal {
  const harmonics = Array.from({ length: 9 }, (_, index) => index + 1).filter((n) => n * frequencyHz < 9000)
  const raw = signalFrom(seconds, rateHz, (at) => {
    const turn = 2 * Math.PI * frequencyHz * at
    return harmonics.reduce(
      (total, n) =>
        total + (brightness ** (n - 1) / n) * (Math.sin(turn * n) + Math.sin(turn * n * 1.004 + n)),
      0,
    )
  })
  return shape(raw, rateHz, (at) => Math.sin((Math.PI * at) / seconds) ** 1.3)
}

// A tine and its bar: the tone brightens with the strike and mellows as it rings.
export function electricPiano(frequencyHz: number, rateHz: number, seconds: number): Signal {
  return signalFrom(seconds, rateHz, (at) => {
    const turn = 2 * Math.PI * frequencyHz * at
    const body = Math.sin(turn + 1.1 * Math.exp(-at / 0.5) * Math.sin(turn))
    const tine = 0.12 * Math.exp(-at / 0.09) * Math.sin(turn * 7)
    const release = Math.min(1, (seconds - at) / 0.08)
    return (body * Math.exp(-at / 0.9) + tine) * attack(at, 0.004) * release
  })
}

export function synthPluck(frequencyHz: number, rateHz: number, seconds: number): Signal {
  const harmonics = [1, 2, 3, 4, 5, 6, 7, 8].filter((n) => n * frequencyHz < 12000)
  return signalFrom(seconds, rateHz, (at) => {
    const closing = 0.9 * Math.exp(-at / 0.16)
    const tone = harmonics.reduce(
      (total, n) => total + (closing ** (n - 1) / n) * Math.sin(2 * Math.PI * frequencyHz * n * at),
      0,
    )
    return tone * attack(at, 0.004) * Math.exp(-at / 0.28) * Math.min(1, (seconds - at) / 0.03)
  })
}

export type Skin = { fromHz: number; toHz: number; bendSeconds: number; decaySeconds: number }

export const kickSkin: Skin = { fromHz: 150, toHz: 48, bendSeconds: 0.035, decaySeconds: 0.17 }
export const lowHandSkin: Skin = { fromHz: 135, toHz: 88, bendSeconds: 0.03, decaySeconds: 0.22 }
export const openHandSkin: Skin = { fromHz: 300, toHz: 232, bendSeconds: 0.02, decaySeconds: 0.13 }

export function drum({ fromHz, toHz, bendSeconds, decaySeconds }: Skin, rateHz: number): Signal {
  return signalFrom(decaySeconds * 5, rateHz, (at) => {
    const cycles = toHz * at + (fromHz - toHz) * bendSeconds * (1 - Math.exp(-at / bendSeconds))
    const click = 0.2 * Math.exp(-at / 0.006) * Math.sin(2 * Math.PI * 6.1 * cycles)
    return (Math.sin(2 * Math.PI * cycles) * Math.exp(-at / decaySeconds) + click) * attack(at, 0.002)
  })
}

export type Hiss = { lowHz: number; highHz: number; attackSeconds: number; decaySeconds: number }

// Shakers, brushes, cymbals and claps: noise held to a band and let go quickly.
export function hiss(
  { lowHz, highHz, attackSeconds, decaySeconds }: Hiss,
  rateHz: number,
  random: RandomSource,
): Signal {
  const noise = whiteNoise(attackSeconds + decaySeconds * 5, rateHz, random)
  const banded = highPass(bandPass(noise, lowHz, highHz, rateHz), lowHz, rateHz)
  return shape(
    banded,
    rateHz,
    (at) => attack(at, attackSeconds) * Math.exp(-Math.max(0, at - attackSeconds) / decaySeconds),
  )
}
