/** The stream endpoint, as it runs, against every case. */
import { beforeAll, expect, inject, it } from 'vitest'
import { cases } from './cases/index.ts'
import { asksFor, type Facts } from './conformanceCase.ts'
import { runCase } from './runCases.ts'
import { learnFacts, type Target } from './target.ts'
import { uploadClip } from './uploadClip.ts'

let target: Target
let facts: Facts

beforeAll(async () => {
  target = await uploadClip(inject('clipsUrl'))
  facts = await learnFacts(target)
})

// An empty file is no audio, so there is no such clip.
it.each(cases.filter((one) => !asksFor('empty', one)))('$section ($level) $name', async (one) => {
  expect((await runCase(target, facts, one, 'strict')).complaints).toEqual([])
})
