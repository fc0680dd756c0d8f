import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '../..')
const timeouts = { testTimeout: 300_000, hookTimeout: 120_000 }

/** Real clients against the running product, and what reads sound against ffmpeg: `npm run test:e2e`, `npm run test:sound`. */
export default defineConfig({
  test: {
    projects: [
      {
        root,
        test: {
          ...timeouts,
          name: 'e2e',
          include: ['test/{e2e,conformance}/**/*.test.ts'],
          exclude: ['test/e2e/sound/**'],
          globalSetup: ['test/e2e/startClips.ts'],
          fileParallelism: false,
        },
      },
      {
        // Without the product. Its clients mostly wait, so these may run at the same time.
        root,
        test: {
          ...timeouts,
          name: 'sound',
          include: ['test/e2e/sound/**/*.test.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
})
