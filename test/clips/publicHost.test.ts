/** Which URLs an import may fetch: names, ports, and every IPv4 address in every notation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SourceRefusal, refuseSourceUrl } from '../../src/clips/publicHost.ts'

const ownOrigin = 'https://clips.test-site.org'
const check = (text: string, allowLoopback = false) =>
  refuseSourceUrl(new URL(text), { allowLoopback, ownOrigins: [ownOrigin] }) ?? 'ok'

/** Answers, and the URLs that get them, between spaces. */
const cases: Record<'ok' | SourceRefusal, string> = {
  ok: `
    https://example.com/a.mp3 http://example.com/a.mp3 HTTPS://EXAMPLE.COM https://example.com./a.mp3
    https://example.com:443/ http://example.com:443/ http://example.com:8080/ https://example.com:65535/
    https://@example.com/ https://bücher.example.com/ü.mp3 https://1.1.1.1/ http://172.15.255.255/
    http://172.32.0.0/ http://100.63.255.255/ http://100.128.0.0/ http://11.0.0.1/ http://223.255.255.255/
    https://[2606:4700:4700::1111]/ https://localhost.example.com/ https://local.host.org/
    https://127.0.0.1.nip.io/ https://clips.test-site.org.example.com/ https://other.test-site.org/
  `,
  scheme: `
    ftp://example.com/a file:///etc/passwd data:audio/mpeg;base64,AA javascript:1 ws://example.com/
    blob:https://example.com/1 gopher://example.com/ clips:a
  `,
  'user-info': `
    https://user@example.com/ https://user:secret@example.com/ https://:secret@example.com/
    https://example.com%2f@127.0.0.1/ https://example.com:80@127.0.0.1/ http://public.org@localhost/
  `,
  port: `
    http://example.com:0/ http://example.com:1/ http://example.com:22/ http://example.com:25/
    http://example.com:1023/ http://example.com:6000/ http://example.com:6667/ http://example.com:10080/
    http://127.0.0.1:22/
  `,
  'own-host': `
    ${ownOrigin} ${ownOrigin}:8443/a http://clips.test-site.org/
    https://CLIPS.test-site.org./api/clips/1/stream https://clips%2etest-site.org/
  `,
  loopback: `
    http://127.0.0.1/ http://127.0.0.1./ http://127.255.255.254/ http://127.1/ http://127.0.1/
    http://2130706433/ http://0x7f000001/ http://0x7f.1/ http://0X7F.0.0.0x1/ http://017700000001/
    http://0177.0.0.1/ http://0177.0.0.01/ http://00000177.0.0.1/ http://127.0.0.1:8787/ http://１２７.0.0.1/
    http://①②⑦.0.0.1/ http://127。0。0。1/ http://%31%32%37.0.0.1/ http://127%2E0%2E0%2E1/ http:127.0.0.1/
    http:\\\\127.0.0.1\\ http://1\t27.0.0.1/ http://127.0.0.1#@example.com/ http://127.0.0.1\\@example.com/
    http://[::1]/ http://[0:0:0:0:0:0:0:1]/ http://[0000::0001]:8080/ http://localhost/ http://LOCALHOST/
    http://localhost./ http://a.localhost/ http://a.b.localhost./ http://ｌocalhost/ http://loc%61lhost/
    http://lo\u00ADcalhost/
  `,
  'private-address': `
    http://10.0.0.1/ http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/
    http://192.168.257/ http://3232235777/ http://0xa.1/ http://012.0.0.1/ http://100.64.0.1/
    http://100.127.255.255/ http://[fc00::1]/ http://[fdff:ffff::1]/ http://[fec0::1]/
  `,
  'link-local': `
    http://169.254.0.1/ http://169.254.255.255/ http://[fe80::1]/ http://[febf::1]/
  `,
  multicast: `
    http://224.0.0.1/ http://239.255.255.255/ http://[ff02::1]/
  `,
  'wrapped-address': `
    http://[::ffff:127.0.0.1]/
    http://[::ffff:7f00:1]/ http://[::FFFF:10.0.0.1]/ http://[::ffff:1.1.1.1]/ http://[::ffff:0:127.0.0.1]/
    http://[::127.0.0.1]/ http://[::7f00:1]/ http://[::a00:1]/ http://[64:ff9b::127.0.0.1]/
    http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::a00:1]/ http://[2002:7f00:1::]/
    http://[2002:a9fe:a9fe::1]/ http://[2002:c0a8:101::1]/ http://[2001:0:7f00:1::]/
    http://[2001::f5ff:fffe]/
  `,
  'reserved-address': `
    http://0.0.0.0/ http://0/ http://0.255.255.255/ http://255.255.255.255/ http://240.0.0.1/
    http://4294967295/ http://192.0.0.1/ http://192.0.2.1/ http://198.51.100.1/ http://203.0.113.1/
    http://198.18.0.1/ http://198.19.255.255/ http://192.88.99.1/ http://[::]/ http://[2001:db8::1]/
    http://[3fff::1]/ http://[100::1]/ http://[2001:2::1]/ http://[2001:20::1]/ http://[5f00::1]/
    http://[4000::1]/ http://[1::1]/
  `,
  metadata: `
    http://169.254.169.254/latest/meta-data/ http://169.254.169.254./ http://2852039166/ http://0xa9fea9fe/
    http://0251.0376.0251.0376/ http://169.254.43518/ http://168.63.129.16/ http://100.100.100.200/
    http://192.0.0.192/ http://[fd00:ec2::254]/ http://[FD00:0EC2:0:0:0:0:0:254]/
    http://metadata.google.internal/ http://METADATA.google.internal./ http://metadata.goog/
  `,
  'local-name': `
    http://printer.local/ http://printer.local./ http://db.internal/ http://a.b.internal/
    http://nas.home.arpa/ http://intranet/ http://metadata/ http://com/ http://wiki.corp/ http://router.lan/
    http://host.localdomain/ http://x.test/ http://x.onion/ http://local/ http://a..com/
    http://example.com../
  `,
}

