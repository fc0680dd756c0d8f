/** A body of several parts closes every part that it opens. */
import { describe, expect, it } from 'vitest'
import { layOutByteranges, sendByteranges } from '../../src/audio/multipartByteranges.ts'

describe('a body of several parts', () => {
  const parts = [0, 100, 200].map((offset) => ({ offset, length: 10 }))
  const layout = layOutByteranges(parts, 300, 'audio/ogg', 'boundary')

  /** Accepts so many writes, then fails like a client that disconnects. */
  const sinkOf = (writes: number) => {
    let left = writes
    return new WritableStream<Uint8Array>({
      write: async () => {
        if (left-- <= 0) throw new Error('the client disconnected')
      },
    })
  }

  it.each([0, 1, 2, 3, 4, 5, 6])('leaves no part open after %d pieces', async (writes) => {
    let open = 0
    const openPart = async () => {
      open += 1
      const chunks = [new Uint8Array(10)]
      return new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            const chunk = chunks.pop()
            if (chunk) return controller.enqueue(chunk)
            open -= 1
            controller.close()
          },
          cancel: () => void (open -= 1),
        },
        { highWaterMark: 0 },
      )
    }
    await expect(sendByteranges(layout, openPart, sinkOf(writes))).rejects.toThrow('disconnected')
    expect(open).toBe(0)
  })
})
