/** Reads /metrics as a scraper does. */
import { expect } from 'vitest'
import { call } from './api.ts'

/** The samples of an exposition. Anything but samples and comments is an error. */
export function samplesOf(text: string): Record<string, number> {
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.split('\n').slice(0, -1)
  const samples = lines.filter((line) => !/^# (HELP|TYPE) clips_\w+ \S/.test(line))
  return Object.fromEntries(
    samples.map((line) => {
      const [, series, value] = /^(clips_\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      if (series === undefined) throw new Error(`no sample: ${line}`)
      return [series, Number(value)]
    }),
  )
}

export async function scrape(
  asked: (path: string, init?: RequestInit) => Promise<Response> = call,
  init?: RequestInit,
) {
  const response = await asked('/metrics', init)
  expect(response.status).toBe(200)
  return samplesOf(await response.text())
}
