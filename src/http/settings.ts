import { z } from 'zod'
import { Problem } from './problem.ts'

const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,11}$/)
  .transform(Number)

const SettingsSchema = z.object({
  /** Neon's connection string. Secret. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//),
  /** The URL that speaks Neon's SQL over HTTP; only where a local stand-in answers for Neon. */
  DATABASE_ENDPOINT: z.url().optional(),
  /** The first admin key. Secret. */
  ADMIN_KEY: z.string().min(8),
  /** Signs links to private audio. Secret. */
  SIGNING_KEY: z.string().min(16),
  /** Largest audio that may be uploaded, in bytes. */
  MAX_UPLOAD_BYTES: wholeNumber,
  /** Two starts of one clip by one listener within this many seconds are one play. */
  PLAY_WINDOW_SECONDS: wholeNumber,
  /** Origins whose pages may use the API: `*`, or a list separated by commas. */
  ALLOWED_ORIGINS: z.string().min(1),
  /** Whether imports may fetch from this machine: for tests and local use. */
  ALLOW_LOOPBACK_IMPORTS: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  /** The account whose Analytics Engine /metrics asks; with CF_API_TOKEN, else it is not asked. */
  CF_ACCOUNT_ID: z
    .string()
    .regex(/^[\da-f]{32}$/)
    .optional(),
  /** A token that may read the account's analytics. Secret. */
  CF_API_TOKEN: z.string().min(1).optional(),
  /** Only where a stand-in answers for Cloudflare's API. */
  CF_API_URL: z.url().default('https://api.cloudflare.com/client/v4'),
})

/** The settings, read and checked. */
export type Settings = {
  database: { url: string; endpoint: string | undefined }
  adminKey: string
  signingKey: string
  maxUploadBytes: number
  playWindowSeconds: number
  allowedOrigins: string[]
  allowLoopbackImports: boolean
  analytics: AnalyticsSettings | undefined
}

/** Where the SQL API of Analytics Engine is, and what it takes to be answered. */
export type AnalyticsSettings = { sqlUrl: string; token: string }

const read = new WeakMap<object, Settings>()

/** Reads the settings from the environment, once for each. Throws `misconfigured`, naming what is wrong. */
export function readSettings(env: object): Settings {
  const known = read.get(env)
  if (known) return known
  const parsed = SettingsSchema.safeParse(env)
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
    throw new Problem('misconfigured', { cause: `settings missing or malformed: ${names}` })
  }
  const settings = asSettings(parsed.data)
  read.set(env, settings)
  return settings
}

function asSettings(vars: z.output<typeof SettingsSchema>): Settings {
  return {
    database: { url: vars.DATABASE_URL, endpoint: vars.DATABASE_ENDPOINT },
    adminKey: vars.ADMIN_KEY,
    signingKey: vars.SIGNING_KEY,
    maxUploadBytes: vars.MAX_UPLOAD_BYTES,
    playWindowSeconds: vars.PLAY_WINDOW_SECONDS,
    allowedOrigins: vars.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()),
    allowLoopbackImports: vars.ALLOW_LOOPBACK_IMPORTS,
    analytics: asAnalyticsSettings(vars),
  }
}

function asAnalyticsSettings(vars: z.output<typeof SettingsSchema>): AnalyticsSettings | undefined {
  const { CF_ACCOUNT_ID: account, CF_API_TOKEN: token, CF_API_URL: api } = vars
  if (account === undefined || token === undefined) return undefined
  return { sqlUrl: `${api}/accounts/${account}/analytics_engine/sql`, token }
}
