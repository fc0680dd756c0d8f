/** The Worker's surface. The default entrypoint runs for every request, Cached for what the cache does not hold. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { app, cachedApp } from './app.ts'
import { purgeTags } from './http/cache.ts'
import { queueHandler } from './maintenance/queues.ts'
import { scheduledHandler } from './maintenance/scheduled.ts'

export default {
  fetch: app.fetch,
  queue: queueHandler,
  scheduled: scheduledHandler,
} satisfies ExportedHandler<Env>

export class Cached extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    return await cachedApp.fetch(request, this.env, this.ctx)
  }

  /** A purge reaches only the cache of the entrypoint that calls it. */
  async purge(tags: string[]): Promise<void> {
    await purgeTags(this.ctx.cache, tags)
  }
}
