/**
 * The Prometheus text exposition format, version 0.0.4. Pure.
 *
 * prom-client runs in workerd, but it is a registry of instruments that live as long as a process. Here every value is read
 * from a database at the scrape, and its Summary accepts observations only, no known quantiles.
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

export function gauge(name: string, help: string, samples: Sample[]): Metric {
  return { name, type: 'gauge', help, samples }
}

export function counter(name: string, help: string, samples: Sample[]): Metric {
  return { name, type: 'counter', help, samples }
}

/** The exposition of all families that have samples. */
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

/** Go's ParseFloat reads values. It reads everything that JavaScript writes except infinity. */
function writeValue(value: number): string {
  if (Math.abs(value) === Infinity) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

/** Only a line feed ends a line. A label may contain other control characters. */
function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').toWellFormed()
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
