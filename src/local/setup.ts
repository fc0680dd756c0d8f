/**
 * `npm run setup`: what a first deployment needs and `wrangler deploy` does not make. A second run changes nothing, and a run
 * after a failure does the rest. The names are those of wrangler.toml. wrangler itself makes the queues when it deploys.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { unstable_readConfig } from 'wrangler'
import { incomingPrefix } from '../audio/objects.ts'
import { explainRefusal, runWrangler, secretNames } from './cloudflare.ts'
import { Failure, printError } from './failure.ts'
import { migrateThrough } from './migrate.ts'

/** Bytes of a random key. */
const keyBytes = 32

async function main(): Promise<void> {
  const config = unstable_readConfig({ config: join(import.meta.dirname, '../../wrangler.toml') })
  const bucket = config.r2_buckets[0]?.bucket_name
  if (bucket === undefined) throw new Failure('wrangler.toml names no R2 bucket')
  await createBucket(bucket)
  await expireUnfinishedUploads(bucket)
  const present = await secretNames()
  const databaseUrl = await readDatabaseUrl(present)
  await migrate(databaseUrl)
  await createSecrets(present, databaseUrl)
  console.log('\nNext: npm run deploy')
}

async function createBucket(bucket: string): Promise<void> {
  const created = await runWrangler(['r2', 'bucket', 'create', bucket, '--update-config=false'])
  // 10004: it exists, and the account owns it.
  if (!created.done && !created.error.includes('[code: 10004]')) throw explainRefusal(created.error)
  report(`bucket ${bucket}`, created.done)
}

/** Uploads that were never finished expire after a day. */
async function expireUnfinishedUploads(bucket: string): Promise<void> {
  const rules = await wrangler(['r2', 'bucket', 'lifecycle', 'list', bucket])
  const missing = !hasExpiry(rules, incomingPrefix)
  if (missing) {
    const rule = ['incoming', incomingPrefix, '--expire-days', '1']
    await wrangler(['r2', 'bucket', 'lifecycle', 'add', bucket, ...rule])
  }
  report(`lifecycle rule for ${incomingPrefix}`, missing)
}

/** Whether a list of wrangler has an enabled rule that lets objects with the prefix expire. Rules are blocks of `name: value`. */
export function hasExpiry(rules: string, prefix: string): boolean {
  return rules.split('\n\n').some((rule) => {
    const lines = new Map(rule.split('\n').map((line) => splitOnce(line, ':')))
    const expires = lines.get('action')?.startsWith('Expire objects after ') === true
    return expires && lines.get('enabled') === 'Yes' && lines.get('prefix') === prefix
  })
}

function splitOnce(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator)
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

/** From the environment, else from the terminal. Undefined if the Worker has it already and nothing else is given. */
async function readDatabaseUrl(present: Set<string>): Promise<string | undefined> {
  const given = process.env['DATABASE_URL']
  if (given || present.has('DATABASE_URL')) return given || undefined
  if (!process.stdin.isTTY) {
    throw new Failure("DATABASE_URL is not set: give Neon's connection string, postgresql://…")
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question("Neon's connection string, postgresql://…: ")
  terminal.close()
  return answer.trim()
}

/** Before the connection string becomes a secret: so it is known to work. */
async function migrate(databaseUrl: string | undefined): Promise<void> {
  if (databaseUrl === undefined) {
    console.log('tables: not checked, because DATABASE_URL is not set here')
    return
  }
  const applied = await migrateThrough({
    databaseUrl,
    endpoint: process.env['DATABASE_ENDPOINT'] || undefined,
  })
  report('tables', applied > 0)
}

/** All that are missing, in one request. They go through standard input, so that neither arguments nor files have them. */
async function createSecrets(present: Set<string>, databaseUrl: string | undefined): Promise<void> {
  const wanted = { DATABASE_URL: databaseUrl, ADMIN_KEY: randomKey(), SIGNING_KEY: randomKey() }
  const missing = Object.entries(wanted).filter(([name]) => !present.has(name))
  if (missing.length > 0) await wrangler(['secret', 'bulk'], JSON.stringify(Object.fromEntries(missing)))
  for (const name of Object.keys(wanted)) report(`secret ${name}`, !present.has(name))
  if (databaseUrl !== undefined && present.has('DATABASE_URL')) {
    console.log('The Worker keeps its DATABASE_URL. To change it: npx wrangler secret put DATABASE_URL')
  }
  if (!present.has('ADMIN_KEY')) console.log(`\nThe admin key, shown only now: ${wanted.ADMIN_KEY}`)
}

function randomKey(): string {
  return randomBytes(keyBytes).toString('base64url')
}

async function wrangler(args: string[], input?: string): Promise<string> {
  const answer = await runWrangler(args, input)
  if (!answer.done) throw explainRefusal(answer.error)
  return answer.output
}

function report(what: string, created: boolean): void {
  console.log(`${what}: ${created ? 'created' : 'already there'}`)
}

if (import.meta.main) {
  try {
    await main()
  } catch (error) {
    process.exitCode = printError(error)
  }
}
