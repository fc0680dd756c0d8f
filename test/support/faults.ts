/** Faults of R2 and of Postgres. */
import { env } from 'cloudflare:workers'
import { z } from 'zod'
import { wrapBucket } from './wrapBucket.ts'

/** Bindings with which Postgres cannot be reached: nothing listens there. */
export const withoutDatabase = { ...env, DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' }

/** What R2 throws when it fails. */
export const r2Error = async (): Promise<never> =>
  await Promise.reject(new Error('we encountered an internal error (10001)'))

/** Fails as an operation may; `undefined` lets it through. */
export type Fault = (operation: string, key: unknown) => Promise<never> | undefined

/** The bucket itself, except for what `fault` breaks. */
export function faultyBucket(bucket: R2Bucket, fault: Fault): R2Bucket {
  return wrapBucket(bucket, async ({ name, key }, act) => await (fault(name, key) ?? act()))
}

/** An answer of Postgres, cut to no rows. */
export async function withoutRows(answer: Response): Promise<Response> {
  const whole = z.looseObject({ rows: z.array(z.unknown()) }).parse(await answer.json())
  return Response.json({ ...whole, rows: [], rowCount: 0 })
}

/** The ways in which an answer of Postgres gets lost once it has been sent. */
export const losses: [how: string, lose: (answer: Response) => Promise<Response>][] = [
  ['before its head', async () => await Promise.reject(new Error('network connection lost'))],
  ['with an error within its body', async (answer) => await cutBody(answer, 'error')],
  ['with a body that ends too soon', async (answer) => await cutBody(answer, 'close')],
  ['with an empty body', async (answer) => new Response('', answer)],
]

/** Half of the body, under the head that promised all of it. */
async function cutBody(answer: Response, end: 'error' | 'close'): Promise<Response> {
  const whole = await answer.bytes()
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(whole.subarray(0, whole.length / 2)),
    pull: (controller) =>
      end === 'close' ? controller.close() : controller.error(new Error('network connection lost')),
  })
  return new Response(body, answer)
}
