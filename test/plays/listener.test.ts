/** Who is the same listener, and what is stored about them. */
import { describe, expect, it } from 'vitest'
import { networkOf } from '../../src/access/rateLimit.ts'
import { listenerId } from '../../src/plays/countPlay.ts'

const key = 'a signing key for the tests'
const request = {
  address: '203.0.113.7',
  userAgent: 'Lavf/60.16.100',
  at: new Date('2026-11-22T10:00:00.000Z'),
}
const id = async (change: Partial<typeof request> = {}, signingKey = key) =>
  await listenerId({ ...request, ...change }, signingKey)

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
    ['no address', ''],
    ['203.0.113.7, 198.51.100.1', ''],
  ])('of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('a listener', () => {
  it('is the SHA-256 of secret, network and user agent, in lower-case hex', async () => {
    const hmacKey = await crypto.subtle.importKey(
      'raw',
      Buffer.from(key),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    const secret = Buffer.from(await crypto.subtle.sign('HMAC', hmacKey, Buffer.from('listener 2026-11-22')))
    const text = `${secret.toString('hex')}\n203.0.113.7\nLavf/60.16.100`
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text)))
    expect(await id()).toBe(digest.toString('hex'))
  })

  it.each([
    ['later that day', { at: new Date('2026-11-22T23:59:59.999Z') }],
    ['at the same address, written as IPv6', { address: '::ffff:203.0.113.7' }],
  ])('has the same id %s', async (_, change) => {
    expect(await id(change)).toBe(await id())
  })

  it('has the same id at another address of the same /64, and another id outside', async () => {
    const one = await id({ address: '2001:db8:1:2::1' })
    expect(await id({ address: '2001:db8:1:2:ffff:ffff:ffff:ffff' })).toBe(one)
    expect(await id({ address: '2001:db8:1:3::1' })).not.toBe(one)
  })

  it.each([
    ['the next day', { at: new Date('2026-11-23T00:00:00.000Z') }],
    ['at another address', { address: '203.0.113.8' }],
    ['with another player', { userAgent: 'Lavf/60.16.101' }],
    ['at no address', { address: '' }],
  ])('has another id %s', async (_, change) => {
    expect(await id(change)).not.toBe(await id())
  })

  it('has another id with another signing key', async () => {
    expect(await id({}, 'another signing key')).not.toBe(await id())
  })
})
