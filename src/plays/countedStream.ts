import { streamOperation } from '../audio/operations.ts'
import type { Operation } from '../http/documentation.ts'
import { ruleForPeople } from './ruleForPeople.ts'

/** The stream as the documentation tells of it: with the rule by which its starts are counted. */
export const countedStream: Operation = {
  ...streamOperation,
  description: `${streamOperation.description}\n\n${ruleForPeople}`,
}
