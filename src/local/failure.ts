/** An expected failure. Its message is one line for the user. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The message of an error, or of the error that it wraps, in one line. */
export function oneLineMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return oneLineMessage(error.cause)
  if ('sourceError' in error && error.sourceError instanceof Error) return oneLineMessage(error.sourceError)
  const [line] = error.message.split('\n')
  if (line) return line
  // If all addresses of a name refuse, Node's error has a code and no message.
  return 'code' in error ? String(error.code) : error.name
}

/** Prints an expected failure as one line and any other error in full. Returns the exit code. */
export function printError(error: unknown): number {
  console.error(error instanceof Failure ? error.message : error)
  return error instanceof Failure ? error.exitCode : 1
}
