/**
 * The mark of our own imports. An import must not fetch from this service; the check of its host cannot know every name, such as
 * that of an alias or a proxy. So imports name the service in their `User-Agent`, which nobody can choose, and streams refuse it.
 */
import { Problem } from '../http/problem.ts'
import { check } from '../http/router.ts'

/** What an import sends as its `User-Agent`. */
export function importAgent([main]: string[]): string {
  return `Clips/1 (+${main ?? ''})`
}

/** Refuses the request of one of our own imports. Others who send the mark harm only themselves. */
export const refuseOwnImport = check(['forbidden'], async (c, next) => {
  const { publicOrigins } = c.var.settings
  if (publicOrigins.length > 0 && c.req.header('User-Agent') === importAgent(publicOrigins)) {
    throw new Problem('forbidden', { detail: 'This service does not import from itself.' })
  }
  await next()
})
