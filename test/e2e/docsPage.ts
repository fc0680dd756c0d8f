/** The documentation page in headless Chromium: what it shows, and what its buttons do. */
import { chromium, type Locator, type Page } from 'playwright-core'
import { z } from 'zod'

/** A button that was pressed, the status of the answer, and what the page shows of it. */
export type Pressed = { operation: string; status: number; shown: string }

export type Docs = {
  /** What the console has reported, and every request to another host. */
  errors: string[]
  firstScreen: () => Promise<{ text: string; operations: number }>
  lastHeading: () => Promise<string>
  /** Presses "Execute" of every operation in reading order, and for each type of its body. `files` are by that type. */
  pressEverything: (files: Record<string, string>) => Promise<Pressed[]>
  close: () => Promise<void>
}

const Operation = z.object({
  operationId: z.string(),
  tags: z.tuple([z.string()]),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
})
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

export async function openDocs(url: string): Promise<Docs> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const errors = recordErrors(page, new URL(url).host)
  await page.goto(`${url}/api/docs`, { waitUntil: 'networkidle' })
  await page.locator('.opblock').last().waitFor()
  return {
    errors,
    firstScreen: async () => await firstScreen(page),
    lastHeading: async () => await page.locator('h2, h3').last().innerText(),
    pressEverything: async (files) => await pressEverything(page, url, files),
    close: async () => await browser.close(),
  }
}

function recordErrors(page: Page, host: string): string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => {
    const address = new URL(request.url())
    if (!['data:', 'blob:'].includes(address.protocol) && address.host !== host) errors.push(address.href)
  })
  return errors
}

async function firstScreen(page: Page) {
  const height = page.viewportSize()?.height ?? 0
  const boxes = await Promise.all((await page.locator('.opblock').all()).map((one) => one.boundingBox()))
  const operations = boxes.filter((box) => box !== null && box.y + box.height < height).length
  return { text: await page.locator('.info').innerText(), operations }
}

async function pressEverything(page: Page, url: string, files: Record<string, string>): Promise<Pressed[]> {
  const document = Document.parse(await (await fetch(`${url}/api/openapi.json`)).json())
  const pressed: Pressed[] = []
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { operationId, tags, requestBody }] of Object.entries(operations)) {
      const block = page.locator(`#operations-${tags[0]}-${operationId}`)
      await block.locator('.opblock-summary-control').click()
      const types = Object.keys(requestBody?.content ?? {})
      for (const type of types.length > 0 ? types : [undefined]) {
        if (type !== undefined) await chooseBody(block, type, files[type])
        const { status, shown } = await press(page, block, method.toUpperCase(), path)
        pressed.push({ operation: [operationId, type].filter(Boolean).join(' as '), status, shown })
      }
      await block.locator('.opblock-summary-control').click()
    }
  }
  return pressed
}

async function chooseBody(block: Locator, type: string, file: string | undefined): Promise<void> {
  const body = block.locator('.opblock-section-request-body')
  await body.locator('select.content-type').selectOption(type)
  if (file !== undefined) await body.locator('input[type=file]').setInputFiles(file)
}

async function press(page: Page, block: Locator, method: string, path: string) {
  const pattern = new RegExp(`^${path.replace('{id}', '[^/]+')}$`)
  const answered = page.waitForResponse(
    (response) => response.request().method() === method && pattern.test(new URL(response.url()).pathname),
  )
  await block.locator('button.execute').click()
  const response = await answered
  const shown = block.locator('.live-responses-table')
  await shown.filter({ hasText: String(response.status()) }).waitFor()
  return { status: response.status(), shown: await shown.innerText() }
}
