/** A page of another origin, in headless Chromium, that plays clips. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { z } from 'zod'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--autoplay-policy=no-user-gesture-required',
]
const stretches = z.array(z.tuple([z.number(), z.number()]))
const Played = z.object({ duration: z.number(), played: stretches })
const PlayedFromMiddle = Played.extend({ landed: z.number() })

/** Times in seconds; `played` are the stretches of the clip that were played, `landed` where a seek ended. */
export type Player = {
  canPlay: (contentType: string) => Promise<boolean>
  playToEnd: (url: string) => Promise<z.infer<typeof Played>>
  playFromMiddle: (url: string) => Promise<z.infer<typeof PlayedFromMiddle>>
  close: () => Promise<void>
}

export async function openPlayer(): Promise<Player> {
  const server = await servePage()
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
  const page = await browser.newPage()
  await page.goto(server.url)
  const evaluate = async (name: string, argument: string): Promise<unknown> => {
    const said = await page
      .evaluate(`${name}(${JSON.stringify(argument)})`)
      .then((value: unknown) => ({ value }), firstLine)
    // Not the error itself: its stack names places in the page, where vitest looks for files.
    if (typeof said === 'string') throw new Error(said)
    return said.value
  }
  return {
    canPlay: async (contentType) => (await evaluate('audio.canPlayType', contentType)) !== '',
    playToEnd: async (url) => Played.parse(await evaluate('playToEnd', url)),
    playFromMiddle: async (url) => PlayedFromMiddle.parse(await evaluate('playFromMiddle', url)),
    close: async () => {
      await browser.close()
      server.close()
    },
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? ''
}

async function servePage(): Promise<{ url: string; close: () => void }> {
  const html = await readFile(join(import.meta.dirname, 'player.html'))
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}
