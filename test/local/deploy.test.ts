/** `npm run deploy` on a fresh copy, with the real wrangler, against a stand-in of Cloudflare's API. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressesOf } from '../../src/local/deploy.ts'
import { startCloudflareApi } from './cloudflareApi.ts'
import type { CloudflareApi } from './cloudflareApi.ts'
import { freshCopy } from './freshCopy.ts'
import { runProgram } from './runProgram.ts'

let copy: string
let api: CloudflareApi

beforeEach(async () => {
  copy = await freshCopy()
  api = await startCloudflareApi()
  // As `npm run setup` leaves it.
  api.account.buckets.set('clips', [])
  const secrets = new Map([['ADMIN_KEY', 'secret']])
  api.account.workers.set('clips', { bindings: [], secrets, uploads: 1 })
})
afterEach(() => {
  api.stop()
  rmSync(copy, { recursive: true })
})

const deploy = async () =>
  await runProgram('npm', ['run', '-s', 'deploy'], {
    env: { ...api.environment, HOME: copy, XDG_CONFIG_HOME: copy },
    cwd: copy,
  })
const worker = () => api.account.workers.get('clips')

test('the first deployment makes the queues, and the next one nothing new', async () => {
  const secrets = new Map([
    ['ADMIN_KEY', 'secret'],
    ['PUBLIC_URL', 'https://clips.example.workers.dev'],
  ])
  const config = readFileSync(join(copy, 'wrangler.toml'), 'utf8')
  for (const uploads of [2, 3]) {
    expect(await deploy()).toMatchObject({ stderr: '', code: 0 })
    const consumer = (name: string) =>
      expect.objectContaining({ script_name: 'clips', dead_letter_queue: `${name}-dead` })
    expect([...api.account.queues]).toEqual([
      ['clips-plays', [consumer('clips-plays')]],
      ['clips-plays-dead', []],
      ['clips-jobs', [consumer('clips-jobs')]],
      ['clips-jobs-dead', []],
      ['clips-analyses', [consumer('clips-analyses')]],
      ['clips-analyses-dead', []],
    ])
    expect(worker()?.uploads).toBe(uploads)
  }
  expect(api.account.crons).toEqual([{ cron: '*/15 * * * *' }])
  expect(worker()?.bindings).toContainEqual({ type: 'r2_bucket', name: 'BUCKET', bucket_name: 'clips' })
  expect(worker()?.secrets).toEqual(secrets)
  expect(api.changes.filter((change) => change.endsWith('/secrets-bulk'))).toHaveLength(1)
  expect(readFileSync(join(copy, 'wrangler.toml'), 'utf8')).toBe(config)
})

test('the addresses that a deployment has are stored, unless the Worker has some', async () => {
  worker()?.secrets.set('PUBLIC_URL', 'https://chosen.example')
  expect(await deploy()).toMatchObject({ stderr: '', code: 0 })
  expect(worker()?.secrets.get('PUBLIC_URL')).toBe('https://chosen.example')
})

test('a dry run changes nothing', async () => {
  const dryRun = await runProgram('npm', ['run', '-s', 'deploy', '--', '--dry-run'], {
    env: { ...api.environment, HOME: copy, XDG_CONFIG_HOME: copy },
    cwd: copy,
  })
  expect(dryRun).toMatchObject({ stderr: '', code: 0 })
  expect(api.changes).toEqual([])
})

test.each([
  [[], []],
  [
    ['https://clips.example.workers.dev', 'schedule: */15 * * * *', 'Producer for clips-plays'],
    ['https://clips.example.workers.dev'],
  ],
  [
    ['https://clips.me.workers.dev', 'clips.example (custom domain)', 'Consumer for clips-jobs'],
    ['https://clips.example', 'https://clips.me.workers.dev'],
  ],
  [['clips.example (custom domain - zone name: example)'], ['https://clips.example']],
  [
    ['clips.example/* (zone name: example)', '*.clips.example/* (zone name: example)'],
    ['https://clips.example'],
  ],
])('the addresses among the targets %j are %j', (targets, addresses) => {
  expect(addressesOf(targets)).toEqual(addresses)
})

test("Cloudflare's free plan takes the settings of DEPLOYING.md, and not ours", async () => {
  api.account.plan = 'free'
  const refused = await deploy()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('CPU limits are not supported for the Free plan')

  const file = join(copy, 'wrangler.toml')
  const edited = readFileSync(file, 'utf8')
    .replace(/\[limits\]\ncpu_ms = .*\n/, '')
    .replace(/MAX_UPLOAD_BYTES = "\d+"/, 'MAX_UPLOAD_BYTES = "1048576"')
  writeFileSync(file, edited)
  expect(await deploy()).toMatchObject({ stderr: '', code: 0 })
  const maxUploadBytes = { type: 'plain_text', name: 'MAX_UPLOAD_BYTES', text: '1048576' }
  expect(worker()?.bindings).toContainEqual(maxUploadBytes)
})

test('the addresses of another Worker are stored for that one', async () => {
  const done = await runProgram('npm', ['run', '-s', 'deploy', '--', '--name', 'staging'], {
    env: { ...api.environment, HOME: copy, XDG_CONFIG_HOME: copy },
    cwd: copy,
  })
  expect(done.code).toBe(0)
  expect({
    staging: [...(api.account.workers.get('staging')?.secrets ?? [])],
    clips: [...(api.account.workers.get('clips')?.secrets ?? [])],
  }).toEqual({
    staging: [['PUBLIC_URL', 'https://staging.example.workers.dev']],
    clips: [['ADMIN_KEY', 'secret']],
  })
})
