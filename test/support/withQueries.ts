/** Queries pass through `around` while `work` runs; a query that it does not send never reaches Postgres. */
export async function withQueries<Result>(
  around: (query: string, send: () => Promise<Response>) => Promise<Response>,
  work: () => Promise<Result>,
): Promise<Result> {
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) =>
    await around(typeof init?.body === 'string' ? init.body : '', async () => await real(input, init))
  try {
    return await work()
  } finally {
    globalThis.fetch = real
  }
}
