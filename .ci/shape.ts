/**
 * Prints the shape of a checkout: files and lines of the product, and how many files a flow reaches through relative imports
 * (types included) from its route, with the checks of that route. `node .ci/shape.ts [--root DIR]`; DIR may be an older
 * checkout, in which app.ts listed the checks of a route.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { root: { type: 'string', default: join(import.meta.dirname, '..') } },
})
const src = join(values.root, 'src')

const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.startsWith('local/'))
const linesOf = (some: string[]) =>
  some.reduce((sum, file) => sum + readFileSync(join(src, file), 'utf8').split('\n').length - 1, 0)

/** All files that the entries reach, themselves included. */
function closureOf(entries: string[]): Set<string> {
  const reached = new Set<string>()
  const open = entries.map((entry) => join(src, entry))
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    const code = readFileSync(file, 'utf8')
    for (const [, specifier = ''] of code.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)) {
      open.push(join(dirname(file), specifier))
    }
  }
  return reached
}

/** Each flow, by its route and by what app.ts puts in front of that. */
const flows: Record<string, string[]> = {
  upload: [
    'clips/createClip.ts',
    'clips/createOperation.ts',
    'access/caller.ts',
    'access/limited.ts',
    'http/finishesAnyway.ts',
  ],
  stream: [
    'audio/streamClip.ts',
    'plays/countPlay.ts',
    'audio/streamAudio.ts',
    'plays/countedStream.ts',
    'plays/countsPlay.ts',
    'access/caller.ts',
    'access/limited.ts',
  ],
  'play consumer': ['plays/consumePlays.ts'],
}

const product = files.filter((file) => !file.startsWith(join('audio', 'containers')))
const short = product.filter((file) => linesOf([file]) < 20)
const rows: [what: string, figure: number][] = [
  ['files beside src/local', files.length],
  ['lines beside src/local', linesOf(files)],
  ['lines beside src/local and src/audio/containers', linesOf(product)],
  ['files with fewer than 20 lines', short.length],
  ...Object.entries(flows).map(([flow, entries]): [string, number] => [
    `files that the ${flow} reaches`,
    closureOf(entries.filter((entry) => existsSync(join(src, entry)))).size,
  ]),
]
console.log('| what | figure |\n| --- | ---: |')
for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`)
