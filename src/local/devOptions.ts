/** The command line of `npm run dev`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'

export type DevOptions = { port: number; state: string; demo: boolean; limits: boolean; postgres?: string }

export const usage = `Usage: npm run dev -- [options]

  --port N         port of the Worker (8787)
  --state DIR      folder of the database and the audio (.wrangler/state)
  --no-demo        leave an empty library empty
  --limits         keep the rate limits of wrangler.toml, which are disabled otherwise
  --postgres URL   use a running Postgres instead of PGlite
  --help           show this`

/** The options; undefined for --help. */
export function readDevOptions(args: string[]): DevOptions | undefined {
  const values = parsed(args)
  if (values.help) return undefined
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw wrong(`--port ${values.port} is not a port number`)
  if (values.state === '') throw wrong('--state needs a folder')
  if (values.postgres !== undefined && !/^postgres(ql)?:$/.test(URL.parse(values.postgres)?.protocol ?? '')) {
    throw wrong('--postgres needs a URL of the form postgresql://user:password@host/database')
  }
  return {
    port,
    state: resolve(values.state),
    demo: !values['no-demo'],
    limits: values.limits,
    ...(values.postgres === undefined ? {} : { postgres: values.postgres }),
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8787' },
        state: { type: 'string', default: '.wrangler/state' },
        'no-demo': { type: 'boolean', default: false },
        limits: { type: 'boolean', default: false },
        postgres: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    // The first sentence of Node's message names the option.
    throw wrong(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function wrong(message: string): Failure {
  return new Failure(`${message}\n${usage}`, 2)
}
