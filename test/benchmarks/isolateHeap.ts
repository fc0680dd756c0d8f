/** The memory of one isolate, asked of workerd's inspector (Chrome DevTools Protocol). */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

export type IsolateHeap = { usedBytes: () => Promise<number>; close: () => void }

const Usage = z.object({ usedSize: z.number(), backingStorageSize: z.number() })
const Reply = z.object({ id: z.number(), result: Usage })
const attempts = 10

/** Wrangler wants the inspector's one session for itself too: a session that is taken away is opened again. */
export function openIsolateHeap(inspector: string, isolate: string): IsolateHeap {
  const url = `ws://${inspector}/${isolate}`
  let session = openSession(url)
  return {
    async usedBytes() {
      for (let attempt = 1; ; attempt++) {
        try {
          return await session.usedBytes()
        } catch (error) {
          if (attempt === attempts) throw error
          await delay(200)
          session = openSession(url)
        }
      }
    },
    close: () => session.close(),
  }
}

/** Its `usedBytes` rejects once the session is closed. */
function openSession(url: string): IsolateHeap {
  const socket = new WebSocket(url)
  const opened = once(socket, 'open')
  const closed = once(socket, 'close').then((): never => {
    throw new Error(`${url} was closed`)
  })
  closed.catch(() => undefined)
  const waiting = new Map<number, (bytes: number) => void>()
  let asked = 0
  socket.addEventListener('message', ({ data }) => {
    const reply = Reply.safeParse(JSON.parse(String(data)))
    if (!reply.success) return
    const { usedSize, backingStorageSize } = reply.data.result
    // JavaScript's objects, and the bytes of its ArrayBuffers, which lie outside of V8's heap.
    waiting.get(reply.data.id)?.(usedSize + backingStorageSize)
    waiting.delete(reply.data.id)
  })
  return {
    async usedBytes() {
      await Promise.race([opened, closed])
      const id = ++asked
      const answer = new Promise<number>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ id, method: 'Runtime.getHeapUsage' }))
      return await Promise.race([answer, closed])
    },
    close: () => socket.close(),
  }
}
