/** One command of wrangler against Cloudflare's API, and why Cloudflare refuses it, as one line that says what to do. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'
import { Failure } from './failure.ts'

export const wranglerScript = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')
export const projectFolder = join(import.meta.dirname, '../..')

export type Answer = { done: true; output: string } | { done: false; error: string }

/** Runs wrangler to its end. Without a terminal it asks nothing. Secrets belong into `input`: others can read `args`. */
export async function runWrangler(args: string[], input = ''): Promise<Answer> {
  const wrangler = spawn(process.execPath, [wranglerScript, ...args], {
    cwd: projectFolder,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A wrangler that fails early does not read its input.
  wrangler.stdin.on('error', () => undefined)
  wrangler.stdin.end(input)
  const [output, error, [exitCode]] = await Promise.all([
    text(wrangler.stdout),
    text(wrangler.stderr),
    once(wrangler, 'close'),
  ])
  return exitCode === 0 ? { done: true, output } : { done: false, error: error || output }
}

const Secrets = z.array(z.object({ name: z.string() }))

/** The secrets that the Worker has. Before the first deployment there is no Worker. */
export async function secretNames(args: string[] = []): Promise<Set<string>> {
  const listed = await runWrangler(['secret', 'list', '--format', 'json', ...args])
  if (!listed.done) {
    if (/Worker ".*" not found/.test(listed.error)) return new Set()
    throw explainRefusal(listed.error)
  }
  return new Set(Secrets.parse(JSON.parse(listed.output)).map(({ name }) => name))
}

/** What to do about the refusals that a first deployment meets. The codes are those of Cloudflare's API. */
const advice: [pattern: RegExp, line: string][] = [
  [
    /necessary to set a CLOUDFLARE_API_TOKEN|Did not login|\[code: (1000[01]|9103|9106|9109)\]/,
    'Cloudflare does not accept the login: run `npx wrangler login`, or give CLOUDFLARE_API_TOKEN the permissions that .github/DEPLOYING.md lists',
  ],
  [
    /More than one account available/,
    'The login has several accounts: set CLOUDFLARE_ACCOUNT_ID to the id of one',
  ],
  [
    /\[code: 10042\]/,
    'R2 is not enabled for the account: enable it at https://dash.cloudflare.com/?to=/:account/r2 (it asks for a payment card)',
  ],
]

/** The failure to print for an error of wrangler. */
export function explainRefusal(error: string): Failure {
  const known = advice.find(([pattern]) => pattern.test(error))
  return new Failure(`${known ? `${known[1]}.` : 'Cloudflare refuses:'} ${messageOf(error)}`)
}

/** What wrangler prints, in one line, without its frame and its request to report a bug. */
function messageOf(error: string): string {
  const lines = error
    .split('\n')
    // wrangler colours its errors even where colours are disabled.
    .map((line) => stripVTControlCharacters(line).trim())
    .filter((line) => line !== '' && !/^(🪵|If you think this is a bug)/.test(line))
  return lines.join(' ').replace(/^✘ \[ERROR\] /, '')
}
