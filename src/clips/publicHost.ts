/** Which URLs audio may be imported from: http or https on a public host. Pure. */
import ipaddr from 'ipaddr.js'

/** Why audio is not fetched from a URL, and what its sender is told. */
export const sourceRefusals = {
  scheme: 'Only http and https URLs are accepted.',
  'user-info': 'The URL must not contain a user name or a password.',
  port: 'The port must be 80, 443, or one from 1024 on that no other protocol uses.',
  'own-host': 'The host is this service.',
  loopback: 'The host is a loopback address.',
  'private-address': 'The host is an address in a private network.',
  'link-local': 'The host is a link-local address.',
  multicast: 'The host is a multicast address.',
  'wrapped-address': 'The host is an IPv4 address inside an IPv6 address.',
  'reserved-address': 'The host is a reserved address.',
  metadata: 'The host is the metadata service of a cloud.',
  'local-name': 'The host name belongs to a local network.',
} as const

export type SourceRefusal = keyof typeof sourceRefusals

export type SourceRules = {
  /** Whether loopback addresses are accepted: in tests and on your machine. */
  allowLoopback: boolean
  /** Schemes and hosts of this service. First the one that sources are told. */
  ownOrigins: string[]
}

/** The audio in the documentation's example of an import: a static file, so that the Worker does not fetch from itself. */
const exampleSource = '/api/docs/three-bells.mp3'

/** Ports from 1024 on that browsers block, because other protocols use them (Fetch Standard, "bad port"). */
const badPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
])

/** Why audio must not be fetched from this URL; undefined if it may. Redirects are checked too. */
export function refuseSourceUrl(
  url: URL,
  { allowLoopback, ownOrigins }: SourceRules,
): SourceRefusal | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'scheme'
  if (url.username !== '' || url.password !== '') return 'user-info'
  if (!isWebPort(portOf(url))) return 'port'
  const isOwn = ownOrigins.some((own) => isSameHost(url, new URL(own)))
  if (isOwn && url.pathname !== exampleSource) return 'own-host'
  const refusal = refuseHost(bareHost(url))
  return refusal === 'loopback' && allowLoopback ? undefined : refusal
}

/** Below 1024, all other ports belong to other services, such as mail and SSH. */
function isWebPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !badPorts.has(port))
}

/** On one machine, services differ by their port. Elsewhere a host is one service. */
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

/** The ranges of `ipaddr.js`. All others except unicast are `reserved-address`. */
const refusalsByRange: Partial<Record<string, SourceRefusal>> = {
  loopback: 'loopback',
  private: 'private-address',
  carrierGradeNat: 'private-address',
  uniqueLocal: 'private-address',
  deprecatedSiteLocal: 'private-address',
  linkLocal: 'link-local',
  multicast: 'multicast',
  // Each of these can stand for any IPv4 address, also for a private one. No audio is published there, so they are
  // refused without unwrapping them.
  ipv4Mapped: 'wrapped-address', // ::ffff:0:0/96, RFC 4291 §2.5.5.2
  rfc6145: 'wrapped-address', // ::ffff:0:0:0/96, RFC 6145 §2.2
  rfc6052: 'wrapped-address', // NAT64: 64:ff9b::/96 and 64:ff9b:1::/48, RFC 6052 §2.1, RFC 8215
  '6to4': 'wrapped-address', // 2002::/16, RFC 3056 §2
  teredo: 'wrapped-address', // 2001::/32, RFC 4380 §4
}

/** Link-local and private addresses are listed too, because the answer is clearer. */
const metadataHosts = new Set([
  '169.254.169.254', // AWS, Azure, Google, Oracle, DigitalOcean
  '169.254.170.2', // AWS, for containers
  '168.63.129.16', // Azure: a public address by its range
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google
  'metadata.google.internal',
  'metadata.goog',
  'metadata.tencentyun.com',
])

/** Domains that public DNS does not have, or that mean a local network. */
const localDomains = new Set(
  [
    'local', // RFC 6762 §3
    'internal', // reserved by ICANN for private use
    'home.arpa', // RFC 8375
    'intranet private corp home lan', // RFC 6762, appendix G
    'localdomain',
    'test invalid example', // RFC 6761
    'onion', // RFC 7686
    'alt', // RFC 9476
  ].flatMap((names) => names.split(' ')),
)

/** The only IPv6 addresses that are global unicast so far (RFC 4291 §2.4, IANA's registry). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * The host of a URL without brackets and without the final dot of an absolute name. The URL parser has normalised the rest:
 * `0x7f.1`, `2130706433`, full-width digits and `%31` are dotted decimal (URL Standard §3.5).
 */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** Why a host is refused; undefined for a public one. */
function refuseHost(host: string): SourceRefusal | undefined {
  if (metadataHosts.has(host)) return 'metadata'
  return ipaddr.isValid(host) ? refuseAddress(ipaddr.parse(host)) : refuseName(host)
}

function refuseAddress(address: ipaddr.IPv4 | ipaddr.IPv6): SourceRefusal | undefined {
  const range: string = address.range()
  if (range !== 'unicast') return refusalsByRange[range] ?? 'reserved-address'
  if (address instanceof ipaddr.IPv4 || address.match(globalUnicast)) return undefined
  // ::/96 is IPv4 in IPv6 too, in a deprecated form (RFC 4291 §2.5.5.1).
  return address.parts.slice(0, 6).every((part) => part === 0) ? 'wrapped-address' : 'reserved-address'
}

function refuseName(name: string): SourceRefusal | undefined {
  const labels = name.split('.')
  if (labels.at(-1) === 'localhost') return 'loopback' // RFC 6761 §6.3
  // A single label is looked up in the domain of the local network.
  if (labels.length < 2 || labels.includes('')) return 'local-name'
  return localDomains.has(labels.slice(-1).join('.')) || localDomains.has(labels.slice(-2).join('.'))
    ? 'local-name'
    : undefined
}
