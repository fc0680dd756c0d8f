/** `npm run setup`, with the real wrangler, against a stand-in of Cloudflare's API. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neon } from '@neondatabase/serverless'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasExpiry } from '../../src/local/setup.ts'
import { multipartRule, startCloudflareApi } from './cloudflareApi.ts'
import type { CloudflareApi } from './cloudflareApi.ts'
import { runProgram } from './runProgram.ts'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
/** Where wrangler looks for a login, and writes its logs. */
const home = mkdtempSync(join(tmpdir(), 'clips-home-'))
let endpoint: Awaited<ReturnType<typeof startEndpoint>>
let api: CloudflareApi

beforeAll(async () => {
  endpoint = await startEndpoint()
}, 60_000)
beforeEach(async () => {
  await sql`drop schema if exists drizzle, public cascade`
  await sql`create schema public`
  api = await startCloudflareApi()
})
afterEach(() => api.stop())
afterAll(async () => {
  await endpoint.stop()
  rmSync(home, { recursive: true })
})

async function setup(settings: Record<string, string> = {}) {
  const nowhere = { HOME: home, XDG_CONFIG_HOME: home }
  const here = { DATABASE_URL: '', DATABASE_ENDPOINT: endpoint.url }
  const env = { ...nowhere, ...api.environment, ...here, ...settings }
  const { stdout, stderr, code } = await runProgram(process.execPath, ['src/local/setup.ts'], { env })
  return { lines: stdout.split('\n').filter(Boolean), stderr, code }
}
const database = { DATABASE_URL: connectionString }
const secrets = () => api.account.workers.get('clips')?.secrets ?? new Map<string, string>()
const expiry = {
  id: 'incoming',
  enabled: true,
  conditions: { prefix: 'incoming/' },
  deleteObjectsTransition: { condition: { type: 'Age', maxAge: 86_400 } },
}
const key = /^[\w-]{43}$/

test('a first run creates everything, and a second run changes nothing', async () => {
  const first = await setup(database)
  expect(first).toMatchObject({ stderr: '', code: 0 })
  expect(first.lines).toEqual([
    'bucket clips: created',
    'lifecycle rule for incoming/: created',
    'tables: created',
    'secret DATABASE_URL: created',
    'secret ADMIN_KEY: created',
    'secret SIGNING_KEY: created',
    `The admin key, shown only now: ${secrets().get('ADMIN_KEY')}`,
    'Next: npm run deploy',
  ])
  expect([...api.account.buckets]).toEqual([['clips', [multipartRule, expiry]]])
  expect([...secrets()]).toEqual([
    ['DATABASE_URL', connectionString],
    ['ADMIN_KEY', expect.stringMatching(key)],
    ['SIGNING_KEY', expect.stringMatching(key)],
  ])
  expect(secrets().get('SIGNING_KEY')).not.toBe(secrets().get('ADMIN_KEY'))
  expect(await sql`select count(*)::int from clips`).toEqual([{ count: 0 }])

  const before = structuredClone(api.account)
  const second = await setup()
  expect(second).toMatchObject({ stderr: '', code: 0 })
  expect(second.lines).toEqual([
    'bucket clips: already there',
    'lifecycle rule for incoming/: already there',
    'tables: not checked, because DATABASE_URL is not set here',
    'secret DATABASE_URL: already there',
    'secret ADMIN_KEY: already there',
    'secret SIGNING_KEY: already there',
    'Next: npm run deploy',
  ])
  expect(api.account).toEqual(before)
  expect((await setup(database)).lines).toEqual(
    expect.arrayContaining([
      'tables: already there',
      'The Worker keeps its DATABASE_URL. To change it: npx wrangler secret put DATABASE_URL',
    ]),
  )
  expect(api.account).toEqual(before)
})

