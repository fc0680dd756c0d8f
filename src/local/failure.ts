/** Something that can be expected to go wrong on a machine; its message is one line for the person there. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** What an error says in one line; where it only wraps another, what that one says. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reason(error.cause)
  if ('sourceError' in error && error.sourceError instanceof Error) return reason(error.sourceError)
  const [line] = error.message.split('\n')
  if (line) return line
  // Node tries every address of a name; when all refuse, the error has a code and no message.
  return 'code' in error ? String(error.code) : error.name
}

/** Prints an expected failure as its one line, anything else in full, and gives the exit code. */
export function tell(error: unknown): number {
  console.error(error instanceof Failure ? error.message : error)
  return error instanceof Failure ? error.exitCode : 1
}
