/** What a connecting client sees, and when: semantics note A4.3, recorded in truth/cases/nft-*. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { FilterStep } from '../packet-filter.contract';
import { accept, base, counter, dport, drop, established, ip, Lab, reject, table } from './lab';

/** client — router — server, with a listener on 80. */
function routed(
  forward: FilterStep[][] = [],
  options: { forward?: boolean; policy?: 'accept' | 'drop' } = {},
): Lab {
  const lab = new Lab().segment('outside').segment('inside');
  lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
  lab.host(
    'router',
    { eth0: 'outside 203.0.113.1/24', eth1: 'inside 10.0.1.1/24' },
    { forward: options.forward ?? true },
  );
  lab.host('server', { eth0: 'inside 10.0.1.10/24' }, { gateway: '10.0.1.1' });
  lab.listen('server', 80);
  if (forward.length > 0 || options.policy === 'drop')
    lab.rules('router', [
      table('filter', [base('forward', 'forward', { policy: options.policy ?? 'accept' }, ...forward)]),
    ]);
  return lab;
}
const MILLIS = 1_000;

describe('connect', () => {
  it('opens where somebody listens, once ARP is done', () => {
    const seen = routed().probe('client', '10.0.1.10', 80, SECOND);
    expect(seen.outcome).toBe('open');
    expect(seen.after).toBeLessThan(5 * MILLIS);
  });
  it('is refused where nobody listens', () => {
    const seen = routed().probe('client', '10.0.1.10', 81, SECOND);
    expect(seen.outcome).toBe('ECONNREFUSED');
    expect(seen.after).toBeLessThan(5 * MILLIS);
  });
  it.each([
    ['port-unreachable', 'icmp', 'ECONNREFUSED'],
    ['port-unreachable', 'tcp-reset', 'ECONNREFUSED'],
    ['host-unreachable', 'icmp', 'EHOSTUNREACH'],
    ['admin-prohibited', 'icmpx', 'EHOSTUNREACH'],
    ['no-route', 'icmpx', 'ENETUNREACH'],
    ['net-unreachable', 'icmp', 'ENETUNREACH'],
    ['host-prohibited', 'icmp', 'EHOSTUNREACH'],
    ['net-prohibited', 'icmp', 'ENETUNREACH'],
  ] as const)('reject with %s (%s) is %s at once', (code, kind, errno) => {
    const seen = routed([[dport(80), reject(code, kind)]]).probe('client', '10.0.1.10', 80, SECOND);
    expect(seen).toMatchObject({ outcome: errno });
    expect(seen.after).toBeLessThan(5 * MILLIS);
  });
  it('times out after 127 s where a rule drops, with SYNs at 0 1 3 7 15 31 63 s', () => {
    const count = counter();
    const lab = routed([[dport(80), count, drop]]);
    const seen = lab.probe('client', '10.0.1.10', 80, 200 * SECOND);
    expect(seen.outcome).toBe('ETIMEDOUT');
    expect(seen.after / SECOND).toBeCloseTo(127, 1);
    expect(count.packets).toBe(7);
  });
  it('counts two SYNs in two seconds', () => {
    const count = counter();
    const lab = routed([[dport(80), count, drop]]);
    expect(lab.probe('client', '10.0.1.10', 80, 2 * SECOND).outcome).toBe('silence');
    expect(count).toMatchObject({ packets: 2, bytes: 120 });
  });
  it('is silence without ip_forward, and without an established rule', () => {
    expect(routed([], { forward: false }).probe('client', '10.0.1.10', 80, 5 * SECOND).outcome).toBe(
      'silence',
    );
    expect(
      routed([[dport(80), accept]], { policy: 'drop' }).probe('client', '10.0.1.10', 80, 5 * SECOND).outcome,
    ).toBe('silence');
  });
  it('opens with the established rule, which counts everything but the SYN', () => {
    const first = counter();
    const second = counter();
    const lab = routed(
      [
        [established, first, accept],
        [dport(80), second, accept],
      ],
      { policy: 'drop' },
    );
    const connection = lab.connect('client', '10.0.1.10', 80, { request: true });
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
    expect(second.packets).toBe(1);
    // SYN-ACK, ACK, request, ACK, response, ACK, FIN, ACK, FIN, ACK
    expect(first.packets).toBe(10);
  });
  it('is EHOSTUNREACH after three ARP requests where the host is absent, on the link and behind a router', () => {
    const lab = routed();
    for (const [from, target] of [
      ['router', '10.0.1.77'],
      ['client', '10.0.1.77'],
      ['client', '203.0.113.77'],
    ] as const) {
      const seen = lab.probe(from, target, 80, 10 * SECOND);
      expect(seen.outcome).toBe('EHOSTUNREACH');
      expect(seen.after / SECOND).toBeGreaterThan(3.04);
      expect(seen.after / SECOND).toBeLessThan(3.09);
    }
  });
  it('is ENETUNREACH at once without a route, here or at the router', () => {
    const lab = routed();
    expect(lab.probe('client', '10.9.9.9', 80, 5 * SECOND)).toMatchObject({ outcome: 'ENETUNREACH' });
    expect(lab.probe('router', '10.9.9.9', 80, 5 * SECOND)).toEqual({ outcome: 'ENETUNREACH', after: 0 });
  });
  it('is silence without a way back', () => {
    const lab = new Lab().segment('outside').segment('inside');
    lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
    lab.host('router', { eth0: 'outside 203.0.113.1/24', eth1: 'inside 10.0.1.1/24' }, { forward: true });
    lab.host('server', { eth0: 'inside 10.0.1.10/24' });
    lab.listen('server', 80);
    expect(lab.probe('client', '10.0.1.10', 80, 5 * SECOND).outcome).toBe('silence');
  });
  it('sees its own output rules: drop is silence, reject is refused', () => {
    const lab = routed();
    lab.rules('client', [
      table('f', [
        base(
          'o',
          'output',
          {},
          [dport(80), drop],
          [dport(81), reject()],
          [dport(82), reject('port-unreachable', 'tcp-reset')],
        ),
      ]),
    ]);
    expect(lab.probe('client', '10.0.1.10', 80, 5 * SECOND).outcome).toBe('silence');
    expect(lab.probe('client', '10.0.1.10', 81, 5 * SECOND).outcome).toBe('ECONNREFUSED');
    expect(lab.probe('client', '10.0.1.10', 82, 5 * SECOND).outcome).toBe('ECONNREFUSED');
  });
  it('reaches the own host over the loopback, by any of its addresses', () => {
    const lab = routed();
    lab.listen('client', 8080, '203.0.113.10');
    expect(lab.probe('client', '203.0.113.10', 8080, SECOND).outcome).toBe('open');
    expect(lab.probe('client', '127.0.0.1', 8080, SECOND).outcome).toBe('ECONNREFUSED');
    expect(lab.probe('server', '127.0.0.1', 80, SECOND).outcome).toBe('open');
  });
  it('with an input policy of drop and no lo rule, the own services are gone too', () => {
    const lab = routed();
    lab.rules('server', [table('f', [base('i', 'input', { policy: 'drop' }, [dport(80), accept])])]);
    lab.listen('server', 81);
    expect(lab.probe('client', '10.0.1.10', 80, 5 * SECOND).outcome).toBe('open');
    expect(lab.probe('server', '127.0.0.1', 80, 5 * SECOND).outcome).toBe('silence');
  });
  it('from an address that is not there is EADDRNOTAVAIL', () => {
    const lab = routed();
    const connection = lab.connect('client', '10.0.1.10', 80, { bindIp: '203.0.113.99' });
    expect(lab.events(connection)).toEqual([]);
    lab.run(1);
    expect(lab.events(connection)).toEqual(['EADDRNOTAVAIL']);
  });
  it('to a host that lost power: silence while ARP still knows it, unreachable afterwards', () => {
    const lab = routed();
    expect(lab.probe('router', '10.0.1.10', 80, SECOND).outcome).toBe('open');
    lab.world.powerOff(lab.world.host('server'));
    expect(lab.probe('router', '10.0.1.10', 80, 2 * SECOND).outcome).toBe('silence');
    lab.run(120 * SECOND);
    expect(lab.probe('router', '10.0.1.10', 80, 20 * SECOND).outcome).toBe('EHOSTUNREACH');
  });
});

