import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../support/freePort.ts'
import { makeFolder, startProcess, targetAt, type OtherServer } from './otherServer.ts'

const nginxPath = '/usr/sbin/nginx'

/** Debian's nginx with its defaults, in a folder of its own; undefined where it is not installed. */
export async function startNginx(): Promise<OtherServer | undefined> {
  if (
    !(await access(nginxPath).then(
      () => true,
      () => false,
    ))
  )
    return undefined
  const { folder, files, remove } = await makeFolder()
  const port = await freePort()
  const configuration = join(folder, 'nginx.conf')
  await writeFile(configuration, writeConfiguration(folder, files, port))
  const stop = await startProcess(
    nginxPath,
    ['-p', folder, '-e', 'stderr', '-c', configuration],
    port,
    remove,
  )
  const { stderr } = await promisify(execFile)(nginxPath, ['-v'])
  return {
    name: `nginx ${/nginx\/(\S+)/.exec(stderr)?.[1] ?? ''}`,
    target: await targetAt(port),
    stop,
  }
}

function writeConfiguration(folder: string, files: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n')
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
${temporary}
  types { audio/ogg ogg; }
  server { listen 127.0.0.1:${port}; root ${files}; }
}
`
}
