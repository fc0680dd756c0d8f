/** The command line of `npm run dev`, and the checks that its values can be used. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Origins } from '../http/settings.ts'
import { Failure, oneLineMessage } from './failure.ts'
import { openPostgres } from './postgres.ts'

export type DevOptions = {
  port: number
  state: string
  demo: boolean
  limits: boolean
  verbose: boolean
  postgres?: string
  publicUrl?: string[]
}

export const usage = `Usage: npm run dev -- [options]

  --port N         port of the Worker (8787)
  --state DIR      folder of the database and the audio (.wrangler/state)
  --no-demo        do not add demo clips to an empty library
  --limits         keep the rate limits of wrangler.toml, which are disabled otherwise
  --postgres URL   use a running Postgres instead of PGlite
  --public-url URL the address that others see, if a tunnel or a proxy leads here; links have it
  --verbose        print all that wrangler prints
  --help           show this text`

/** The options; undefined for --help. */
export function readDevOptions(args: string[]): DevOptions | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw usageError(`--port ${values.port} is not a port number`)
  if (values.state === '') throw usageError('--state needs a folder')
  if (values.postgres !== undefined && !/^postgres(ql)?:$/.test(URL.parse(values.postgres)?.protocol ?? '')) {
    throw usageError('--postgres needs a URL of the form postgresql://user:password@host/database')
  }
  const origins = values['public-url'] === undefined ? undefined : Origins.safeParse(values['public-url'])
  if (origins?.success === false) throw usageError('--public-url needs a URL of the form https://host')
  return {
    port,
    state: resolve(values.state),
    demo: !values['no-demo'],
    limits: values.limits,
    verbose: values.verbose,
    ...(values.postgres === undefined ? {} : { postgres: values.postgres }),
    ...(origins === undefined ? {} : { publicUrl: origins.data }),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8787' },
        state: { type: 'string', default: '.wrangler/state' },
        'no-demo': { type: 'boolean', default: false },
        limits: { type: 'boolean', default: false },
        postgres: { type: 'string' },
        'public-url': { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    // The first sentence of Node's message names the option.
    throw usageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function usageError(message: string): Failure {
  return new Failure(`${message}\n${usage}`, 2)
}

/** Fails if the port is in use: wrangler would silently take another one. */
export async function checkPortIsFree(port: number): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
  } catch (error) {
    throw new Failure(`Port ${port} is not free: ${oneLineMessage(error)}. Choose another with --port.`)
  } finally {
    probe.close()
  }
}

/** Fails if the Postgres of --postgres does not answer. */
export async function checkPostgresAnswers(url: string): Promise<void> {
  const database = openPostgres(url)
  try {
    await database.query({ text: 'select 1', params: [] })
  } catch (error) {
    const { host } = new URL(url)
    throw new Failure(`The Postgres of --postgres (${host}) does not answer: ${oneLineMessage(error)}`)
  } finally {
    await database.close()
  }
}
