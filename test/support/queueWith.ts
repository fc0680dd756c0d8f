import { env } from 'cloudflare:workers'

/** A queue with this `send`, which may keep or refuse what it is given. */
export function queueWith(send: (body: unknown) => Promise<unknown>): Queue {
  return new Proxy(env.PLAYS, { get: (_, name) => (name === 'send' ? send : undefined) })
}
