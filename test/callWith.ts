/** The product with other bindings than the tests' own. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { cachedApp, createApp } from '../src/app.ts'
import { origin } from './api.ts'

/** Sends a request through both apps, and waits for what it has left running. */
export async function callWith(bindings: Env, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const app = createApp({
    fetch: async (request) => await cachedApp.fetch(request, bindings, context),
    purge: async () => {},
  })
  const response = await app.fetch(new Request(`${origin}${path}`, init), bindings, context)
  const whole = new Response(await response.bytes(), response)
  await waitOnExecutionContext(context)
  return whole
}
