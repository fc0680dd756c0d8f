/** GET /metrics: how the service does, for Prometheus. It answers whatever is away, and says what is. */
import { isAdmin } from '../access/scope.ts'
import type { Handler } from '../http/router.ts'
import { expositionType, writeExposition, type Metric } from './exposition.ts'
import { libraryMetrics } from './library.ts'
import { reconcileMetrics } from './reconcileMetrics.ts'
import { trafficMetrics } from './traffic.ts'

export const metrics: Handler = async (c) => {
  const { settings } = c.var
  const admin = isAdmin(c.var.caller)
  // Each source is asked beside the others and answers with metrics whatever happens: a new one is a line here.
  const sources = await Promise.all([
    libraryMetrics(settings, admin),
    reconcileMetrics(settings.database, admin),
    trafficMetrics(settings.analytics),
  ])
  return c.body(writeExposition([buildInfo(c.env.VERSION), ...sources.flat()]), 200, {
    'Content-Type': expositionType,
    'Cache-Control': 'no-store',
  })
}

/** Which version answers, as Cloudflare calls it. */
function buildInfo({ id, tag }: WorkerVersionMetadata): Metric {
  const help = 'The version of the Worker that answers.'
  const samples = [{ labels: { version: id, tag }, value: 1 }]
  return { name: 'clips_build_info', type: 'gauge', help, samples }
}
