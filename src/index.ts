/** The Worker's surface: the default entrypoint runs for every request, Cached for what the cache may hold. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { app } from './app.ts'

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>

export class Cached extends WorkerEntrypoint<Env> {
  override fetch(request: Request): Response | Promise<Response> {
    return app.fetch(request, this.env, this.ctx)
  }
}
