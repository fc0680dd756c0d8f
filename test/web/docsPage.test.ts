/** The documentation page. test/e2e presses its buttons. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { problemNames, problemType } from '../../src/http/problem.ts'
import { call } from '../support/api.ts'
import { callWith } from '../support/product.ts'

describe('the documentation page', () => {
  it('loads nothing from another host', async () => {
    const response = await call('/api/docs')
    const html = await response.text()
    expect(html).not.toMatch(/src="(https?:)?\/\/|<link[^>]+href="(https?:)?\/\//)
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  })

  it('ends with every problem type', async () => {
    const html = await (await call('/api/docs')).text()
    const table = html.slice(html.indexOf('id="problems"'))
    for (const name of problemNames) expect(table).toContain(`<code>${problemType(name)}</code>`)
    expect(html.indexOf('id="docs"')).toBeLessThan(html.indexOf('id="problems"'))
  })

  it('knows no key, unless the settings name one', async () => {
    expect(await (await call('/api/docs')).text()).toContain('data-key=""')
    const local: Record<string, string> = { DOCS_KEY: '"><script>' }
    const page = await callWith({ ...env, ...local }, '/api/docs')
    expect(await page.text()).toContain('data-key="&quot;&gt;&lt;script&gt;"')
  })

  it.each(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js', 'docs.css', 'three-bells.mp3'])(
    '%s comes from this Worker',
    async (asset) => {
      // Cloudflare serves assets before it asks the Worker.
      const response = await env.ASSETS.fetch(`https://clips.test/api/docs/${asset}`)
      expect(response.status).toBe(200)
      expect((await response.text()).length).toBeGreaterThan(50)
    },
  )
})
