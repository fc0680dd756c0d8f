/** What `npm run dev` prints of what `wrangler dev` prints. */
import { describe, expect, it } from 'vitest'
import { createReader } from '../../src/local/workerOutput.ts'

/** What is printed for lines, as if all were requested. */
function printed(...lines: string[]): string[] {
  const read = createReader(() => new Date(2026, 0, 1, 12, 3, 55))
  return lines.map((line) => read(line)?.text ?? '').filter((text) => text !== '')
}

const log = (fields: object) => JSON.stringify({ level: 'info', event: 'request', ...fields })
const request = { request_id: 'x', path: '/api/clips', method: 'GET', status: 200, duration_ms: 11 }

describe('one line a request', () => {
  it.each([
    [[log(request), '[wrangler:info] GET /api/clips 200 OK (22ms)'], '12:03:55 GET /api/clips 200 11 ms'],
    [
      [
        log({ ...request, path: '/nope', status: 404, problem: 'not-found' }),
        '[wrangler:info] GET /nope 404 Not Found (9ms)',
      ],
      '12:03:55 GET /nope 404 not-found 11 ms',
    ],
    [
      [
        log({ ...request, path: '/api/docs/nope', status: 404, problem: 'not-found' }),
        '[wrangler:info] GET /api/docs/nope 404 Not Found (9ms)',
      ],
      '12:03:55 GET /api/docs/nope 404 not-found 11 ms',
    ],
    [['[wrangler:info] GET /api/docs/docs.css 200 OK (9ms)'], '12:03:55 GET /api/docs/docs.css 200 9 ms'],
    [
      [`✘ [ERROR] ${log({ ...request, level: 'error', status: 500, problem: 'internal-error' })}`],
      '12:03:55 GET /api/clips 500 internal-error 11 ms',
    ],
  ])('%j', (lines, line) => {
    expect(printed(...lines)).toEqual([line])
  })
})

it.each([
  '[custom build] Running: npm run -s assets',
  'Your Worker has access to the following bindings:',
  'Binding                                             Resource                      Mode',
  'env.PLAYS (clips-plays)                             Queue                         local',
  'Attaching additional modules:',
  '┌───────────────────────┬───────────────┬────────────┐',
  '│ built/measurement.mjs │ esm           │ 155.71 KiB │',
  '├───────────────────────┼───────────────┼────────────┤',
  '└───────────────────────┴───────────────┴────────────┘',
  '',
  '⎔ Starting local server...',
  '⎔ Connection status updated',
  '[wrangler:info] ✨ Parsed 1 valid header rule.',
  '[wrangler:info] Ready on http://127.0.0.1:8787',
  '[wrangler:info] Updated and ready on http://127.0.0.1:8787',
  '[wrangler:info] HEAD /api/docs/docs.css 200 OK (9ms)',
  '[wrangler:info] QUEUE clips-plays 1/1 (29ms)',
  'The file src/http/log.ts changed, restarting build...',
  '🪵  Logs were written to "/home/me/.config/.wrangler/logs/x.log"',
  log({ event: 'maintenance', step: 'plays', pruned: 0 }),
])('says nothing of %s', (line) => {
  expect(printed(line)).toEqual([])
})

const crashed =
  '\u001B[33m[wrangler:warn] The Workers runtime crashed unexpectedly and is being restarted (crash #2). Any additional \u001B[0m'

it.each([
  ['[wrangler:info] Ready on http://127.0.0.1:8787', { about: 'listening', text: '' }],
  [crashed, { about: 'crash', text: '12:03:55 The runtime of the Worker crashed.' }],
  ['[wrangler:info] Updated and ready on http://127.0.0.1:8787', undefined],
  ['⎔ Reloading local server...', { about: 'other', text: '12:03:55 Reloaded.' }],
])('reads from %j how the Worker is', (line, shown) => {
  expect(createReader(() => new Date(2026, 0, 1, 12, 3, 55))(line)).toEqual(shown)
})

it('says that the Worker was reloaded', () => {
  expect(printed('⎔ Reloading local server...')).toEqual(['12:03:55 Reloaded.'])
})

it('shows the warnings and errors of the Worker, with their fields', () => {
  const line = JSON.stringify({ level: 'error', event: 'play-not-sent', error: 'Error: x' })
  // As wrangler marks what comes from console.error.
  const marked = `\u001B[31m✘ \u001B[41;31m[\u001B[41;97mERROR\u001B[41;31m]\u001B[0m \u001B[1m${line}\u001B[0m`
  expect(printed(marked)).toEqual(['12:03:55 error: play-not-sent {"error":"Error: x"}'])
})

it('shows what it does not know as it is, with its colours', () => {
  const lines = [
    '\u001B[31m✘ [ERROR] Build failed with 1 error:\u001B[0m',
    '    src/http/log.ts:20:16:',
    '{ no JSON',
    'hello',
  ]
  expect(printed(...lines)).toEqual(lines)
})

it('drops the error of an import from an unknown host, which the request line tells', () => {
  const lines = [
    '✘ [ERROR] e = rust/worker/ffi.rs:110: failed: failed to lookup address information: Name or service not known',
    '',
    '  stack: /clips/node_modules/@cloudflare/workerd-linux-64/bin/workerd@383c3f9',
    '',
    '✘ [ERROR] Uncaught Error: something else',
  ]
  expect(printed(...lines)).toEqual(lines.slice(4))
})

it('drops a warning that is wrong here, and nothing behind it', () => {
  const lines = [
    '\u001B[33m▲ \u001B[43;33m[\u001B[43;30mWARNING\u001B[43;33m]\u001B[0m Scheduled Workers are not automatically triggered during local development.',
    '',
    '  To manually trigger a scheduled event, run:',
    '    curl "http://127.0.0.1:8953/cdn-cgi/local/scheduled"',
    '',
    '▲ [WARNING] Something else is wrong.',
    '  Its second line.',
  ]
  expect(printed(...lines)).toEqual(lines.slice(5))
})
