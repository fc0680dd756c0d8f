/** `npm run dev`: the whole product on this machine, without an account or a network. */
import { readCrons, startCron } from './cron.ts'
import { startDatabase } from './databaseProcess.ts'
import { addDemoClips } from './demoClips.ts'
import { checkPortIsFree, checkPostgresAnswers, readDevOptions, usage } from './devOptions.ts'
import type { DevOptions } from './devOptions.ts'
import { Failure, oneLineMessage, printError } from './failure.ts'
import { migrateThrough } from './migrate.ts'
import { claimStateFolder } from './pidFile.ts'
import { startWorker, waitUntilHealthy } from './worker.ts'

const adminKey = 'clips_local'
// The driver needs a complete connection string. DATABASE_ENDPOINT is where the queries go.
const databaseUrl = 'postgresql://clips:clips@localhost/clips'

type Undo = () => void | Promise<void>

/** Starts all parts in order, and runs until one of them fails. */
async function run(options: DevOptions, undo: Undo[]): Promise<never> {
  await checkPortIsFree(options.port)
  undo.push(claimStateFolder(options.state, 'dev'))
  if (options.postgres !== undefined) await checkPostgresAnswers(options.postgres)

  const database = startDatabase(options)
  undo.push(database.stop)
  const endpoint = await database.endpoint
  await migrate(endpoint, options)

  const worker = startWorker({
    port: options.port,
    state: options.state,
    verbose: options.verbose,
    vars: {
      DATABASE_URL: databaseUrl,
      DATABASE_ENDPOINT: endpoint,
      PUBLIC_URL: originsOf(options).join(','),
      ADMIN_KEY: adminKey,
      DOCS_KEY: adminKey,
      SIGNING_KEY: 'clips_local_signing_key_for_this_machine_only',
      ALLOW_LOOPBACK_IMPORTS: 'true',
      RATE_LIMITS: options.limits ? 'on' : 'off',
    },
  })
  undo.push(worker.stop)
  await Promise.race([waitUntilHealthy(worker), worker.failed])
  if (options.demo) await addDemoClipsOrWarn(worker.url)
  console.log(welcome(worker.url, options))
  worker.printRequests()
  undo.push(startCron(await readCrons(), worker.url).stop)
  return await worker.failed
}

/** The Worker's own names on this machine, after those of --public-url. */
function originsOf({ port, publicUrl }: DevOptions): string[] {
  const local = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${port}`)
  return [...(publicUrl ?? []), ...local]
}

/** Applies the migrations. A database that an older version made cannot be migrated, if that had other migrations. */
async function migrate(endpoint: string, { state, postgres }: DevOptions): Promise<void> {
  try {
    await migrateThrough({ databaseUrl, endpoint })
  } catch (error) {
    if (!(error instanceof Failure) || postgres !== undefined) throw error
    throw new Failure(`${error.message}\nIf an older version of Clips made this database, delete ${state}.`)
  }
}

/** The product works without demo clips, so a failure is only printed. */
async function addDemoClipsOrWarn(url: string): Promise<void> {
  try {
    const added = await addDemoClips(url, adminKey)
    if (added > 0) console.log(`The library was empty: it has ${added} demo clips now.`)
  } catch (error) {
    console.error(`The demo clips were not added: ${oneLineMessage(error)}`)
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
    // A part that is still starting may add a step meanwhile.
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
}

try {
  process.exit(await main())
} catch (error) {
  process.exit(printError(error))
}
