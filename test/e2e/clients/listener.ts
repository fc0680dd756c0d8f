/** Chromium on a page of another origin, whose scripts play clips and read them. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { z } from 'zod'

const executablePath = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
]
const Listening = z.object({ port: z.number() })
const Read = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  size: z.number(),
  sha256: z.string(),
})

/** One page; times in seconds. */
export type Listener = {
  /** Loads the clip and plays the start of it; gives its duration. */
  listen: (url: string, crossOrigin?: 'anonymous') => Promise<number>
  /** Goes there, plays on, and gives where it has landed. */
  seek: (to: number) => Promise<number>
  /** Plays the rest, and gives where that was. */
  playToEnd: () => Promise<number>
  /** The loudest that the page's script could hear in half a second, from 0 to 1. */
  overhear: () => Promise<number>
  /** What the page's script can see of an answer. */
  read: (url: string, headers?: Record<string, string>, cache?: string) => Promise<z.infer<typeof Read>>
  close: () => Promise<void>
}

export type Browser = { openPage: () => Promise<Listener>; close: () => Promise<void> }

/** Without a folder to keep its cache in, it keeps it in memory, as a private window does. */
export async function openBrowser(profileFolder?: string): Promise<Browser> {
  const server = await servePage()
  const context = await launch(profileFolder).catch((cause: unknown) => {
    throw new Error(`${executablePath} cannot be run: it comes in the Debian package chromium.`, { cause })
  })
  return {
    async openPage() {
      const page = await context.newPage()
      await page.goto(server.url)
      return listenerOn(page)
    },
    async close() {
      await context.close()
      await context.browser()?.close()
      server.close()
    },
  }
}

async function launch(profileFolder: string | undefined): Promise<BrowserContext> {
  if (profileFolder !== undefined) {
    return await chromium.launchPersistentContext(profileFolder, { executablePath, args })
  }
  return await (await chromium.launch({ executablePath, args })).newContext()
}

function listenerOn(page: Page): Listener {
  const call = async (name: string, argument: unknown = null): Promise<unknown> =>
    await page.evaluate(`${name}(${JSON.stringify(argument)})`)
  return {
    listen: async (url, crossOrigin) => z.number().parse(await call('listen', { url, crossOrigin })),
    seek: async (to) => z.number().parse(await call('seek', to)),
    playToEnd: async () => z.number().parse(await call('playToEnd')),
    overhear: async () => z.number().parse(await call('overhear')),
    read: async (url, headers, cache) => Read.parse(await call('read', { url, headers, cache })),
    close: async () => await page.close(),
  }
}

async function servePage(): Promise<{ url: string; close: () => void }> {
  const html = await readFile(join(import.meta.dirname, 'elsewhere.html'))
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Listening.parse(server.address())
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}
