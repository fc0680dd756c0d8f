import { Problem } from '../../http/problem.ts'

/** What is wrong with the source. `detail` is ours alone: never a byte that the source has sent. */
export function importProblem(
  name: 'source-refused' | 'source-failed',
  detail: string,
  cause?: unknown,
): Problem {
  return new Problem(name, { detail, errors: [{ pointer: '/url', detail }], cause })
}
