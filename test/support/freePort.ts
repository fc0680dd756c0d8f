import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port that nothing listens on. It is below the ports that systems assign (32768 and up on Linux, 49152 and up
 * elsewhere), so that no other program gets it before the test binds it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await canListen(port)) return port
  }
  throw new Error('No free port was found between 20000 and 30000')
}

/** Whether a port of this machine is free now. */
export async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
