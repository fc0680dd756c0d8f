import { cpSync, existsSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './runProgram.ts'

const root = join(import.meta.dirname, '../..')

/** A copy of the tree as git would clone it: without any generated file, but with the packages. Delete it afterwards. */
export async function freshCopy(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'clips-fresh-'))
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = await runProgram('git', list, { env: {}, cwd: root })
  // A file that is deleted, and not committed yet, is still listed.
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
  for (const file of files) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
