import { expect, test } from 'vitest'
import { isTooOften } from '../../src/local/worker.ts'

test.each([
  [[], false],
  [[0], false],
  [[0, 0, 0], false],
  [[0, 0, 0, 0], true],
  [[0, 10, 20, 999], true],
  [[0, 10, 20, 1000], false],
  [[0, 10, 20, 1000, 1009], true],
  [[0, 10, 20, 1000, 1010], false],
])('ends of wrangler at %j, three restarts a second: too often is %j', (ends, expected) => {
  expect(isTooOften(ends, { count: 3, withinMs: 1000 })).toBe(expected)
})
