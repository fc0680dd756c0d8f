import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Real clients against the running product: `npm run test:e2e`. */
export default defineConfig({
  test: {
    name: 'e2e',
    root: join(import.meta.dirname, '../..'),
    include: ['test/{e2e,conformance}/**/*.test.ts'],
    globalSetup: ['test/e2e/startClips.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
