/**
 * `npm run shape` prints the size of the code as a Markdown table. `node .ci/shape.ts --root DIR` measures another checkout.
 * The import closure of a route is the number of files of `src` that its handler, its checks, the app's middleware and the
 * app's error handler import, directly or not. Imports of types do not count, because they are gone when the code runs.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { root: { type: 'string', default: join(import.meta.dirname, '..') } },
})
const src = join(values.root, 'src')
const routeMethods = ['get', 'post', 'put', 'patch', 'delete']

const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.startsWith('local/'))
const product = files.filter((file) => !file.startsWith('audio/containers/'))
printTable([
  ['files of `src`, without `local`', files.length],
  ['lines of `src`, without `local`', lineCount(files)],
  ['lines of `src`, without `local` and `audio/containers`', lineCount(product)],
  ['files with fewer than 20 lines', product.filter((file) => lineCount([file]) < 20).length],
  routeRow('clips/createClip.ts'),
  routeRow('audio/streamClip.ts', 'audio/streamAudio.ts'),
  ['import closure of `plays/consumePlays.ts`, which has no route', closure(['plays/consumePlays.ts']).size],
])

function printTable(rows: [what: string, figure: number][]): void {
  console.log('| what | figure |\n| --- | ---: |')
  for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`)
}

function lineCount(some: string[]): number {
  return some.reduce((sum, file) => sum + readSource(file).split('\n').length - 1, 0)
}

/** `names` are the name of the handler's file, and the names that it had in older checkouts. */
function routeRow(...names: string[]): [what: string, figure: number] {
  const file = names.find((name) => existsSync(join(src, name)))
  if (file === undefined) throw new Error(`None of these files exist: ${names.join(', ')}`)
  const calls = callsIn(readSource('app.ts'))
  // In older checkouts app.ts lists the checks of a route: `app.post('/api/clips', authenticate, …, createClip)`.
  const route = calls.find(
    ({ method, text }) => routeMethods.includes(method) && words(text).includes(basename(file, '.ts')),
  )
  const shared = calls.filter((call) => call.method === 'onError' || isMiddlewareOf(file, call))
  const importedFrom = new Map(
    importsOf('app.ts').flatMap(({ names: all, from }) => all.map((name) => [name, from])),
  )
  const checks = [...shared, ...(route ? [route] : [])].flatMap(({ text }) => words(text))
  const entries = [file, ...checks.flatMap((name) => importedFrom.get(name) ?? [])]
  const place = route ? '`app.ts` lists' : 'it declares'
  return [`import closure of \`${file}\`, with the checks that ${place}`, closure(entries).size]
}

/** `app.use(…)` of the app, or of the path that the file declares. */
function isMiddlewareOf(file: string, { method, text }: Call): boolean {
  if (method !== 'use') return false
  const path = /^'([^']+)'/.exec(text)?.[1]
  return path === undefined || readSource(file).includes(`'${path.replaceAll(/:(\w+)/g, '{$1}')}'`)
}

type Call = { method: string; text: string }

/** Every method call in a source text, with the text of its arguments. */
function callsIn(source: string): Call[] {
  return [...source.matchAll(/\.(\w+)\(/g)].map((match) => {
    const start = match.index + match[0].length
    let depth = 1
    let end = start
    for (; depth > 0 && end < source.length; end++) {
      if (source[end] === '(') depth++
      if (source[end] === ')') depth--
    }
    return { method: match[1] ?? '', text: source.slice(start, end) }
  })
}

function words(text: string): string[] {
  return text.match(/\w+/g) ?? []
}

/** The files that the entries import, directly or not, and the entries. */
function closure(entries: string[]): Set<string> {
  const reached = new Set<string>()
  const open = [...entries]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    open.push(...importsOf(file).map(({ from }) => from))
  }
  return reached
}

/** The relative imports and re-exports of a file, without those of types. */
function importsOf(file: string): { names: string[]; from: string }[] {
  const statements = readSource(file).matchAll(
    /^(?:import|export)\b(?!\s+type\b)([^'"();]*)['"](\.[^'"]+\.ts)['"]/gm,
  )
  return [...statements].flatMap(([, clause = '', path = '']) => {
    const names = clause
      .replace(/\bfrom\s*$/, '')
      .split(/[{},]/)
      .map((name) => name.replace(/^.* as /, '').trim())
      .filter(Boolean)
    const onlyTypes = names.length > 0 && names.every((name) => name.startsWith('type '))
    return onlyTypes ? [] : [{ names, from: join(dirname(file), path) }]
  })
}

function readSource(file: string): string {
  return readFileSync(join(src, file), 'utf8')
}
