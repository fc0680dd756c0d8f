/** Runs cases against a server, and counts the results by level. */
import { checkCase } from './checkCase.ts'
import {
  exchangesOf,
  fromFacts,
  NotOffered,
  type ConformanceCase,
  type Exchange,
  type Facts,
  type Level,
} from './conformanceCase.ts'
import { exchange, type RawRequest } from './rawClient.ts'
import { valuesOf, type Answer } from './readAnswer.ts'
import { learnFacts, writeRequest, type Target } from './target.ts'

/** `strict` holds the server to our readings where the RFC leaves it open. */
export type Strictness = 'strict' | 'asTheRfcSays'

export type Result = {
  case: ConformanceCase
  outcome: 'passed' | 'failed' | 'not applicable'
  complaints: string[]
}

export type Count = { passed: number; total: number }

const longestWaitSeconds = 60

/** Runs the cases one after the other, so that a failure has its own reason. */
export async function runCases(
  target: Target,
  cases: ConformanceCase[],
  strictness: Strictness,
): Promise<Result[]> {
  const facts = await learnFacts(target)
  const results: Result[] = []
  for (const one of cases) results.push(await runCase(target, facts, one, strictness))
  return results
}

/** A connection that fails is a complaint like any other. */
export async function runCase(
  target: Target,
  facts: Facts,
  one: ConformanceCase,
  strictness: Strictness,
): Promise<Result> {
  try {
    const complaints = await complaintsAbout(target, facts, one, strictness)
    return { case: one, outcome: complaints.length === 0 ? 'passed' : 'failed', complaints }
  } catch (error) {
    if (error instanceof NotOffered)
      return { case: one, outcome: 'not applicable', complaints: [error.message] }
    const message = error instanceof Error ? error.message : 'the exchange failed'
    return { case: one, outcome: 'failed', complaints: [message] }
  }
}

/** Cases that apply, and those passed, by level. */
export function countByLevel(results: Result[]): Record<Level, Count> {
  const counts: Record<Level, Count> = {
    must: { passed: 0, total: 0 },
    should: { passed: 0, total: 0 },
    client: { passed: 0, total: 0 },
  }
  for (const { case: one, outcome } of results) {
    if (outcome === 'not applicable') continue
    counts[one.level].total += 1
    if (outcome === 'passed') counts[one.level].passed += 1
  }
  return counts
}

async function complaintsAbout(
  target: Target,
  facts: Facts,
  one: ConformanceCase,
  strictness: Strictness,
): Promise<string[]> {
  const exchanges = exchangesOf(one)
  if (one.needs) void facts[one.needs] // throws if it is not there
  const requests = exchanges.map(({ request }) => writeRequest(target, fromFacts(request, facts)))
  const expectations = exchanges.map((each) => expectedOf(each, facts, strictness))
  const answers: Answer[] = []
  if ('pipelined' in one) answers.push(...(await askPatiently(target, requests)))
  else for (const request of requests) answers.push(...(await askPatiently(target, [request])))
  const several = answers.length > 1
  return answers.flatMap((answer, at) => {
    const complaints = checkCase(answer, requests[at]?.method ?? 'GET', expectations[at] ?? [], facts)
    return complaints.map((complaint) => (several ? `answer ${at + 1}: ${complaint}` : complaint))
  })
}

/** A server may limit how often it is asked. It says when to come back (RFC 6585 §4). */
async function askPatiently(target: Target, requests: RawRequest[]): Promise<Answer[]> {
  const answers = await exchange(target, requests)
  const limited = answers.find(({ status }) => status === 429)
  const seconds = Number(limited && valuesOf(limited, 'Retry-After')[0])
  if (!(seconds <= longestWaitSeconds)) return answers
  await new Promise((resolve) => setTimeout(resolve, (seconds + 1) * 1000))
  return await exchange(target, requests)
}

function expectedOf({ expected, ourReading }: Exchange, facts: Facts, strictness: Strictness) {
  return fromFacts((strictness === 'strict' ? ourReading : undefined) ?? expected, facts)
}
