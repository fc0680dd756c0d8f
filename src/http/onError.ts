import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Problem, renderProblem } from './problem.ts'
import { logLine } from './requestLog.ts'

/**
 * Renders whatever a route threw. `recognise` turns the errors of lower layers (the database, say) into a
 * Problem; what nobody recognises is a 500 that says nothing of its cause, which goes to the log instead.
 */
export function answerErrors(recognise: (error: unknown) => Problem | undefined): ErrorHandler {
  return (error, c) => {
    const problem = asProblem(error, recognise)
    const requestId: string | undefined = c.get('requestId')
    c.set('problem', problem.problem)
    if (problem.status >= 500) {
      logLine('error', problem.problem, { request_id: requestId, error: describeError(error) })
    }
    return renderProblem(problem, requestId)
  }
}

function asProblem(error: unknown, recognise: (error: unknown) => Problem | undefined): Problem {
  if (error instanceof Problem) return error
  const recognised = recognise(error)
  if (recognised) return recognised
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem('malformed-request', { cause: error })
  }
  return new Problem('internal-error', { cause: error })
}

/**
 * An error with its causes, in one line for the log. drizzle ends the message of a failed query with its parameters:
 * what people searched for, and hashes of keys and listeners. They stay out.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` <- ${describeError(error.cause)}`
  const [message] = error.message.split('\nparams: ')
  return `${error.name}: ${message}${cause}`
}