const words = (text: string) => text.split(/[ \n]+/).filter((word) => word !== '')
const rows = Object.entries(cases).flatMap(([answer, urls]) =>
  words(urls).map((url) => [url, answer] as const),
)

describe('a source URL', () => {
  it.each(rows)('%s: %s', (url, answer) => expect(check(url)).toBe(answer))

  it.each(rows)('%s with loopback allowed', (url, answer) => {
    expect(check(url, true)).toBe(answer === 'loopback' ? 'ok' : answer)
  })

  it.each([
    ['http://127.0.0.1:9000/', 'ok'],
    ['http://127.0.0.1:8787/', 'own-host'],
    ['http://localhost:8787/', 'own-host'],
    ['http://127.0.0.1:8787/api/docs/three-bells.mp3', 'ok'],
    ['http://127.0.0.1:8787/api/docs/../clips', 'own-host'],
    ['http://127.0.0.1:8787/api/docs/..%2fclips', 'own-host'],
    ['http://127.0.0.1:8787/api/docs/other.mp3', 'own-host'],
    ['http://127.0.0.1:8787/api/docs', 'own-host'],
    ['http://[::1]:8787/', 'own-host'],
    ['http://10.0.0.1:8787/', 'private-address'],
  ])('%s for a service on 127.0.0.1:8787: %s', (url, answer) => {
    const rules = { allowLoopback: true, ownOrigins: ['http://127.0.0.1:8787'] }
    expect(refuseSourceUrl(new URL(url), rules) ?? 'ok').toBe(answer)
  })
})

/** Networks without public hosts, as first address and prefix length (RFC 6890 and its successors). */
const closedNetworks = [
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
const networks = closedNetworks.map((network) => {
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

  it('gets the same answer in every notation', () => {
    fc.assert(
      fc.property(anyAddress, notation, (ip, how) => {
        expect(check(`http://${written(ip, how)}/`)).toBe(check(`http://${bytesOf(ip).join('.')}/`))
      }),
      { numRuns: 2000 },
    )
  })

  it('of another network is allowed, with few exceptions', () => {
    fc.assert(
      fc.property(anyAddress, (ip) => {
        fc.pre(!isClosed(ip))
        // Relays and sinks of the Internet itself (RFC 7526, 7534, 7535, 7450), and Azure's metadata.
        fc.pre(!/^192\.(88\.99|175\.48|31\.196|52\.193)\.|^168\.63\.129\.16$/.test(bytesOf(ip).join('.')))
        expect(check(`https://${bytesOf(ip).join('.')}/`)).toBe('ok')
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused inside an IPv6 address', () => {
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
        // `::1` is the only loopback address of IPv6, and allowed here.
        fc.pre(ip !== 1)
        expect(check(`http://[${wrap(ip)}]/`, true)).not.toBe('ok')
      }),
      { numRuns: 2000 },
    )
  })
})
