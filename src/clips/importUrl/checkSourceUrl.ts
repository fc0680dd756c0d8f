/** Which addresses an import fetches from. Pure. */
import { bareHost, hostRefusals, refuseHost, type HostRefusal } from './publicHost.ts'

/** Why an address is not fetched, and what the person who sent it is told. */
export const sourceRefusals = {
  ...hostRefusals,
  scheme: 'Only http and https are fetched.',
  'user-info': 'The address holds a user name or a password.',
  port: 'The port is not one of the web: 80, 443, and those from 1024 on that no other protocol is known by.',
  'own-host': 'The host is this service itself.',
} as const

export type SourceRefusal = HostRefusal | keyof typeof sourceRefusals

export type SourceRules = {
  /** Whether the machine itself may be asked: in tests and on your machine. */
  allowLoopback: boolean
  /** Where this service answers. */
  ownOrigin: string
}

/**
 * Ports from 1024 on that browsers do not fetch from either, for other protocols listen there (Fetch Standard, "bad
 * port").
 */
const badPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
])

/** Whether audio may be fetched from this address; the reason where not. Redirects go through it too. */
export function checkSourceUrl(url: URL, { allowLoopback, ownOrigin }: SourceRules): 'ok' | SourceRefusal {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'scheme'
  if (url.username !== '' || url.password !== '') return 'user-info'
  if (!isWebPort(portOf(url))) return 'port'
  if (isSameHost(url, new URL(ownOrigin))) return 'own-host'
  const refusal = refuseHost(bareHost(url))
  return refusal === undefined || (refusal === 'loopback' && allowLoopback) ? 'ok' : refusal
}

/** Below 1024 everything but the web is another service: mail, SSH, a router's console. */
function isWebPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !badPorts.has(port))
}

/** On one machine services differ by their port; elsewhere a host is one service, whatever the port. */
function isSameHost(url: URL, own: URL): boolean {
  if (isLoopback(url) && isLoopback(own)) return portOf(url) === portOf(own)
  return bareHost(url) === bareHost(own)
}

function isLoopback(url: URL): boolean {
  return refuseHost(bareHost(url)) === 'loopback'
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}
