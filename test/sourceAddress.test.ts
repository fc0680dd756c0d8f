/** Every IPv4 address, in every notation of URLs, as a source of an import. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSourceUrl } from '../src/clips/importUrl/checkSourceUrl.ts'

const ownOrigin = 'https://clips.test-site.org'
const check = (text: string, allowLoopback = false) =>
  checkSourceUrl(new URL(text), { allowLoopback, ownOrigin })

/** Networks that nothing public is in, as first address and prefix length (RFC 6890 and its successors). */
const closed = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const networks = closed.map((network) => {
  const [address = '', length] = network.split('/')
  return { first: toNumber(address), size: 2 ** (32 - Number(length)) }
})

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}
const bytesOf = (ip: number) => [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256)
const group = (ip: number, shift: number) => (Math.floor(ip / 2 ** shift) % 65_536).toString(16)

const bases = [
  (n: number) => String(n),
  (n: number) => `0x${n.toString(16)}`,
  (n: number) => `0X00${n.toString(16).toUpperCase()}`,
  (n: number) => `0${n.toString(8)}`,
]
const disguises = [
  (host: string) => host,
  (host: string) => `${host}.`,
  (host: string) => host.replaceAll('.', '。'),
  (host: string) => host.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (host: string) => host.replaceAll(/[\d.]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
]

/** An IPv4 address in one of the notations that URLs take: one to four parts, each in its base, disguised. */
const notation = fc.record({
  parts: fc.integer({ min: 1, max: 4 }),
  base: fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(...bases))),
  disguise: fc.constantFrom(...disguises),
})
type Notation = { parts: number; base: ((n: number) => string)[]; disguise: (host: string) => string }

function written(ip: number, { parts, base, disguise }: Notation): string {
  const leading = bytesOf(ip).slice(0, parts - 1)
  const rest = ip % 256 ** (5 - parts)
  return disguise([...leading, rest].map((part, at) => base[at]?.(part) ?? String(part)).join('.'))
}

const closedAddress = fc
  .constantFrom(...networks)
  .chain(({ first, size }) => fc.integer({ min: 0, max: size - 1 }).map((offset) => first + offset))
const anyAddress = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const isClosed = (ip: number) => networks.some(({ first, size }) => ip >= first && ip < first + size)

describe('any IPv4 address', () => {
  it('of a closed network is refused in every notation', () => {
    fc.assert(
      fc.property(closedAddress, notation, fc.boolean(), (ip, how, allowLoopback) => {
        fc.pre(!(allowLoopback && bytesOf(ip)[0] === 127))
        expect(check(`http://${written(ip, how)}/`, allowLoopback)).not.toBe('ok')
      }),
      { numRuns: 3000 },
    )
  })

  it('is answered alike in every notation', () => {
    fc.assert(
      fc.property(anyAddress, notation, (ip, how) => {
        expect(check(`http://${written(ip, how)}/`)).toBe(check(`http://${bytesOf(ip).join('.')}/`))
      }),
      { numRuns: 2000 },
    )
  })

  it('outside of them is fetched from, but for a handful', () => {
    fc.assert(
      fc.property(anyAddress, (ip) => {
        fc.pre(!isClosed(ip))
        // Relays and sinks of the network's own (RFC 7526, 7534, 7535, 7450), and Azure's metadata.
        fc.pre(!/^192\.(88\.99|175\.48|31\.196|52\.193)\.|^168\.63\.129\.16$/.test(bytesOf(ip).join('.')))
        expect(check(`https://${bytesOf(ip).join('.')}/`)).toBe('ok')
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused inside of IPv6', () => {
    const wraps = [
      (ip: number) => `::ffff:${bytesOf(ip).join('.')}`,
      (ip: number) => `::ffff:${group(ip, 16)}:${group(ip, 0)}`,
      (ip: number) => `::ffff:0:${group(ip, 16)}:${group(ip, 0)}`,
      (ip: number) => `::${bytesOf(ip).join('.')}`,
      (ip: number) => `64:ff9b::${bytesOf(ip).join('.')}`,
      (ip: number) => `2002:${group(ip, 16)}:${group(ip, 0)}::1`,
      (ip: number) => `2001:0:${group(ip, 16)}:${group(ip, 0)}::`,
      (ip: number) => `2001::${group(2 ** 32 - 1 - ip, 16)}:${group(2 ** 32 - 1 - ip, 0)}`,
    ]
    fc.assert(
      fc.property(anyAddress, fc.constantFrom(...wraps), (ip, wrap) => {
        // Not through the machine's own address either, though that is allowed: `::1` alone is.
        fc.pre(ip !== 1)
        expect(check(`http://[${wrap(ip)}]/`, true)).not.toBe('ok')
      }),
      { numRuns: 2000 },
    )
  })
})
