import type { AddressInfo } from 'node:net'
import { relative } from 'node:path'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { makeFolder, targetAt, type OtherServer } from './otherServer.ts'
import { versionOf } from './versionOf.ts'

/** Hono's static files under Node. */
export async function startHonoStatic(): Promise<OtherServer> {
  const { files, remove } = await makeFolder()
  const app = new Hono().use(serveStatic({ root: relative(process.cwd(), files) }))
  const address = Promise.withResolvers<AddressInfo>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, address.resolve)
  return {
    name: `Hono's static server ${await versionOf('@hono/node-server')}`,
    target: await targetAt((await address.promise).port),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
      await remove()
    },
  }
}
