/** Breaks what the product stands on, one operation at a time. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { cachedApp, createApp } from '../src/app.ts'

/** The bindings, with other values where the generated type only knows those of wrangler.toml. */
export type Bindings = { [Name in keyof Env]: Env[Name] extends string ? string : Env[Name] }

/** Sends a request through the product with the given bindings, and waits for all that it started. */
export async function callWith(other: Bindings, path: string, init: RequestInit = {}): Promise<Response> {
  const bindings: Env = Object.assign({ ...env }, other)
  const context = createExecutionContext()
  const app = createApp({
    fetch: async (request) => await cachedApp.fetch(request, bindings, context),
    purge: async () => {},
  })
  const response = await app.fetch(new Request(`https://clips.test${path}`, init), bindings, context)
  const whole = new Response(response.body && (await response.bytes()), response)
  await waitOnExecutionContext(context)
  return whole
}

/** What an operation does instead: `undefined` lets it through. Operations of a multipart upload are named too. */
export type Fault = (operation: string, key: unknown) => Promise<never> | undefined

/** The bucket itself, but for what `fault` breaks. */
export function faultyBucket(bucket: R2Bucket, fault: Fault): R2Bucket {
  return faulty(bucket, fault, undefined)
}

function faulty<Target extends object>(target: Target, fault: Fault, key: unknown): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        const failure = fault(String(name), key ?? args[0])
        if (failure) return await failure
        const result: unknown = await Reflect.apply(member, target, args)
        return name === 'createMultipartUpload' && typeof result === 'object' && result !== null
          ? faulty(result, fault, args[0])
          : result
      }
    },
  })
}

/** Queries pass through `send` while `work` runs; what it does not send never reaches Postgres. */
export async function withQueries<Result>(
  send: (query: string, real: () => Promise<Response>) => Promise<Response>,
  work: () => Promise<Result>,
): Promise<Result> {
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) =>
    await send(typeof init?.body === 'string' ? init.body : '', async () => await real(input, init))
  try {
    return await work()
  } finally {
    globalThis.fetch = real
  }
}

/** The ways in which an answer of Postgres gets lost once it is on its way. */
export const losses: [how: string, lose: (answer: Response) => Promise<Response>][] = [
  ['before its head', async () => await Promise.reject(new Error('network connection lost'))],
  ['with an error within its body', async (answer) => await cutBody(answer, 'error')],
  ['as a body that ends too soon', async (answer) => await cutBody(answer, 'close')],
  ['as a body of which nothing came', async (answer) => new Response('', answer)],
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
