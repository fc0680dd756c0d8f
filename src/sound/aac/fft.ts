/**
 * A discrete Fourier transform of any length 2^a·3^b·5^c. The package that is most used (fft.js) takes powers of two only, and
 * frames of 960 samples need 480 and 60 points. Each pass splits off a radix and leaves its results in order (Stockham),
 * so that nothing is permuted.
 */

type Pass = {
  radix: 2 | 3 | 4 | 5
  /** Transforms that the pass leaves, and how many neighbours each of its steps handles. */
  groups: number
  stride: number
  /** For each group: cosine and sine of its turn, once, twice, … radix − 1 times. */
  turns: Float64Array
  /** For each result of a step, and each of its terms: cosine and sine of the turn between them. */
  roots: Float64Array
}

export type Fft = {
  /** The input: real and imaginary parts. The transform changes it. */
  re: Float64Array
  im: Float64Array
  /** Where the result is, afterwards: the input's arrays or others. */
  outRe: Float64Array
  outIm: Float64Array
  transform: () => void
}

export function createFft(points: number): Fft {
  const passes = planPasses(points)
  const re = new Float64Array(points)
  const im = new Float64Array(points)
  const otherRe = new Float64Array(points)
  const otherIm = new Float64Array(points)
  const isInOther = passes.length % 2 === 1
  return {
    re,
    im,
    outRe: isInOther ? otherRe : re,
    outIm: isInOther ? otherIm : im,
    transform: () => {
      let fromFirst = true
      for (const pass of passes) {
        if (fromFirst) runPass(pass, re, im, otherRe, otherIm)
        else runPass(pass, otherRe, otherIm, re, im)
        fromFirst = !fromFirst
      }
    },
  }
}

function planPasses(points: number): Pass[] {
  const passes: Pass[] = []
  let left = points
  for (const radix of [4, 2, 3, 5] as const) {
    for (; left % radix === 0; left /= radix) {
      passes.push({
        radix,
        groups: left / radix,
        stride: points / left,
        turns: turnsOf(radix, left),
        roots: rootsOf(radix),
      })
    }
  }
  if (left !== 1) throw new RangeError(`No transform of ${points} points.`)
  return passes
}

function turnsOf(radix: number, length: number): Float64Array {
  const turns: number[] = []
  for (let group = 0; group < length / radix; group++) {
    for (let times = 1; times < radix; times++) {
      const angle = (2 * Math.PI * group * times) / length
      turns.push(Math.cos(angle), Math.sin(angle))
    }
  }
  return Float64Array.from(turns)
}

function rootsOf(radix: number): Float64Array {
  const roots: number[] = []
  for (let result = 0; result < radix; result++) {
    for (let term = 0; term < radix; term++) {
      const angle = (2 * Math.PI * ((result * term) % radix)) / radix
      roots.push(Math.cos(angle), Math.sin(angle))
    }
  }
  return Float64Array.from(roots)
}

function runPass(pass: Pass, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  if (pass.radix === 4) pass4(pass, xr, xi, yr, yi)
  else if (pass.radix === 2) pass2(pass, xr, xi, yr, yi)
  else passOdd(pass, xr, xi, yr, yi)
}

type RunPass = typeof runPass

const pass4: RunPass = ({ groups, stride, turns }, xr, xi, yr, yi) => {
  const quarter = groups * stride
  for (let group = 0, turn = 0; group < groups; group++, turn += 6) {
    const c1 = turns[turn] ?? 0
    const s1 = turns[turn + 1] ?? 0
    const c2 = turns[turn + 2] ?? 0
    const s2 = turns[turn + 3] ?? 0
    const c3 = turns[turn + 4] ?? 0
    const s3 = turns[turn + 5] ?? 0
    const end = stride * (group + 1)
    for (let a = stride * group, out = 4 * stride * group; a < end; a++, out++) {
      const b = a + quarter
      const c = b + quarter
      const d = c + quarter
      const sumR = (xr[a] ?? 0) + (xr[c] ?? 0)
      const sumI = (xi[a] ?? 0) + (xi[c] ?? 0)
      const lessR = (xr[a] ?? 0) - (xr[c] ?? 0)
      const lessI = (xi[a] ?? 0) - (xi[c] ?? 0)
      const oddR = (xr[b] ?? 0) + (xr[d] ?? 0)
      const oddI = (xi[b] ?? 0) + (xi[d] ?? 0)
      const turnedR = (xi[b] ?? 0) - (xi[d] ?? 0)
      const turnedI = (xr[d] ?? 0) - (xr[b] ?? 0)
      yr[out] = sumR + oddR
      yi[out] = sumI + oddI
      const r1 = lessR + turnedR
      const i1 = lessI + turnedI
      yr[out + stride] = r1 * c1 + i1 * s1
      yi[out + stride] = i1 * c1 - r1 * s1
      const r2 = sumR - oddR
      const i2 = sumI - oddI
      yr[out + 2 * stride] = r2 * c2 + i2 * s2
      yi[out + 2 * stride] = i2 * c2 - r2 * s2
      const r3 = lessR - turnedR
      const i3 = lessI - turnedI
      yr[out + 3 * stride] = r3 * c3 + i3 * s3
      yi[out + 3 * stride] = i3 * c3 - r3 * s3
    }
  }
}

const pass2: RunPass = ({ groups, stride, turns }, xr, xi, yr, yi) => {
  const half = groups * stride
  for (let group = 0; group < groups; group++) {
    const cos = turns[2 * group] ?? 0
    const sin = turns[2 * group + 1] ?? 0
    const end = stride * (group + 1)
    for (let a = stride * group, out = 2 * stride * group; a < end; a++, out++) {
      const b = a + half
      const lessR = (xr[a] ?? 0) - (xr[b] ?? 0)
      const lessI = (xi[a] ?? 0) - (xi[b] ?? 0)
      yr[out] = (xr[a] ?? 0) + (xr[b] ?? 0)
      yi[out] = (xi[a] ?? 0) + (xi[b] ?? 0)
      yr[out + stride] = lessR * cos + lessI * sin
      yi[out + stride] = lessI * cos - lessR * sin
    }
  }
}

/** Radix 3 and 5, each result a sum over all: they are the last passes, of frames of 960 samples, which are rare. */
const passOdd: RunPass = ({ radix, groups, stride, turns, roots }, xr, xi, yr, yi) => {
  const part = groups * stride
  for (let group = 0; group < groups; group++) {
    for (let neighbour = 0; neighbour < stride; neighbour++) {
      const a = stride * group + neighbour
      for (let result = 0; result < radix; result++) {
        let sumR = 0
        let sumI = 0
        for (let term = 0; term < radix; term++) {
          const root = 2 * (result * radix + term)
          const cos = roots[root] ?? 0
          const sin = roots[root + 1] ?? 0
          const r = xr[a + term * part] ?? 0
          const i = xi[a + term * part] ?? 0
          sumR += r * cos + i * sin
          sumI += i * cos - r * sin
        }
        const turn = 2 * (group * (radix - 1) + result - 1)
        const cos = result === 0 ? 1 : (turns[turn] ?? 0)
        const sin = result === 0 ? 0 : (turns[turn + 1] ?? 0)
        const out = stride * (radix * group + result) + neighbour
        yr[out] = sumR * cos + sumI * sin
        yi[out] = sumI * cos - sumR * sin
      }
    }
  }
}