test('a run after a failure does the rest, and keeps what others have set', async () => {
  const rule = { ...expiry, id: 'logs', conditions: { prefix: 'logs/' } }
  api.account.buckets.set('clips', [rule])
  const mine = new Map([['SIGNING_KEY', 'mine']])
  api.account.workers.set('clips', { bindings: [], secrets: mine, uploads: 1 })
  const { lines, code } = await setup(database)
  expect(code).toBe(0)
  expect(lines.filter((line) => line.endsWith('already there'))).toEqual([
    'bucket clips: already there',
    'secret SIGNING_KEY: already there',
  ])
  expect(api.account.buckets.get('clips')).toEqual([rule, expiry])
  expect([...secrets().keys()].sort()).toEqual(['ADMIN_KEY', 'DATABASE_URL', 'SIGNING_KEY'])
  expect(secrets().get('SIGNING_KEY')).toBe('mine')
})

describe('a refusal is one line that says what to do', () => {
  test.each([
    [
      'a wrong token',
      { path: /r2/, status: 401, code: 10000, message: 'Authentication error' },
      /^Cloudflare does not accept the login: run `npx wrangler login`.*code: 10000.*\n$/,
    ],
    [
      'R2 is not enabled',
      { path: /r2/, status: 403, code: 10042, message: 'Please enable R2 through the Cloudflare Dashboard.' },
      /^R2 is not enabled for the account: enable it at https:.*code: 10042.*\n$/,
    ],
    [
      'a refusal that we do not know',
      { path: /secrets-bulk/, status: 400, code: 12345, message: 'Too many secrets.' },
      /^Cloudflare refuses: .*\/secrets-bulk\) failed. Too many secrets. \[code: 12345\]\n$/,
    ],
  ] as const)('%s', async (_name, refusal, line) => {
    api.refuse(refusal)
    const result = await setup(database)
    expect(result).toMatchObject({ stderr: expect.stringMatching(line), code: 1 })
    expect(secrets().size).toBe(0)
    expect(result.lines.join()).not.toContain('admin key')
  })

  test('nobody is logged in', async () => {
    const { lines, stderr, code } = await setup({ CLOUDFLARE_API_TOKEN: '' })
    expect({ lines, code }).toEqual({ lines: [], code: 1 })
    expect(stderr).toMatch(/^Cloudflare does not accept the login: run `npx wrangler login`.*\n$/)
  })

  test.each([
    ['no connection string', '', /^DATABASE_URL is not set: .*\n$/],
    ['a wrong one', 'postgresql://clips:secret@', /^DATABASE_URL is not of the form .*\n$/],
  ])('%s, and no secret is stored', async (_name, url, line) => {
    const { stderr, code } = await setup({ DATABASE_URL: url })
    expect(code).toBe(1)
    expect(stderr).toMatch(line)
    expect(stderr).not.toContain('secret@')
    expect(secrets().size).toBe(0)
  })
})

describe('a rule lets unfinished uploads expire', () => {
  const rule = (enabled: string, prefix: string, action: string) =>
    `name:     one\nenabled:  ${enabled}\nprefix:   ${prefix}\naction:   ${action}\n`
  const other = rule('Yes', '(all prefixes)', 'Abort incomplete multipart uploads after 7 days')
  test.each([
    [rule('Yes', 'incoming/', 'Expire objects after 1 days'), true],
    [rule('Yes', 'incoming/', 'Expire objects on 2027-01-01'), false],
    [rule('No', 'incoming/', 'Expire objects after 1 days'), false],
    [rule('Yes', 'clips/', 'Expire objects after 1 days'), false],
    [rule('Yes', 'incoming/', 'Abort incomplete multipart uploads after 1 days'), false],
    ["There are no lifecycle rules for bucket 'clips'.", false],
  ])('%j: %s', (listed, expected) => {
    const heading = "Listing lifecycle rules for bucket 'clips'...\n"
    expect(hasExpiry(`${heading}${other}\n${listed}`, 'incoming/')).toBe(expected)
    expect(hasExpiry(`${heading}${listed}`, 'incoming/')).toBe(expected)
  })
})
