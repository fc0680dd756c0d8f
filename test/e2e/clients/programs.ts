/** The programs that people listen and download with. */
import { run, type Ran } from '../run.ts'

/** The Debian package of each program. */
const packageOf = {
  aria2c: 'aria2',
  curl: 'curl',
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  mpv: 'mpv',
  python3: 'python3',
  wget: 'wget',
}

export type Program = keyof typeof packageOf

/** Runs a program to its end. If it is not installed, the error names its package. */
export async function runProgram(program: Program, ...args: string[]): Promise<Ran> {
  try {
    return await run(program, args)
  } catch (cause) {
    throw new Error(`${program} cannot be run: it comes in the Debian package ${packageOf[program]}.`, {
      cause,
    })
  }
}

/** Runs a program that must not fail, and answers its output. */
export async function outputOf(program: Program, ...args: string[]): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await runProgram(program, ...args)
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${exitCode}\n${stderr}`)
  return stdout
}
