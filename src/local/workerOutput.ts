/**
 * What `wrangler dev` prints, made readable: one line for each request, and every warning and error in full. Lines that it
 * does not know stay as they are, so that nothing that matters is lost. Pure.
 */
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

/**
 * A line for the terminal. Lines about requests are hidden during the start. 'crash': a runtime of the Worker died.
 * 'listening': the port is open. An empty text is not printed.
 */
export type Shown = { about: 'request' | 'crash' | 'listening' | 'other'; text: string }

/** A line of the Worker's own log (src/http/log.ts). */
const LogLine = z.looseObject({ level: z.enum(['info', 'warn', 'error']), event: z.string() })
const RequestLine = z.object({
  method: z.string(),
  path: z.string(),
  status: z.int(),
  problem: z.string().optional(),
  duration_ms: z.number(),
})

/** What worker.ts asks for with HEAD, to see whether the Worker answers. */
export const probePath = '/api/docs/docs.css'

/** Lines of wrangler that say nothing about what the Worker does. */
const noise = [
  /^\[custom build\]/,
  /^Your Worker has access to the following bindings:$/,
  /^Binding +Resource/,
  // The modules that are not bundled, as a table.
  /^Attaching additional modules:$/,
  /^[┌├└│]/,
  /^env\.\w+ /,
  /^⎔ (?!Reloading)/,
  /^\[wrangler:info\] (Updated and ready on|QUEUE|✨)/,
  new RegExp(`^\\[wrangler:info\\] HEAD ${probePath} `),
  /^The file .* changed, restarting build/,
  /^🪵 +Logs were written to/,
]

/**
 * Messages that are wrong or needless here: the cron does run (cron.ts), a request has no properties of Cloudflare's network,
 * and who imports from an unknown host is told so by the Worker.
 */
const knownMessages =
  /Scheduled Workers are not automatically triggered|Request\.cf|`request\.cf`|failed to lookup address information/

/** One of wrangler's two runtimes, its proxy or the Worker, has ended. wrangler starts that one again. */
const crash = /^\[wrangler:warn\] The Workers runtime crashed unexpectedly/

/** A request as wrangler prints it. */
const wranglerRequest =
  /^\[wrangler:info\] (?<method>[A-Z]+) (?<path>\/\S*) (?<status>\d{3}) .*\((?<ms>\d+)ms\)$/

/** Makes a reader of lines. It remembers whether it is inside a block, such as a warning of several lines. */
export function createReader(now: () => Date = () => new Date()): (line: string) => Shown | undefined {
  let skipsBlock = false
  return (raw) => {
    const line = stripVTControlCharacters(raw)
    if (skipsBlock && /^(\s|$)/.test(line)) return undefined
    skipsBlock = /^(▲ \[WARNING\]|✘ \[ERROR\])/.test(line) && knownMessages.test(line)
    if (skipsBlock || line.trim() === '' || noise.some((pattern) => pattern.test(line))) return undefined
    if (line.startsWith('[wrangler:info] Ready on ')) return { about: 'listening', text: '' }
    if (crash.test(line))
      return { about: 'crash', text: `${timeOf(now())} The runtime of the Worker crashed.` }
    if (line.startsWith('⎔ Reloading')) return { about: 'other', text: `${timeOf(now())} Reloaded.` }
    return readLog(line, now) ?? readAsset(line, now) ?? { about: 'other', text: raw }
  }
}

/** Undefined for what is no line of the Worker's log. */
function readLog(line: string, now: () => Date): Shown | undefined {
  // wrangler marks what the Worker has written with console.error and console.warn.
  const log = LogLine.safeParse(parseJson(line.replace(/^(✘ \[ERROR\]|▲ \[WARNING\]) /, '')))
  if (!log.success) return undefined
  const { level, event, ...fields } = log.data
  const request = event === 'request' ? RequestLine.safeParse(fields) : undefined
  if (request?.success) return { about: 'request', text: `${timeOf(now())} ${describeRequest(request.data)}` }
  // The log also tells of work that went well. That is for production.
  if (level === 'info') return { about: 'request', text: '' }
  return { about: 'other', text: `${timeOf(now())} ${level}: ${event} ${JSON.stringify(fields)}` }
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

type RequestFacts = z.infer<typeof RequestLine>

function describeRequest({ method, path, status, problem, duration_ms: ms }: RequestFacts): string {
  return [method, path, status, problem, `${ms} ms`].filter((part) => part !== undefined).join(' ')
}

/** wrangler prints every request. Only those for assets that exist do not reach the Worker, and so its log. */
function readAsset(line: string, now: () => Date): Shown | undefined {
  const { method, path, status, ms } = wranglerRequest.exec(line)?.groups ?? {}
  if (method === undefined) return undefined
  const isAsset = path?.startsWith('/api/docs/') === true && status !== '404'
  const text = isAsset ? `${timeOf(now())} ${method} ${path} ${status} ${ms} ms` : ''
  return { about: 'request', text }
}

/** Hours, minutes and seconds of this machine. */
function timeOf(date: Date): string {
  return date.toTimeString().slice(0, 8)
}
