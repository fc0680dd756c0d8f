/** The Worker's surface: the default entrypoint runs for every request, Cached for what the cache does not have. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { cachedApp, createApp } from './app.ts'
import { cachedEntrypoint } from './http/cachedEntrypoint.ts'
import { purgeTags } from './http/purge.ts'
import { queue } from './upkeep/queues.ts'
import { keepsUp } from './upkeep/scheduled.ts'

const { fetch } = createApp(cachedEntrypoint)
const scheduled = keepsUp(cachedEntrypoint.purge)
export default { fetch, queue, scheduled } satisfies ExportedHandler<Env>

export class Cached extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    return await cachedApp.fetch(request, this.env, this.ctx)
  }
  async purge(tags: string[]): Promise<void> {
    await purgeTags(this.ctx.cache, tags)
  }
}
