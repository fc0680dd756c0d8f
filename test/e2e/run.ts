import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { buffer, text } from 'node:stream/consumers'

export type Ran = { exitCode: number | null; stdout: Buffer; stderr: string }

/** `stdin` is a file that the program reads. */
type Options = { stdin?: string; cwd?: string; env?: NodeJS.ProcessEnv }

/** Runs a program to its end. */
export async function run(program: string, args: string[], { stdin, cwd, env }: Options = {}): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd, env })
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // A program that has ended reads no more.
  child.stdin.on('error', () => undefined)
  if (stdin === undefined) child.stdin.end()
  else createReadStream(stdin).pipe(child.stdin)
  const [stdout, stderr, exitCode] = await Promise.all([buffer(child.stdout), text(child.stderr), exited])
  return { exitCode, stdout, stderr }
}

/** Runs a program that must not fail; answers its output. */
export async function output(program: string, args: string[]): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await run(program, args)
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${exitCode}\n${stderr}`)
  return stdout
}
