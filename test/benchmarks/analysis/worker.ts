/** Analyses the file in the body of a request so many times, as the queue does: from memory, without R2 and Postgres. */
import { z } from 'zod'
import { analyseSound } from '../../../src/sound/analyseSound.ts'

const Query = z.object({ seconds: z.coerce.number(), channels: z.coerce.number(), rounds: z.coerce.number() })

export default {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (request.method !== 'POST') return new Response(null, { status: 404 })
    const { seconds, channels, rounds } = Query.parse(Object.fromEntries(url.searchParams))
    const bytes = new Uint8Array(await request.arrayBuffer())
    const readRange = async (offset: number, length: number) => {
      // Lets the Worker answer in between, as a read of R2 does.
      await scheduler.wait(0)
      return bytes.slice(offset, offset + length)
    }
    const states: string[] = []
    for (let round = 0; round < rounds; round++) {
      const analysis = await analyseSound({ size: bytes.byteLength, seconds, channels }, readRange)
      states.push('reason' in analysis ? `${analysis.state}: ${analysis.reason}` : analysis.state)
    }
    return Response.json(states)
  },
} satisfies ExportedHandler<Env>
