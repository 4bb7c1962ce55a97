/** The life of a neighbour entry: RFC 826, linux/net/core/neighbour.c, recorded in truth/host/c08-arp-states. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { ArpReplyEvent } from '../network.contract';
import { ip, Lab } from './lab';

function three(): Lab {
  const lab = new Lab().segment('lan');
  lab.host('a', { eth0: 'lan 10.0.1.11/24' });
  lab.host('b', { eth0: 'lan 10.0.1.12/24' });
  lab.host('c', { eth0: 'lan 10.0.1.13/24' });
  return lab;
}
function entry(lab: Lab, host: string, address: string): string {
  const found = lab.network
    .neighbours(lab.world.host(host))
    .find((neighbour) => neighbour.ip === ip(address));
  return found === undefined ? 'none' : `${found.mac ?? '-'} ${found.state}`;
}
const macOf = (lab: Lab, host: string): string =>
  lab.world.host(host).state.interfaces.get('eth0')?.mac ?? '';

describe('a neighbour entry', () => {
  it('is REACHABLE after an answer, STALE after 15 to 45 s, and is asked about when used', () => {
    const lab = three();
    lab.ping('a', '10.0.1.12');
    expect(entry(lab, 'a', '10.0.1.12')).toBe('- INCOMPLETE');
    lab.run(SECOND);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} REACHABLE`);
    // Who was asked knows who asked, but only by hearsay.
    expect(entry(lab, 'b', '10.0.1.11')).toMatch(/STALE|DELAY/);
    lab.run(13 * SECOND);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} REACHABLE`);
    lab.run(32 * SECOND);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} STALE`);
    lab.ping('a', '10.0.1.12');
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} DELAY`);
    lab.run(4_900_000);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} DELAY`);
    lab.run(200_000);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} REACHABLE`);
  });
  it('fails after three unanswered probes, and is asked for by broadcast again', () => {
    const lab = three();
    lab.ping('a', '10.0.1.12');
    lab.run(60 * SECOND);
    lab.network.setAdminState(lab.world.host('b'), 'eth0', false);
    lab.ping('a', '10.0.1.12');
    lab.run(5_100_000);
    expect(entry(lab, 'a', '10.0.1.12')).toBe(`${macOf(lab, 'b')} PROBE`);
    lab.run(3_100_000);
    expect(entry(lab, 'a', '10.0.1.12')).toBe('- FAILED');
  });
  it('that nobody answers is INCOMPLETE for three seconds, then every waiting packet is told', () => {
    const lab = three();
    for (let sequence = 1; sequence <= 3; sequence++) {
      lab.ping('a', '10.0.1.99', sequence);
      lab.run(900_000);
    }
    expect(entry(lab, 'a', '10.0.1.99')).toBe('- INCOMPLETE');
    expect(lab.pings).toEqual([]);
    lab.run(SECOND);
    expect(entry(lab, 'a', '10.0.1.99')).toBe('- FAILED');
    expect(lab.pings.map(({ event }) => `${event.type} ${event.sequence}`)).toEqual([
      'unreachable 1',
      'unreachable 2',
      'unreachable 3',
    ]);
    expect(lab.pings[0]?.event).toMatchObject({ from: ip('10.0.1.11'), code: 'host', local: true });
  });
  it('keeps a wrong address until it is probed away: nobody was told', () => {
    const lab = three();
    const [b, c] = [lab.world.host('b'), lab.world.host('c')];
    lab.network.addAddress(b, 'eth0', { ip: ip('10.0.1.50'), prefix: 32 });
    lab.ping('a', '10.0.1.50');
    lab.run(SECOND);
    lab.network.removeAddress(b, 'eth0', ip('10.0.1.50'));
    lab.network.addAddress(c, 'eth0', { ip: ip('10.0.1.50'), prefix: 32 });
    lab.pings.length = 0;
    lab.ping('a', '10.0.1.50', 2);
    lab.run(2 * SECOND);
    expect(lab.pings).toEqual([]);
    expect(entry(lab, 'a', '10.0.1.50')).toBe(`${macOf(lab, 'b')} REACHABLE`);
    lab.network.gratuitousArp(c, 'eth0', ip('10.0.1.50'));
    lab.run(1_000);
    expect(entry(lab, 'a', '10.0.1.50')).toBe(`${macOf(lab, 'c')} STALE`);
    lab.ping('a', '10.0.1.50', 3);
    lab.run(10_000);
    expect(lab.pings).toHaveLength(1);
    expect(lab.kernel.journal.entries().filter((item) => item.type === 'arp.moved')).toHaveLength(1);
  });
  it('is not made by an announcement of an unknown address (arp_accept 0)', () => {
    const lab = three();
    lab.network.gratuitousArp(lab.world.host('b'), 'eth0', ip('10.0.1.12'));
    lab.run(SECOND);
    expect(entry(lab, 'a', '10.0.1.12')).toBe('none');
  });
  it('of two owners takes the one whose answer comes first, and the other one not within a second', () => {
    const lab = three();
    for (const host of ['b', 'c'])
      lab.network.addAddress(lab.world.host(host), 'eth0', { ip: ip('10.0.1.50'), prefix: 32 });
    lab.ping('a', '10.0.1.50');
    lab.run(SECOND);
    // Newest port of the bridge first, as recorded.
    expect(entry(lab, 'a', '10.0.1.50')).toBe(`${macOf(lab, 'c')} REACHABLE`);
    const answers: ArpReplyEvent[] = [];
    lab.world.callback<unknown, ArpReplyEvent>('test.arp', (_, event) => answers.push(event));
    lab.network.arpRequest(lab.world.host('a'), {
      pid: 0,
      device: 'eth0',
      ip: ip('10.0.1.50'),
      on: { name: 'test.arp', pid: 0, data: null },
    });
    lab.run(SECOND);
    expect(answers.map((answer) => answer.mac)).toEqual([macOf(lab, 'c'), macOf(lab, 'b')]);
  });
  it('is permanent when set by hand, right or wrong', () => {
    const lab = three();
    lab.network.setNeighbour(lab.world.host('a'), 'eth0', ip('10.0.1.12'), '02:00:00:00:00:99', 'PERMANENT');
    lab.ping('a', '10.0.1.12');
    lab.run(200 * SECOND);
    expect(lab.pings).toEqual([]);
    expect(entry(lab, 'a', '10.0.1.12')).toBe('02:00:00:00:00:99 PERMANENT');
  });
  it('does not come from a host with our own address', () => {
    const lab = three();
    lab.network.addAddress(lab.world.host('a'), 'eth0', { ip: ip('10.0.1.12'), prefix: 24 });
    lab.ping('b', '10.0.1.11');
    lab.run(SECOND);
    expect(lab.pings).toEqual([]);
    expect(entry(lab, 'b', '10.0.1.11')).toBe('- INCOMPLETE');
  });
  it('answers for any local address on any interface (arp_ignore 0), and only for its own with arp_ignore 1', () => {
    const lab = three();
    const b = lab.world.host('b');
    lab.network.addAddress(b, 'lo', { ip: ip('10.0.1.50'), prefix: 32 });
    lab.ping('a', '10.0.1.50');
    lab.run(SECOND);
    expect(lab.pings).toHaveLength(1);
    b.setSysctl('net.ipv4.conf.all.arp_ignore', '1');
    lab.network.flushNeighbours(lab.world.host('a'));
    lab.ping('a', '10.0.1.50');
    lab.run(5 * SECOND);
    expect(lab.pings.map(({ event }) => event.type)).toEqual(['reply', 'unreachable']);
  });
});

describe('links and addresses', () => {
  it('taking a link down takes its routes, bringing it up restores the connected one', () => {
    const lab = three();
    const a = lab.world.host('a');
    lab.network.addRoute(a, {
      destination: 0,
      prefix: 0,
      via: ip('10.0.1.1'),
      device: 'eth0',
      metric: 0,
      protocol: 'boot',
      scope: 'global',
      type: 'unicast',
    });
    lab.network.setAdminState(a, 'eth0', false);
    expect(a.state.routes).toEqual([]);
    lab.network.setAdminState(a, 'eth0', true);
    expect(a.state.routes.map((route) => `${route.protocol} ${route.prefix}`)).toEqual(['kernel 24']);
    expect(lab.probe('a', '10.9.9.9', 80, SECOND).outcome).toBe('ENETUNREACH');
  });
  it('orders primaries before secondaries, and the first goes with its followers', () => {
    const lab = three();
    const a = lab.world.host('a');
    const addresses = (): string[] =>
      (a.state.interfaces.get('eth0')?.addresses ?? []).map(
        (address) => `${address.ip & 255}/${address.prefix}${address.secondary === true ? ' secondary' : ''}`,
      );
    lab.network.addAddress(a, 'eth0', { ip: ip('10.0.1.60'), prefix: 24 });
    lab.network.addAddress(a, 'eth0', { ip: ip('10.0.1.61'), prefix: 32 });
    expect(addresses()).toEqual(['11/24', '61/32', '60/24 secondary']);
    expect(lab.network.addAddress(a, 'eth0', { ip: ip('10.0.1.60'), prefix: 24 })).toBe('EEXIST');
    expect(lab.network.removeAddress(a, 'eth0', ip('10.0.1.99'))).toBe('EADDRNOTAVAIL');
    lab.network.removeAddress(a, 'eth0', ip('10.0.1.11'));
    expect(addresses()).toEqual(['61/32']);
  });
  it('tells of a link that goes at once, and of one that comes back at most once a second', () => {
    const lab = three();
    const a = lab.world.host('a');
    const told: string[] = [];
    lab.world.callback<unknown, { type: string; up?: boolean; carrier?: boolean }>(
      'test.netlink',
      (_, event) => {
        if (event.type === 'link')
          told.push(`${(lab.kernel.now / SECOND).toFixed(1)} ${String(event.carrier)}`);
      },
    );
    lab.run(1_000);
    lab.network.subscribe(a, 0, { name: 'test.netlink', pid: 0, data: null });
    lab.run(10 * SECOND);
    lab.network.setCarrier(a, 'eth0', false);
    lab.run(2 * SECOND);
    lab.network.setCarrier(a, 'eth0', true);
    lab.run(100_000);
    lab.network.setCarrier(a, 'eth0', false);
    lab.run(100_000);
    lab.network.setCarrier(a, 'eth0', true);
    lab.run(3 * SECOND);
    expect(told).toEqual(['10.0 false', '12.0 true', '12.1 false', '13.0 true']);
  });
});
