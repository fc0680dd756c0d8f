/** Where the services of this vitest worker are. */
import { env } from 'cloudflare:workers'
import { z } from 'zod'

const bindings = z.object({ CF_API_URL: z.string(), SOURCE_URL: z.string() }).parse(env)

/** The stand-in for Cloudflare's API, with Analytics Engine. */
export const cloudflareApi = bindings.CF_API_URL

/** The server that imports fetch from: see sourceServer.ts. */
export const sourceUrl = bindings.SOURCE_URL
