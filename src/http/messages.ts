/**
 * What a client is told about an invalid value. All messages have one voice: a short sentence that says what the value must
 * be. They replace zod's own.
 */
import { z } from '@hono/zod-openapi'

type Issue = z.core.$ZodRawIssue

/** The message for an issue. A schema may have a better one of its own. */
export function messageFor(issue: Issue): string {
  if (isRepeated(issue)) return repeated
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'Is required.'
        : `Must be ${types[issue.expected] ?? 'of the documented type'}.`
    case 'invalid_value':
      return `Must be ${oneOf(issue.values.map(String))}.`
    case 'too_big':
      return `Must ${sizeVerb(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}.`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty.'
      return `Must ${sizeVerb(issue.origin)} at least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}.`
    case 'invalid_format':
      return `Must be ${formats[issue.format] ?? 'of the documented form'}.`
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`
    case 'unrecognized_keys':
      return knownKeys(issue)
    default:
      return 'Must be as documented.'
  }
}

/** For a parameter or field that is given more than once, and for an array where one value belongs. */
const repeated = 'Must be one value, not several.'

function isRepeated(issue: Issue): boolean {
  if (!Array.isArray(issue.input)) return false
  return issue.code === 'invalid_value' || (issue.code === 'invalid_type' && issue.expected !== 'array')
}

/** The message for a whole number within limits, whatever is wrong with it. */
export function wholeNumberMessage(min: number, max: number) {
  return ({ input }: { input: unknown }) =>
    Array.isArray(input)
      ? repeated
      : `${input === undefined ? 'Is required: ' : 'Must be '}a whole number from ${min} to ${max}.`
}

const types: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'an array',
  object: 'an object',
  null: 'null',
}

const formats: Record<string, string> = {
  uuid: 'a UUID',
  url: 'a URL',
  datetime: 'a time as in RFC 3339',
}

function oneOf(values: string[]): string {
  const quoted = values.map((value) => `\`${value}\``)
  return quoted.length === 1 ? quoted.join('') : `one of ${quoted.join(', ')}`
}

const units: Record<string, string> = { string: 'character', array: 'item' }

function sizeVerb(origin: string): string {
  return origin in units ? 'have' : 'be'
}

function unitOf(origin: string, count: number | bigint): string {
  const unit = units[origin]
  return unit === undefined ? '' : ` ${unit}${count === 1 ? '' : 's'}`
}

/** What there is instead of an unknown key. */
function knownKeys({ inst }: Issue): string {
  const keys = inst instanceof z.ZodObject ? Object.keys(inst.shape) : []
  if (keys.length === 0) return 'This operation has none.'
  return `Known: ${keys.map((key) => `\`${key}\``).join(', ')}.`
}
