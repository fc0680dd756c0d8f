/** How much patience an import has. Its size has the limit of every upload. */
export const importLimits = {
  redirects: 5,
  /** From the first request to the headers of the answer that counts. */
  headersMs: 15_000,
  /** Without a byte of the body. */
  idleMs: 15_000,
  /** For the whole body: 100 MiB in this time is 350 kB/s. */
  bodyMs: 300_000,
}

export type ImportLimits = typeof importLimits
