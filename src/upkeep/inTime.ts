/** Half of the ten seconds that Prometheus gives a scrape; a query would be given all of them. */
const timeoutMs = 5_000

/** Waits for what a scrape needs no longer than the scrape can wait. */
export async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = scheduler.wait(timeoutMs).then(() => {
    throw new Error(`no answer in ${timeoutMs} ms`)
  })
  return await Promise.race([work, late])
}
