import { highPass, type Signal } from './signal.ts'

// Two channels that voices are placed on; a mono piece uses the same stage and is folded down at the end.
export type Stage = { sampleRateHz: number; left: Signal; right: Signal }

export type Placement = { atSeconds: number; level: number; pan?: number }

const peakLevel = 10 ** (-3 / 20)

export function emptyStage(durationSeconds: number, sampleRateHz: number): Stage {
  const length = Math.round(durationSeconds * sampleRateHz)
  return { sampleRateHz, left: new Float64Array(length), right: new Float64Array(length) }
}

function addInto(target: Signal, source: Signal, offset: number, level: number): void {
  const end = Math.min(source.length, target.length - offset)
  for (let index = 0; index < end; index++) {
    target[offset + index] = (target[offset + index] ?? 0) + (source[index] ?? 0) * level
  }
}

// pan runs from -1 (left) to 1 (right), at equal power so a sound keeps its loudness as it moves.
export function place(stage: Stage, signal: Signal, { atSeconds, level, pan = 0 }: Placement): void {
  const offset = Math.max(0, Math.round(atSeconds * stage.sampleRateHz))
  const angle = ((pan + 1) * Math.PI) / 4
  addInto(stage.left, signal, offset, level * Math.cos(angle))
  addInto(stage.right, signal, offset, level * Math.sin(angle))
}

export function layer(stage: Stage, above: Stage, level: number): void {
  addInto(stage.left, above.left, 0, level)
  addInto(stage.right, above.right, 0, level)
}

// Repeats cross from side to side and lose their brightness as they go.
export function addEcho(stage: Stage, delaySeconds: number, feedback: number): void {
  const delay = Math.round(delaySeconds * stage.sampleRateHz)
  const { left, right } = stage
  let softLeft = 0
  let softRight = 0
  for (let index = delay; index < left.length; index++) {
    softLeft += 0.4 * ((right[index - delay] ?? 0) - softLeft)
    softRight += 0.4 * ((left[index - delay] ?? 0) - softRight)
    left[index] = (left[index] ?? 0) + feedback * softLeft
    right[index] = (right[index] ?? 0) + feedback * softRight
  }
}

function comb(input: Signal, delay: number, feedback: number): Signal {
  const output = new Float64Array(input.length)
  let damped = 0
  for (let index = delay; index < input.length; index++) {
    damped += 0.55 * ((output[index - delay] ?? 0) - damped)
    output[index] = (input[index - delay] ?? 0) + feedback * damped
  }
  return output
}

function allPass(input: Signal, delay: number): Signal {
  const output = new Float64Array(input.length)
  for (let index = 0; index < input.length; index++) {
    const delayedInput = input[index - delay] ?? 0
    const delayedOutput = output[index - delay] ?? 0
    output[index] = -0.5 * (input[index] ?? 0) + delayedInput + 0.5 * delayedOutput
  }
  return output
}

// Delays share no common factor to speak of, so the room has no pitch of its own.
const combDelaysSeconds = [0.0297, 0.0371, 0.0411, 0.0437]
const allPassDelaysSeconds = [0.005, 0.0017]

function roomOf(input: Signal, sampleRateHz: number, decaySeconds: number, stretch: number): Signal {
  const wet = new Float64Array(input.length)
  for (const delaySeconds of combDelaysSeconds) {
    const delay = Math.round(delaySeconds * stretch * sampleRateHz)
    addInto(wet, comb(input, delay, 10 ** ((-3 * delaySeconds) / decaySeconds)), 0, 0.25)
  }
  return allPassDelaysSeconds.reduce(
    (signal, delaySeconds) => allPass(signal, Math.round(delaySeconds * stretch * sampleRateHz)),
    wet,
  )
}

export function addRoom(stage: Stage, decaySeconds: number, wetLevel: number): void {
  const leftRoom = roomOf(stage.left, stage.sampleRateHz, decaySeconds, 1)
  const rightRoom = roomOf(stage.right, stage.sampleRateHz, decaySeconds, 1.041)
  addInto(stage.left, leftRoom, 0, wetLevel)
  addInto(stage.right, rightRoom, 0, wetLevel)
}

function fade(signal: Signal, sampleRateHz: number, inSeconds: number, outSeconds: number): Signal {
  return signal.map((sample, index) => {
    const rise = Math.min(1, index / (inSeconds * sampleRateHz))
    const fall = Math.min(1, (signal.length - 1 - index) / (outSeconds * sampleRateHz))
    return sample * Math.sin((rise * Math.PI) / 2) * Math.sin((fall * Math.PI) / 2)
  })
}

export type Finish = { channels: 1 | 2; fadeInSeconds: number; fadeOutSeconds: number; warmth?: number }

function loudestOf(signals: Signal[]): number {
  return Math.max(
    ...signals.map((signal) => signal.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)),
  )
}

// Rounds off the sharpest peaks, so that plucks and drums are not left far quieter than held notes.
function rounded(signals: Signal[], warmth: number): Signal[] {
  const drive = warmth / Math.max(loudestOf(signals), Number.EPSILON)
  return signals.map((signal) => signal.map((sample) => Math.tanh(sample * drive)))
}

// The finished channels: no rumble, faded at both ends, with the loudest sample at -3 dBFS.
export function finish(stage: Stage, { channels, fadeInSeconds, fadeOutSeconds, warmth }: Finish): Signal[] {
  const { sampleRateHz, left, right } = stage
  const folded = left.map((sample, index) => (sample + (right[index] ?? 0)) / 2)
  const level = (channels === 1 ? [folded] : [left, right]).map((signal) =>
    highPass(signal, 25, sampleRateHz),
  )
  const faded = (warmth === undefined ? level : rounded(level, warmth)).map((signal) =>
    fade(signal, sampleRateHz, fadeInSeconds, fadeOutSeconds),
  )
  const gain = peakLevel / Math.max(loudestOf(faded), Number.EPSILON)
  return faded.map((signal) => signal.map((sample) => sample * gain))
}
