/**
 * `npm run deploy`: deploys with wrangler, and then stores the addresses of the Worker (PUBLIC_URL), which only the deployment
 * knows. Without them no answer can have a link. Arguments go to wrangler.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unstable_readConfig } from 'wrangler'
import { z } from 'zod'
import { explainRefusal, projectFolder, runWrangler, secretNames, wranglerScript } from './cloudflare.ts'
import { printError } from './failure.ts'

const Deployment = z.object({ type: z.literal('deploy'), targets: z.array(z.string()).nullish() })

async function main(args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'clips-deploy-'))
  try {
    const report = join(folder, 'report')
    const exitCode = await deploy(args, report)
    if (exitCode !== 0 || args.includes('--dry-run')) return exitCode
    await storeAddresses(addressesOf(readTargets(readFileSync(report, 'utf8'))), args)
    return 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs wrangler with this terminal: the first deployment asks for a name. It reports to a file, as lines of JSON. */
async function deploy(args: string[], report: string): Promise<number> {
  const wrangler = spawn(process.execPath, [wranglerScript, 'deploy', ...args], {
    cwd: projectFolder,
    env: { ...process.env, WRANGLER_OUTPUT_FILE_PATH: report },
    stdio: 'inherit',
  })
  const [exitCode]: unknown[] = await once(wrangler, 'close')
  return typeof exitCode === 'number' ? exitCode : 1
}

function readTargets(report: string): string[] {
  const lines = report.split('\n').filter((line) => line !== '')
  return lines.flatMap((line) => Deployment.safeParse(JSON.parse(line)).data?.targets ?? [])
}

/** The addresses among the targets of a deployment, own domains first. The others are its cron and its queues. */
export function addressesOf(targets: string[]): string[] {
  const domains = targets.map((target) => /^([a-z0-9.-]+\.[a-z0-9-]+)(\/\*)? \(/i.exec(target)?.[1])
  const own = domains.filter((domain) => domain !== undefined).map((domain) => `https://${domain}`)
  return [...own, ...targets.filter((target) => target.startsWith('https://'))]
}

/** The arguments that choose the Worker. All others are about the deployment. */
const Choices = z.object({
  config: z.string().optional(),
  env: z.string().optional(),
  name: z.string().optional(),
})

function choices(args: string[]): z.output<typeof Choices> {
  const options = {
    config: { type: 'string', short: 'c' },
    env: { type: 'string', short: 'e' },
    name: { type: 'string' },
  } as const
  return Choices.parse(parseArgs({ args, options, strict: false }).values)
}

/** Stores them as a secret, unless the Worker has the setting already: then somebody may have chosen it. */
async function storeAddresses(addresses: string[], args: string[]): Promise<void> {
  const chosen = choices(args)
  const { config = join(projectFolder, 'wrangler.toml'), env } = chosen
  const { vars } = unstable_readConfig({ config, ...(env !== undefined && { env }) })
  const worker = Object.entries(chosen).flatMap(([name, value]) => [`--${name}`, value])
  if (addresses.length === 0 || 'PUBLIC_URL' in vars || (await secretNames(worker)).has('PUBLIC_URL')) return
  const value = addresses.join()
  const stored = await runWrangler(['secret', 'bulk', ...worker], JSON.stringify({ PUBLIC_URL: value }))
  if (!stored.done) throw explainRefusal(stored.error)
  console.log(`PUBLIC_URL: ${value}`)
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    process.exitCode = printError(error)
  }
}
