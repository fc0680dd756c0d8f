import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '..')

export default defineConfig({
  test: {
    silent: 'passed-only',
    projects: [
      {
        // The product, through its front door, in workerd.
        root,
        assetsInclude: ['**/*.aiff'],
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: join(root, 'wrangler.toml') },
            miniflare: {
              bindings: {
                DATABASE_URL: 'postgres://clips:clips@db.localtest.me/clips',
                DATABASE_ENDPOINT: inject('databaseEndpoint'),
                ADMIN_KEY: 'clips_test_admin',
                SIGNING_KEY: 'a signing key for the tests',
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
          globalSetup: ['test/startDatabase.ts', 'test/startSource.ts'],
          // One Postgres serves every file: one after the other.
          fileParallelism: false,
          // Against what hangs, however slow the machine is.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        // What stands in for Neon on your machine, in Node.
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
