/** A Postgres of its own for a test, with as many sessions as it likes; PGlite has one. It needs Debian's `postgresql`. */
import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './freePort.ts'

export type TemporaryPostgres = { url: string; stop: () => void }

/**
 * Starts an empty cluster on a free port, with settings of Postgres beside the defaults. As root it runs as `nobody`,
 * because Postgres refuses to run as root.
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<TemporaryPostgres> {
  const programs = newestPrograms('/usr/lib/postgresql')
  const folder = mkdtempSync(join(tmpdir(), 'clips-postgres-'))
  const data = join(folder, 'data')
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'))
  const run = (program: string, ...args: string[]) => {
    const command = [join(programs, program), ...args]
    const [file = '', ...rest] = isRoot ? ['runuser', '-u', 'nobody', '--', ...command] : command
    execFileSync(file, rest, { cwd: folder, stdio: 'ignore' })
  }
  const port = await freePort()
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync')
  const given = { listen_addresses: '127.0.0.1', fsync: 'off', ...settings }
  const options = [
    `-p ${port} -k ${folder}`,
    ...Object.entries(given).map(([name, value]) => `-c ${name}=${value}`),
  ].join(' ')
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function newestPrograms(root: string): string {
  const version = readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .at(0)
  return join(root, version ?? '', 'bin')
}

function idOf(kind: '-u' | '-g'): number {
  return Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
}
