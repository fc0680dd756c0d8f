/** The product as curl uses it. */
import { createHash } from 'node:crypto'
import { output, run } from './run.ts'

export type Answer = { status: number; contentType: string; body: string }

/** A file, and what the sender declares about it. */
export type Sent = { path: string; title: string; contentType: string }

/** The ways to upload a file with curl. */
export const uploadWays = {
  'a form': ({ path, title }: Sent, url: string) =>
    curl(['-F', `file=@${path}`, '-F', `title=${title}`, `${url}/api/clips?allow_duplicate=1`]),
  'its bytes': ({ path, title, contentType }: Sent, url: string) =>
    curl(['-H', `Content-Type: ${contentType}`, '--data-binary', `@${path}`, rawUrl(url, title)]),
  'its bytes in chunks': ({ path, title, contentType }: Sent, url: string) =>
    curl(['-H', `Content-Type: ${contentType}`, '-X', 'POST', '-T', '-', rawUrl(url, title)], path),
}

/** The SHA-256, in hexadecimal, of what curl downloads; `options` such as `--limit-rate`. */
export async function downloadedSha256(url: string, ...options: string[]): Promise<string> {
  return sha256(await output('curl', ['-sSf', ...options, url]))
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function rawUrl(url: string, title: string): string {
  return `${url}/api/clips?${new URLSearchParams({ title, allow_duplicate: '1' }).toString()}`
}

async function curl(args: string[], stdin?: string): Promise<Answer> {
  const key = ['-H', 'Authorization: Bearer clips_local']
  const said = '\n%{http_code} %{content_type}'
  const { exitCode, stdout, stderr } = await run('curl', ['-sS', ...key, '-w', said, ...args], { stdin })
  if (exitCode !== 0) throw new Error(`curl ${args.join(' ')}: ${stderr}`)
  const text = stdout.toString()
  const lastLine = text.lastIndexOf('\n')
  const [status, contentType] = text.slice(lastLine + 1).split(' ')
  return { status: Number(status), contentType: contentType ?? '', body: text.slice(0, lastLine) }
}
