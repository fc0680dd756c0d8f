import { createServer, type Server } from 'node:http'
import send from 'send'
import { listenAnywhere, makeFolder, targetAt, type OtherServer } from './otherServer.ts'
import { versionOf } from './versionOf.ts'

/** What Express serves files with. */
export async function startSend(): Promise<OtherServer> {
  const { files, remove } = await makeFolder()
  const server = createServer((request, response) => {
    send(request, request.url?.replace(/\?.*/s, '') ?? '/', { root: files }).pipe(response)
  })
  const port = await listenAnywhere(server)
  return {
    name: `Express' send ${await versionOf('send')}`,
    target: await targetAt(port),
    stop: async () => {
      await closeServer(server)
      await remove()
    },
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
