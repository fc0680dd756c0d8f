import { Problem } from './problem.ts'

/** A request's body as it comes. That it breaks off is the client's doing or its network's: a 400, and none of our errors. */
export async function* readBody(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw new Problem('malformed-request', { detail: 'The body broke off before its end.', cause: error })
  }
}
