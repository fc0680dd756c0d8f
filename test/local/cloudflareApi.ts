/**
 * Stands in for Cloudflare's API, as far as wrangler asks it for this project: a far side on loopback, to which the real
 * wrangler talks. It keeps what it is told, answers in the documented envelope, and refuses what `refuse` names.
 */
import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { z } from 'zod'

const Rules = z.object({ rules: z.array(z.record(z.string(), z.unknown())) })
const Secrets = z.object({ secrets: z.record(z.string(), z.object({ text: z.string() })) })
const Metadata = z.object({
  limits: z.object({ cpu_ms: z.number().optional() }).optional(),
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string() })),
  keep_bindings: z.array(z.string()).default([]),
})
const Consumer = z.looseObject({ script_name: z.string(), dead_letter_queue: z.string().optional() })

type Refusal = { path: RegExp; status: 400 | 401 | 403; code: number; message: string }
type Binding = z.output<typeof Metadata>['bindings'][number]
type Account = {
  /** The lifecycle rules of each bucket. */
  buckets: Map<string, unknown[]>
  queues: Map<string, z.output<typeof Consumer>[]>
  workers: Map<string, { bindings: Binding[]; secrets: Map<string, string>; uploads: number }>
  crons: unknown
  plan: 'free' | 'paid'
}

export type CloudflareApi = Awaited<ReturnType<typeof startCloudflareApi>>

export async function startCloudflareApi() {
  const account: Account = {
    buckets: new Map(),
    queues: new Map(),
    workers: new Map(),
    crons: [],
    plan: 'paid',
  }
  const refusals: Refusal[] = []
  const changes: string[] = []
  const app = new Hono()
  app.use('/accounts/:account/*', async (c, next) => {
    const refusal = refusals.find(({ path }) => path.test(c.req.path))
    if (refusal) return failed(c, refusal.status, refusal.code, refusal.message)
    if (c.req.method !== 'GET') changes.push(`${c.req.method} ${c.req.path.replace(/^\/accounts\/\w+/, '')}`)
    return await next()
  })
  app.route('/accounts/:account', r2(account))
  app.route('/accounts/:account', queues(account))
  app.route('/accounts/:account', workers(account))
  app.notFound((c) => failed(c, 404, 7003, `The stand-in has no ${c.req.method} ${c.req.path}`))
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    account,
    /** What has changed something, as `PUT /r2/…`. */
    changes,
    refuse: (refusal: Refusal) => void refusals.push(refusal),
    environment: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: 'token',
      CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
    },
    stop: () => void server.close(),
  }
}

function ok(c: Context, result: unknown) {
  const count = Array.isArray(result) ? result.length : 1
  const result_info = { page: 1, per_page: 100, count, total_count: count, total_pages: 1 }
  return c.json({ success: true, errors: [], messages: [], result, result_info })
}

function failed(c: Context, status: 400 | 401 | 403 | 404 | 409, code: number, message: string) {
  return c.json({ success: false, errors: [{ code, message }], messages: [], result: null }, status)
}

function r2({ buckets }: Account) {
  const noBucket = (c: Context) => failed(c, 404, 10006, 'The specified bucket does not exist.')
  return new Hono()
    .post('/r2/buckets', async (c) => {
      const { name } = z.object({ name: z.string() }).parse(await c.req.json())
      if (buckets.has(name))
        return failed(c, 409, 10004, 'The bucket you tried to create already exists, and you own it.')
      buckets.set(name, [multipartRule])
      return ok(c, { name })
    })
    .get('/r2/buckets', (c) => ok(c, { buckets: [...buckets.keys()].map((name) => ({ name })) }))
    .get('/r2/buckets/:bucket', (c) => {
      const name = c.req.param('bucket')
      return buckets.has(name) ? ok(c, { name }) : noBucket(c)
    })
    .get('/r2/buckets/:bucket/lifecycle', (c) => {
      const rules = buckets.get(c.req.param('bucket'))
      return rules ? ok(c, { rules }) : noBucket(c)
    })
    .put('/r2/buckets/:bucket/lifecycle', async (c) => {
      const name = c.req.param('bucket')
      if (!buckets.has(name)) return noBucket(c)
      buckets.set(name, Rules.parse(await c.req.json()).rules)
      return ok(c, {})
    })
}

/** The rule that every new bucket has. */
export const multipartRule = {
  id: 'Default Multipart Abort Rule',
  enabled: true,
  conditions: { prefix: '' },
  abortMultipartUploadsTransition: { condition: { type: 'Age', maxAge: 604_800 } },
}