describe('listen', () => {
  it('refuses an address that is not there, unless ip_nonlocal_bind', () => {
    const lab = routed();
    const server = lab.world.host('server');
    const options = {
      pid: 0,
      ip: ip('10.0.1.100'),
      port: 80,
      on: { name: 'lab.server', pid: 0, data: null },
    };
    expect(lab.network.listen(server, { ...options, port: 443 })).toBe('EADDRNOTAVAIL');
    server.setSysctl('net.ipv4.ip_nonlocal_bind', '1');
    expect(lab.network.listen(server, { ...options, port: 443 })).toMatchObject({
      listener: expect.any(Number),
    });
    expect(lab.network.listen(server, options)).toBe('EADDRINUSE');
  });
  it('keeps listeners and connections when the address goes', () => {
    const lab = routed();
    const server = lab.world.host('server');
    lab.network.addAddress(server, 'eth0', { ip: ip('10.0.1.100'), prefix: 32 });
    lab.listen('server', 8080, '10.0.1.100');
    expect(lab.probe('client', '10.0.1.100', 8080, SECOND).outcome).toBe('open');
    lab.network.removeAddress(server, 'eth0', ip('10.0.1.100'));
    expect(lab.network.listeners(server)).toHaveLength(2);
    lab.network.addAddress(server, 'eth0', { ip: ip('10.0.1.100'), prefix: 32 });
    expect(lab.probe('client', '10.0.1.100', 8080, SECOND).outcome).toBe('open');
  });
  it('a refused connect is caused by what ended the listener', () => {
    const lab = new Lab().segment('lan');
    lab.host('a', { eth0: 'lan 10.0.0.1/24' });
    lab.host('b', { eth0: 'lan 10.0.0.2/24' });
    const listener = lab.listen('b', 80);
    lab.network.closeListener(lab.world.host('b'), listener);
    const closed = lab.kernel.journal.entries().find((entry) => entry.type === 'socket.closed');
    let cause = -1;
    lab.world.callback('test.cause', () => {
      cause = lab.kernel.cause;
    });
    lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 80,
      on: { name: 'test.cause', pid: 0, data: null },
    });
    lab.run(SECOND);
    expect(closed).toBeDefined();
    expect(cause).toBe(closed?.seq);
  });
});
