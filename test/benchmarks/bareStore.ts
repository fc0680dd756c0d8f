/** The smallest Worker that stores a body and serves it. Its memory is that of the platform's simulators. */
export default {
  async fetch(request, env): Promise<Response> {
    const key = new URL(request.url).pathname
    if (request.method === 'PUT') {
      await env.BUCKET.put(key, request.body)
      return new Response(null, { status: 201 })
    }
    const object = await env.BUCKET.get(key)
    return object ? new Response(object.body) : new Response(null, { status: 404 })
  },
} satisfies ExportedHandler<Env>
