/** The settings: read from the environment, checked, and given to every request. */
import type { Context } from 'hono'
import { z } from 'zod'
import { Problem } from './problem.ts'
import type { AppEnv, Middleware } from './router.ts'

declare module 'hono' {
  interface ContextVariableMap {
    settings: Settings
  }
}

const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,11}$/)
  .transform(Number)

/** Schemes and hosts, comma-separated. A path or a user would get lost, so they are refused. */
export const Origins = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim().replace(/\/$/, '')))
  .pipe(z.array(z.url({ protocol: /^https?$/ }).refine((url) => URL.parse(url)?.origin === url)))

/** The settings as they stand in wrangler.toml and in the secrets. */
const Variables = z.object({
  /** Neon's connection string. Secret. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//),
  /** The URL that queries are posted to. Set only where a local stand-in replaces Neon. */
  DATABASE_ENDPOINT: z.url().optional(),
  /** The first admin key. Secret. */
  ADMIN_KEY: z.string().min(8),
  /** The key that signs links to private audio. Secret. */
  SIGNING_KEY: z.string().min(16),
  /** The previous key: its links stay valid during a rotation. Secret. */
  PREVIOUS_SIGNING_KEY: z.string().min(16).optional(),
  /** Schemes and hosts by which this service is known, comma-separated, such as `https://clips.example`. First the main one. */
  PUBLIC_URL: Origins.optional(),
  /** The API key that the documentation page fills in, where everyone may know it. */
  DOCS_KEY: z.string().min(1).optional(),
  /** `off` disables all rate limits, for local use. */
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  /** The largest upload, in bytes. */
  MAX_UPLOAD_BYTES: wholeNumber,
  /** Starts of one clip by one listener within this many seconds are one play. */
  PLAY_WINDOW_SECONDS: wholeNumber,
  /** Origins whose pages may use the API: `*`, or a comma-separated list. */
  ALLOWED_ORIGINS: z.string().min(1),
  /** Whether imports may fetch from loopback addresses, for tests and local use. */
  ALLOW_LOOPBACK_IMPORTS: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  /** The account whose Analytics Engine `/metrics` queries. Needs CF_API_TOKEN too. */
  CF_ACCOUNT_ID: z
    .string()
    .regex(/^[\da-f]{32}$/)
    .optional(),
  /** A token with the permission to read the account's analytics. Secret. */
  CF_API_TOKEN: z.string().min(1).optional(),
  /** Set only where a stand-in replaces Cloudflare's API. */
  CF_API_URL: z.url().default('https://api.cloudflare.com/client/v4'),
})

/** The settings, checked. */
const Settings = Variables.transform((vars) => ({
  database: { url: vars.DATABASE_URL, endpoint: vars.DATABASE_ENDPOINT },
  adminKey: vars.ADMIN_KEY,
  signingKey: vars.SIGNING_KEY,
  previousSigningKey: vars.PREVIOUS_SIGNING_KEY,
  publicOrigins: vars.PUBLIC_URL ?? [],
  docsKey: vars.DOCS_KEY,
  rateLimits: vars.RATE_LIMITS === 'on',
  maxUploadBytes: vars.MAX_UPLOAD_BYTES,
  playWindowSeconds: vars.PLAY_WINDOW_SECONDS,
  allowedOrigins: vars.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()),
  allowLoopbackImports: vars.ALLOW_LOOPBACK_IMPORTS,
  analytics: analyticsSettings(vars),
}))
export type Settings = z.output<typeof Settings>

/** The SQL API of Analytics Engine, and the token for it. */
export type AnalyticsSettings = { sqlUrl: string; token: string }

function analyticsSettings(vars: z.output<typeof Variables>): AnalyticsSettings | undefined {
  const { CF_ACCOUNT_ID: account, CF_API_TOKEN: token, CF_API_URL: api } = vars
  if (account === undefined || token === undefined) return undefined
  return { sqlUrl: `${api}/accounts/${account}/analytics_engine/sql`, token }
}

/** Sets `c.var.settings`. Throws `misconfigured` if a setting is missing or malformed. */
export const loadSettings: Middleware = async (c, next) => {
  c.set('settings', readSettings(c.env))
  await next()
}

/** The scheme and host of links. */
export function publicOrigin(c: Context<AppEnv>): string {
  const origin = trustedOrigin(new URL(c.req.url), c.var.settings.publicOrigins)
  if (origin === undefined) throw new Problem('misconfigured', { cause: 'PUBLIC_URL is not set' })
  return origin
}

/**
 * A request may carry any `Host`. It is trusted if PUBLIC_URL lists it; every other request gets the first of the list. Without
 * a list only loopback is trusted, because such a link leads nobody to another machine. Undefined for any other host.
 */
export function trustedOrigin({ origin, hostname }: URL, listed: string[]): string | undefined {
  if (listed.includes(origin)) return origin
  return listed[0] ?? (loopbackNames.has(hostname) ? origin : undefined)
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

const parsedByEnv = new WeakMap<object, Settings>()

/** Reads the settings once for each environment. Throws `misconfigured`; the log names the settings. */
export function readSettings(env: object): Settings {
  const known = parsedByEnv.get(env)
  if (known) return known
  const parsed = Settings.safeParse(env)
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
    throw new Problem('misconfigured', { cause: `settings missing or malformed: ${names}` })
  }
  parsedByEnv.set(env, parsed.data)
  return parsed.data
}
