/** The picture of a waveform. */
import { describe, expect, it } from 'vitest'
import { waveformSvg } from '../../src/sound/waveformSvg.ts'

function waveform(...data: number[]) {
  return { sampleRate: 8000, samplesPerPixel: 2, data: Int8Array.from(data) }
}

function pathOf(svg: string): string {
  return /<path [^>]*d="([^"]*)"/.exec(svg)?.[1] ?? ''
}

describe('bars', () => {
  it('go from the highest value down to the lowest', () => {
    expect(pathOf(waveformSvg(waveform(-128, 127, -10, 20)))).toBe('M300 1v255M900 108v30')
  })

  it('are a thin line in silence, and without sound', () => {
    expect(pathOf(waveformSvg(waveform(0, 0)))).toBe('M600 127v2')
    expect(pathOf(waveformSvg(waveform()))).toBe('M600 127v2')
  })

  it('begin at the middle if all of the sound is on one side', () => {
    expect(pathOf(waveformSvg(waveform(64, 96)))).toBe('M600 32v96')
  })

  it.each([1000, 1500, 1999, 2000])(
    'are 300 of %d points, each with the extremes of its points',
    (points) => {
      const data = Array.from({ length: points }, (_, point) =>
        point === points - 1 ? [-128, 127] : [-1, 1],
      ).flat()
      const bars = pathOf(waveformSvg(waveform(...data)))
        .split('M')
        .slice(1)
      expect(bars).toHaveLength(300)
      expect(bars.at(-1)).toBe('1198 1v255')
      expect(bars.slice(0, -1).every((bar) => bar.endsWith(' 127v2'))).toBe(true)
    },
  )
})

describe('the document', () => {
  it('is the same each time, small, and has no script', () => {
    const data = Array.from({ length: 4000 }, (_, index) => (index % 2 ? 127 : -128))
    const svg = waveformSvg(waveform(...data))
    expect(svg.length).toBeLessThan(6000)
    expect(svg.replace(/ d="[^"]*"/, '')).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="256" viewBox="0 0 1200 256" ' +
        'preserveAspectRatio="none" role="img" color="#2f7fd6"><title>Waveform</title>' +
        '<path fill="none" stroke="currentColor" stroke-width="3"/></svg>',
    )
  })
})
