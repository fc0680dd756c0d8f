import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { maxWorkers } from './support/startServices.ts'

const root = join(import.meta.dirname, '..')
let startedWorkers = 0

export default defineConfig({
  test: {
    silent: 'passed-only',
    maxWorkers,
    projects: [
      {
        // The product, in workerd.
        root,
        // Otherwise it warns of source maps that packages leave out.
        logLevel: 'error',
        // The source of what `npm run assets` bundles, which may be older.
        resolve: {
          alias: [
            { find: /^\.\/built\/measurement\.mjs$/, replacement: join(root, 'src/sound/measurement.ts') },
          ],
        },
        assetsInclude: ['**/*.aiff', '**/fixtures/{corpus,decoders}/files/*'],
        plugins: [
          // Called once for each worker.
          cloudflareTest(({ inject }) => ({
            // Otherwise workerd prints a stack trace for every connection that a test breaks.
            verbose: false,
            wrangler: { configPath: join(root, 'wrangler.toml') },
            miniflare: {
              // Nobody consumes the jobs and analyses, which would run seconds later, in the middle of another test.
              queueProducers: { JOBS: { queueName: 'unconsumed' }, ANALYSES: { queueName: 'unconsumed' } },
              // A play is counted at once, not when the batch is five seconds old.
              queueConsumers: { 'clips-plays': { maxBatchSize: 100, maxBatchTimeout: 0 } },
              bindings: {
                ...inject('services')[startedWorkers++ % maxWorkers],
                PUBLIC_URL: 'https://clips.test',
                ADMIN_KEY: 'clips_test_admin',
                SIGNING_KEY: 'a signing key for the tests',
                // For test/clips/anyOrder.test.ts and test/audio/containers/fuzz.test.ts.
                ORDERS: process.env['ORDERS'] ?? '50',
                FUZZ: process.env['FUZZ'] ?? '500',
                SEED: process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)),
                ALLOW_LOOPBACK_IMPORTS: 'true',
                RATE_LIMITS: 'off',
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{local,e2e,conformance}/**'],
          globalSetup: ['test/support/startServices.ts'],
          // One workerd for many files: starting one, and loading the product into it, takes seconds.
          isolate: false,
          // Against tests that hang, on machines however slow.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        // What stands in for Neon on a developer's machine, in Node.
        root,
        test: {
          name: 'local',
          include: ['test/local/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
