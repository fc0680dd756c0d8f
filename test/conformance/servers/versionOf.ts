import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'

/** The version of an installed package. */
export async function versionOf(name: string): Promise<string> {
  const path = findPackageJSON(name, import.meta.url)
  const text = path === undefined ? '' : await readFile(path, 'utf8')
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? ''
}
