import { clientsInWindow } from '../../srv/http/clients.ts'

describe('A client', () => {
  it.each([
    ['an IPv4 address', '192.0.2.1', '192.0.2.1', true],
    ['another IPv4 address', '192.0.2.1', '192.0.2.2', false],
    ['an IPv4 address as IPv6 writes it', '192.0.2.1', '::ffff:192.0.2.1', true],
    ['an IPv6 address in the same network of 56 bits', '2001:db8:0:aa00::1', '2001:db8:0:aaff:1:2:3:4', true],
    ['an IPv6 address in the next one', '2001:db8:0:aa00::1', '2001:db8:0:ab00::1', false],
    ['an IPv6 address in another spelling', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
    ['an IPv4 address as IPv6 writes it in hexadecimals', '192.0.2.1', '0:0:0:0:0:ffff:c000:0201', true],
    ['another one of IPv4 as IPv6 writes it', '::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
    ['the IPv6 address of this host', '::1', '0:0:0:0:0:0:0:1', true],
    ['an IPv6 address with the name of an interface', 'fe80::1', 'fe80::1%eth0', true],
    ['an IPv6 address whose end looks alike', '2001:db8::1', '2001:db9::1', false],
    ['an IPv4 address with a port', '192.0.2.1', '192.0.2.1:4711', true],
    ['another one with the same port', '192.0.2.1:4711', '192.0.2.2:4711', false],
    ['an IPv6 address with a port', '2001:db8::1', '[2001:db8::1]:4711', true],
    ['an IPv6 address with a long name of an interface', 'fe80::1', `fe80::1%${'x'.repeat(10_000)}`, true],
    ['what is no address', 'unknown', 'x'.repeat(10_000), true],
    ['what is nearly one', '192.0.2.1.example', '1.2.3', true],
    ['no address', '', '', true]
  ])('is %s: %s and %s', (_, one, other, isSame) => {
    const { clientAt } = clientsInWindow(1000, () => 0)
    clientAt(one).requests++
    expect(clientAt(other).requests).toBe(isSame ? 1 : 0)
    expect(clientAt(one).partition === clientAt(other).partition).toBe(isSame)
  })

  it('is counted anew in each window, by a clock that never jumps', () => {
    let now = 5000
    const { clientAt, rest } = clientsInWindow(1000, () => now)
    clientAt('192.0.2.1').requests++
    now = 5999
    expect([clientAt('192.0.2.1').requests, rest()]).toEqual([1, 1])
    now = 6000
    expect([clientAt('192.0.2.1').requests, rest()]).toEqual([0, 1000])
    now = 9500
    expect([clientAt('192.0.2.1').requests, rest()]).toEqual([0, 1000])
  })

  it('is told apart in answers by a hash', () => {
    expect(clientsInWindow(1000).clientAt('192.0.2.1').partition).toBe('MzdmY2ZmMjRiZjYy')
  })
})

describe('More addresses than are counted in a window', () => {
  it('have the first ones counted anew, so that memory has a limit', () => {
    const { clientAt } = clientsInWindow(1000, () => 0)
    for (let i = 0; i < 100_000; i++) clientAt(`${i >> 16}.${(i >> 8) & 255}.${i & 255}.1`).requests++
    expect(clientAt('0.0.0.1').requests).toBe(1)
    clientAt('192.0.2.1').requests++
    expect([clientAt('192.0.2.1').requests, clientAt('1.0.0.1').requests]).toEqual([1, 1])
    expect(clientAt('0.0.0.1').requests).toBe(0)
  })
})
