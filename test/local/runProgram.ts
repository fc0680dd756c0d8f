import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { plainEnvironment } from './plainEnvironment.ts'

/** Runs a program to its end, without a terminal, as in CI. */
export async function runProgram(
  program: string,
  args: string[],
  { env, cwd }: { env: Record<string, string>; cwd?: string },
) {
  const settings = { ...plainEnvironment, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', ...env }
  const child = spawn(program, args, { cwd, env: settings, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { stdout, stderr, code: Number(code) }
}
