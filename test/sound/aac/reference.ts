/** The forward transform as the standard writes it (ISO/IEC 14496-3 §4.B.3), to compare with. */

export function pseudoRandom(length: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) | 0
    return state / 2 ** 31
  })
}

/** The lines of windowed samples, twice as many as lines, by the sum itself. */
export function forwardTransform(windowed: Float64Array): Float64Array {
  const lines = windowed.length / 2
  const cosines = Float64Array.from({ length: 8 * lines }, (_, index) =>
    Math.cos((Math.PI * index) / (4 * lines)),
  )
  return Float64Array.from({ length: lines }, (_, line) => {
    let sum = 0
    for (let sample = 0; sample < windowed.length; sample++) {
      sum += windowed[sample]! * cosines[((2 * sample + 1 + lines) * (2 * line + 1)) % (8 * lines)]!
    }
    return 2 * sum
  })
}

function slope(length: number, shape: number): Float64Array {
  if (shape === 0)
    return Float64Array.from({ length }, (_, at) => Math.sin((Math.PI / (2 * length)) * (at + 0.5)))
  const alpha = length > 128 ? 4 : 6
  const kaiser = Array.from({ length: length + 1 }, (_, at) =>
    bessel(Math.PI * alpha * Math.sqrt(1 - ((at - length / 2) / (length / 2)) ** 2)),
  )
  const sum = (to: number): number => kaiser.slice(0, to + 1).reduce((total, value) => total + value, 0)
  const total = sum(length)
  return Float64Array.from({ length }, (_, at) => Math.sqrt(sum(at) / total))
}

function bessel(x: number): number {
  let [sum, term] = [1, 1]
  for (let index = 1; index < 60; index++) {
    term *= x / 2 / index
    sum += term * term
  }
  return sum
}

/** What an encoder makes of two frames of samples: lines of one long window or of eight short ones. */
export function encodeFrame(
  samples: Float64Array,
  sequence: number,
  shapeBefore: number,
  shape: number,
): Float64Array {
  const lines = samples.length / 2
  const short = lines / 8
  const flat = (lines - short) / 2
  const at = (index: number, length: number, kind: number): number => slope(length, kind)[index]!
  if (sequence === 2) {
    const result = new Float64Array(lines)
    for (let window = 0; window < 8; window++) {
      const [rise, fall] = [slope(short, window === 0 ? shapeBefore : shape), slope(short, shape)]
      const part = samples.slice(flat + window * short, flat + (window + 2) * short)
      result.set(
        forwardTransform(
          part.map((value, index) => value * (index < short ? rise[index]! : fall[2 * short - 1 - index]!)),
        ),
        window * short,
      )
    }
    return result
  }
  const half = (isPadded: boolean, kind: number): Float64Array => {
    if (!isPadded) return slope(lines, kind)
    return Float64Array.from({ length: lines }, (_, index) =>
      index < flat ? 0 : index >= flat + short ? 1 : at(index - flat, short, kind),
    )
  }
  const rise = half(sequence === 3, shapeBefore)
  const fall = half(sequence === 1, shape)
  return forwardTransform(
    samples.map((value, index) => value * (index < lines ? rise[index]! : fall[2 * lines - 1 - index]!)),
  )
}
