import { startDatabase } from './databaseProcess.ts'
import { addDemoClips } from './demoClips.ts'
import { readDevOptions, usage } from './devOptions.ts'
import type { DevOptions } from './devOptions.ts'
import { reason, tell } from './failure.ts'
import { migrateThrough } from './migrate.ts'
import { checkPortIsFree, checkPostgresAnswers, claimStateFolder } from './startChecks.ts'
import { startWorker, waitUntilHealthy } from './worker.ts'

const adminKey = 'clips_local'
// The driver wants a whole connection string; where queries go is DATABASE_ENDPOINT.
const databaseUrl = 'postgresql://clips:clips@localhost/clips'

type Undo = () => void | Promise<void>

/** Starts everything, in order; fails when a part fails, and goes on for as long as all is well. */
async function run(options: DevOptions, undo: Undo[]): Promise<never> {
  await checkPortIsFree(options.port)
  undo.push(claimStateFolder(options.state))
  if (options.postgres !== undefined) await checkPostgresAnswers(options.postgres)

  const database = startDatabase(options)
  undo.push(database.stop)
  const endpoint = await database.endpoint
  await migrateThrough({ databaseUrl, endpoint })

  const worker = startWorker({
    port: options.port,
    state: options.state,
    vars: {
      DATABASE_URL: databaseUrl,
      DATABASE_ENDPOINT: endpoint,
      ADMIN_KEY: adminKey,
      SIGNING_KEY: 'clips_local_signing_key_for_this_machine_only',
      ALLOW_LOOPBACK_IMPORTS: 'true',
    },
  })
  undo.push(worker.stop)
  await Promise.race([waitUntilHealthy(worker.url), worker.failed])
  if (options.demo) await addDemoClipsOrSay(worker.url)
  console.log(welcome(worker.url, options))
  return await worker.failed
}

/** A library without demo clips is still a library: what went wrong is said, no more. */
async function addDemoClipsOrSay(url: string): Promise<void> {
  try {
    const added = await addDemoClips(url, adminKey)
    if (added > 0) console.log(`Added ${added} demo clips.`)
  } catch (error) {
    console.error(`The demo clips were not added: ${reason(error)}`)
  }
}

function welcome(url: string, { state, postgres }: DevOptions): string {
  const database = postgres === undefined ? 'PGlite, in the state folder' : new URL(postgres).host
  return `
  Clips is running.

    Library    ${url}
    API docs   ${url}/api/docs
    Admin key  ${adminKey}
    Database   ${database}
    State      ${state} (delete it to start afresh)

  Ctrl-C stops it.
`
}

function stopSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(0))
  })
}

async function main(): Promise<number> {
  const options = readDevOptions(process.argv.slice(2))
  if (!options) {
    console.log(usage)
    return 0
  }
  const undo: Undo[] = []
  try {
    return await Promise.race([stopSignal(), run(options, undo)])
  } finally {
    // What was still starting may add a step meanwhile, so the list is read until it is empty.
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
}

try {
  process.exit(await main())
} catch (error) {
  process.exit(tell(error))
}
