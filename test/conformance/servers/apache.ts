import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../support/freePort.ts'
import { makeFolder, startProcess, targetAt, type OtherServer } from './otherServer.ts'

/** Where Debian puts it, and what the PATH has. */
const folders = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(':')]

/** Apache with its defaults, in a folder of its own; undefined where it is not installed. */
export async function startApache(): Promise<OtherServer | undefined> {
  const apachePath = await findApache()
  if (apachePath === undefined) return undefined
  const { folder, files, remove } = await makeFolder()
  const port = await freePort()
  const configuration = join(folder, 'apache2.conf')
  const modules = join(dirname(apachePath), '../lib/apache2/modules')
  await writeFile(configuration, writeConfiguration(folder, files, modules, port))
  const stop = await startProcess(apachePath, ['-X', '-d', folder, '-f', configuration], port, remove)
  const { stdout } = await promisify(execFile)(apachePath, ['-v'])
  return {
    name: `Apache ${/Apache\/(\S+)/.exec(stdout)?.[1] ?? ''}`,
    target: await targetAt(port),
    stop,
  }
}

async function findApache(): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, 'apache2')
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}

function writeConfiguration(folder: string, files: string, modules: string, port: number): string {
  return `ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule mime_module ${modules}/mod_mime.so
TypesConfig /dev/null
DocumentRoot ${files}
AddType audio/ogg .ogg
`
}
