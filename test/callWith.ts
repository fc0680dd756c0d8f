/** The API with other bindings than its own. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { cachedApp, createApp } from '../src/app.ts'

/** Those of the Worker, with any values for its settings. */
type Bindings = { [Name in keyof Env]: Env[Name] extends string ? string | undefined : Env[Name] }

/** Sends a request to an app of its own, and waits until all that it has begun is done. */
export async function callWith(bindings: Bindings, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const app = createApp({
    fetch: async (request) => await cachedApp.fetch(request, bindings, context),
    purge: async () => {},
  })
  const response = await app.fetch(new Request(`https://clips.test${path}`, init), bindings, context)
  const whole = new Response(await response.bytes(), response)
  await waitOnExecutionContext(context)
  return whole
}
