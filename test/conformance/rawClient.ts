/** An HTTP/1.1 client over a bare socket: sends exactly these bytes, gives back exactly what came. */
import { connect } from 'node:net'
import { readAnswer, type Answer } from './readAnswer.ts'

export type Address = { host: string; port: number }

/** One request as bytes. The method must be known besides, since it decides whether an answer has a body. */
export type RawRequest = { method: string; bytes: Buffer }

const timeoutMs = 10_000

/** Sends the requests at once over one connection (pipelined, if there are several) and reads their answers. */
export async function exchange(address: Address, requests: RawRequest[]): Promise<Answer[]> {
  return await new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host)
    const unread = requests.map(({ method }) => method)
    const answers: Answer[] = []
    let received: Buffer = Buffer.alloc(0)

    const readOn = (closed: boolean): void => {
      for (let method = unread[0]; method !== undefined; method = unread[0]) {
        const read = readAnswer(received, method, closed)
        if (!read) break
        received = received.subarray(read.length)
        answers.push(read.answer)
        unread.shift()
      }
      if (unread.length === 0) finish()
      else if (closed) finish(new Error(`closed after ${answers.length} of ${requests.length} answers`))
    }
    const finish = (error?: unknown): void => {
      socket.destroy()
      if (error === undefined) resolve(answers)
      else reject(error instanceof Error ? error : new Error('the connection failed', { cause: error }))
    }
    const attempt = (read: () => void): void => {
      try {
        read()
      } catch (error) {
        finish(error)
      }
    }
    socket.setTimeout(timeoutMs, () => finish(new Error(`no whole answer within ${timeoutMs} ms`)))
    socket.on('error', finish)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      attempt(() => readOn(false))
    })
    socket.on('end', () => attempt(() => readOn(true)))
    socket.write(Buffer.concat(requests.map(({ bytes }) => bytes)))
  })
}