function queues(account: Account) {
  const described = (name: string) => ({
    queue_name: name,
    queue_id: `id-of-${name}`,
    consumers: (account.queues.get(name) ?? []).map((consumer) => ({
      ...consumer,
      type: 'worker',
      script: consumer.script_name,
      consumer_id: 'consumer',
    })),
    producers: [],
  })
  return new Hono()
    .get('/queues', (c) => {
      const asked = c.req.queries('name')
      const names = [...account.queues.keys()].filter((name) => !asked || asked.includes(name))
      return ok(c, names.map(described))
    })
    .post('/queues', async (c) => {
      const { queue_name: name } = z.object({ queue_name: z.string() }).parse(await c.req.json())
      if (account.queues.has(name)) return failed(c, 409, 11009, 'Queue name is already taken.')
      account.queues.set(name, [])
      return ok(c, described(name))
    })
    .post('/queues/:queue/consumers', async (c) => {
      const consumer = Consumer.parse(await c.req.json())
      account.queues.get(c.req.param('queue').replace(/^id-of-/, ''))?.push(consumer)
      return ok(c, consumer)
    })
    .put('/queues/:queue/consumers/:consumer', async (c) => ok(c, Consumer.parse(await c.req.json())))
}

function workers(account: Account) {
  const noWorker = (c: Context) => failed(c, 404, 10007, 'This Worker does not exist on your account.')
  const script = '/workers/scripts/:name'
  return new Hono()
    .get('/workers/subdomain', (c) => ok(c, { subdomain: 'example' }))
    .get('/workers/services/:name', (c) => {
      const service = { environment: 'production', script: { last_deployed_from: 'wrangler' } }
      return account.workers.has(c.req.param('name')) ? ok(c, { default_environment: service }) : noWorker(c)
    })
    .put(script, async (c) => await upload(account, c))
    .post(`${script}/versions`, async (c) => await upload(account, c))
    .get(`${script}/deployments`, (c) => ok(c, { deployments: [] }))
    .post(`${script}/deployments`, (c) => ok(c, { id: versionId }))
    .post(`${script}/assets-upload-session`, (c) => ok(c, { jwt: 'assets', buckets: [] }))
    .get(`${script}/settings`, (c) => {
      const worker = account.workers.get(c.req.param('name'))
      return worker ? ok(c, { bindings: worker.bindings }) : noWorker(c)
    })
    .patch(`${script}/script-settings`, (c) => ok(c, {}))
    .get('/workers/workers/:name', (c) => ok(c, { subdomain: { enabled: true, previews_enabled: true } }))
    .get(`${script}/subdomain`, (c) => ok(c, { enabled: true, previews_enabled: true }))
    .post(`${script}/subdomain`, (c) => ok(c, { enabled: true, previews_enabled: true }))
    .put(`${script}/schedules`, async (c) => {
      account.crons = await c.req.json()
      return ok(c, { schedules: account.crons })
    })
    .get(`${script}/secrets`, (c) => {
      const worker = account.workers.get(c.req.param('name'))
      if (!worker) return noWorker(c)
      return ok(
        c,
        [...worker.secrets.keys()].map((name) => ({ name, type: 'secret_text' })),
      )
    })
    .patch(`${script}/secrets-bulk`, async (c) => {
      const worker = account.workers.get(c.req.param('name'))
      if (!worker) return noWorker(c)
      const { secrets } = Secrets.parse(await c.req.json())
      for (const [name, { text }] of Object.entries(secrets)) worker.secrets.set(name, text)
      return ok(c, [])
    })
}

const versionId = '11111111-2222-4333-8444-555555555555'

/** A new version of a Worker. Without `keep_bindings` it would lose its secrets. */
async function upload({ workers: all, plan }: Account, c: Context) {
  const form = await c.req.parseBody()
  const metadata = Metadata.parse(JSON.parse(await partText(form['metadata'])))
  if (plan === 'free' && metadata.limits?.cpu_ms !== undefined)
    return failed(c, 400, 100_328, 'CPU limits are not supported for the Free plan.')
  const name = c.req.param('name') ?? ''
  const before = all.get(name)
  const secrets = metadata.keep_bindings.includes('secret_text') ? before?.secrets : undefined
  all.set(name, {
    bindings: metadata.bindings,
    secrets: secrets ?? new Map(),
    uploads: (before?.uploads ?? 0) + 1,
  })
  const script = { etag: 'etag' }
  return ok(c, { id: versionId, deployment_id: versionId, startup_time_ms: 1, resources: { script } })
}

async function partText(part: unknown): Promise<string> {
  return part instanceof Blob ? await part.text() : String(part)
}
