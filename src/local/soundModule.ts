/**
 * Bundles `src/sound/measurement.ts` with all that it reaches into a module of its own, in `src/sound/built/`. wrangler would
 * bundle what the Worker imports dynamically into its main module, which every isolate has to load. Its types are those of the
 * source. `decoders.ts` runs before.
 */
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root, writeWhole } from './writeWhole.ts'

const folder = join(root, 'src/sound/built')

/** WebAssembly stays a module of its own, beside this one. Files of ours only define, so those of which nothing is used go. */
const resolution: Plugin = {
  name: 'resolution',
  setup: (bundle) => {
    bundle.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }))
    bundle.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }))
  },
}

const { outputFiles } = await build({
  entryPoints: [join(root, 'src/sound/measurement.ts')],
  outfile: join(folder, 'measurement.mjs'),
  write: false,
  bundle: true,
  format: 'esm',
  // As wrangler has it.
  target: 'es2024',
  sourcemap: true,
  plugins: [resolution],
})
for (const { path, contents } of outputFiles) await writeWhole(path, contents)
await writeWhole(join(folder, 'measurement.d.mts'), Buffer.from("export * from '../measurement.ts'\n"))
