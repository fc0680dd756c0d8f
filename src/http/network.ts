import ipaddr from 'ipaddr.js'

/**
 * What an address is known by: IPv4 whole, IPv6 by its first 64 bits, since one device goes through many
 * addresses of its network (IAB v2.1 and later, "Working with IPv6 Addresses"). IPv4 inside IPv6 is IPv4. Empty where
 * there is no address.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}
