/**
 * Writes the Prometheus text exposition format, version 0.0.4. Pure.
 *
 * prom-client does run in workerd, but it is a registry of instruments that live as long as a process and count what
 * passes by. Here every value is read from a database at the scrape, isolates come and go, and its Summary takes
 * observations only, not quantiles that are known already. What remains of it is these escapes.
 */

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

export type Sample = { labels?: Record<string, string>; value: number }

/** A family of samples. A counter's name ends in `_total`; a summary's samples have a `quantile` label. */
export type Metric = {
  name: string
  type: 'gauge' | 'counter' | 'summary'
  help: string
  samples: Sample[]
}

/** The exposition of all that has samples. */
export function writeExposition(metrics: Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(writeMetric)
    .join('')
}

function writeMetric({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels = {}, value }) => `${name}${writeLabels(labels)} ${writeValue(value)}`)
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
}

function writeLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Values are as Go's ParseFloat reads them, which knows all that JavaScript writes but infinity. */
function writeValue(value: number): string {
  if (Math.abs(value) === Infinity) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

/** Lines end at a line feed alone; other control characters may stand in a label. */
function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').toWellFormed()
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
