/** Which hosts an import may ask. Pure. */
import ipaddr from 'ipaddr.js'

/** Why a host is not asked, and what the person who named it is told. */
export const hostRefusals = {
  loopback: 'The host is this machine itself.',
  'private-address': 'The host is an address in a private network.',
  'link-local': 'The host is a link-local address.',
  multicast: 'The host is a multicast address.',
  'wrapped-address': 'The host is an IPv4 address inside an IPv6 address.',
  'reserved-address': 'The host is an address that is reserved.',
  metadata: 'The host is the metadata service of a cloud.',
  'local-name': 'The host has a name that means something in a local network only.',
} as const

export type HostRefusal = keyof typeof hostRefusals

/** The ranges of `ipaddr.js` by what they mean here; every other one but unicast is `reserved-address`. */
const refusalsByRange: Partial<Record<string, HostRefusal>> = {
  loopback: 'loopback',
  private: 'private-address',
  carrierGradeNat: 'private-address',
  uniqueLocal: 'private-address',
  deprecatedSiteLocal: 'private-address',
  linkLocal: 'link-local',
  multicast: 'multicast',
  // Each is a way to write, or to be routed to, any IPv4 address, private ones among them. No audio is published
  // there, so they are not unwrapped and looked at but refused.
  ipv4Mapped: 'wrapped-address', // ::ffff:0:0/96, RFC 4291 §2.5.5.2
  rfc6145: 'wrapped-address', // ::ffff:0:0:0/96, RFC 6145 §2.2
  rfc6052: 'wrapped-address', // NAT64: 64:ff9b::/96 and 64:ff9b:1::/48, RFC 6052 §2.1, RFC 8215
  '6to4': 'wrapped-address', // 2002::/16, RFC 3056 §2
  teredo: 'wrapped-address', // 2001::/32, RFC 4380 §4
}

/** Answered inside of clouds only. The link-local and private ones are named too, for a clearer answer. */
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

/** Names that no public DNS answers for, or that mean the local network. */
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
 * The host of a URL as it is compared here: without brackets and without the dot that ends an absolute name. The
 * URL parser has done the rest: `0x7f.1`, `2130706433`, full-width digits and `%31` are dotted decimal by now (URL
 * Standard §3.5).
 */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** Why this host is not asked; undefined for a public one. */
export function refuseHost(host: string): HostRefusal | undefined {
  if (metadataHosts.has(host)) return 'metadata'
  return ipaddr.isValid(host) ? refuseAddress(ipaddr.parse(host)) : refuseName(host)
}

function refuseAddress(address: ipaddr.IPv4 | ipaddr.IPv6): HostRefusal | undefined {
  const range: string = address.range()
  if (range !== 'unicast') return refusalsByRange[range] ?? 'reserved-address'
  if (address instanceof ipaddr.IPv4 || address.match(globalUnicast)) return undefined
  // ::/96 is IPv4 in IPv6 too (RFC 4291 §2.5.5.1), in a form that nothing uses any more.
  return address.parts.slice(0, 6).every((part) => part === 0) ? 'wrapped-address' : 'reserved-address'
}

function refuseName(name: string): HostRefusal | undefined {
  const labels = name.split('.')
  if (labels.at(-1) === 'localhost') return 'loopback' // RFC 6761 §6.3
  // A single label is looked up in the local network's own domain.
  if (labels.length < 2 || labels.includes('')) return 'local-name'
  return localDomains.has(labels.slice(-1).join('.')) || localDomains.has(labels.slice(-2).join('.'))
    ? 'local-name'
    : undefined
}
