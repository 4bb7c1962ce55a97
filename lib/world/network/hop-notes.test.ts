import { expect, test } from 'vitest';
import { SECOND } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { Hop } from '../network.contract';
import type { FilterTable } from '../packet-filter.contract';
import { base, dport, Lab, drop, ip, table } from './lab';

/** A client outside, a router with rules, a server inside that listens on 80 and 8080. */
function routed(tables: FilterTable[] = []): Lab {
  const lab = new Lab().segment('outside').segment('inside');
  lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
  lab.host('fw', { eth0: 'outside 203.0.113.1/24', eth1: 'inside 10.0.1.1/24' }, { forward: true });
  lab.host('web', { eth0: 'inside 10.0.1.10/24' }, { gateway: '10.0.1.1' });
  lab.listen('web', 80);
  lab.listen('web', 8080);
  lab.rules('fw', tables);
  return lab;
}
function traced(lab: Lab, address: string, port: number): Hop[] {
  const trace = lab.world.startTrace('test');
  lab.network.connect(lab.world.host('client'), {
    pid: 0,
    ip: ip(address),
    port,
    trace,
    on: { name: 'lab.client', pid: 0, data: { key: 0, request: false } },
  });
  lab.run(SECOND);
  return lab.world.trace(trace)?.hops ?? [];
}
const flow = ({ src, dst, sport, dport: to }: NonNullable<Hop['packet']>['after']) =>
  `${formatIPv4(src)}:${sport} > ${formatIPv4(dst)}:${to}`;
const mac = (lab: Lab, host: string, device: string) =>
  lab.world.host(host).state.interfaces.get(device)?.mac ?? '';

test('the router lowers the TTL and puts the packet into another frame', () => {
  const lab = routed();
  lab.probe('client', '10.0.1.10', 80, SECOND);
  const hops = traced(lab, '10.0.1.10', 80);
  // SYN out, then SYN-ACK back: both are part of the trace.
  const sent = hops.filter(({ what, packet }) => what === 'arp' && packet?.after.flags === 2);
  expect(sent.map(({ host, packet }) => [host, packet?.before.ttl, packet?.after.ttl])).toEqual([
    ['client', 64, 64],
    ['fw', 63, 63],
  ]);
  expect(sent.map(({ packet }) => [packet?.after.sourceMac, packet?.after.targetMac])).toEqual([
    [mac(lab, 'client', 'eth0'), mac(lab, 'fw', 'eth0')],
    [mac(lab, 'fw', 'eth1'), mac(lab, 'web', 'eth0')],
  ]);
  const routes = hops.filter(({ what, host }) => what === 'route' && host === 'fw');
  expect(routes[0]?.packet).toMatchObject({ before: { ttl: 64 }, after: { ttl: 63 } });
  expect(hops.some(({ packet }) => packet?.after.flags === 18)).toBe(true);
  // What comes to a step is what left the one before.
  const out = hops.filter(({ packet }) => packet?.after.flags === 2);
  out.slice(1).forEach((hop, index) => expect(hop.packet?.before).toEqual(out[index]?.packet?.after));
});

test('a later request on the same way has its own ports', () => {
  const lab = routed();
  lab.probe('client', '10.0.1.10', 80, SECOND);
  const [first, second] = [traced(lab, '10.0.1.10', 80), traced(lab, '10.0.1.10', 80)];
  const ports = [first, second].map((hops) => hops[0]?.packet?.after.sport);
  expect(ports[0]).not.toBe(ports[1]);
  for (const [index, hops] of [first, second].entries())
    for (const { packet } of hops)
      if (packet !== undefined)
        expect([packet.after.sport, packet.after.dport, packet.before.sport, packet.before.dport]).toContain(
          ports[index],
        );
  expect(second).toHaveLength(first.length);
});

test('address translation is a step with both addresses, on the way back too', () => {
  const dnat = base('pre', 'prerouting', { type: 'nat', priority: -100 }, [
    dport(80),
    {
      step: 'dnat',
      ip: { lo: ip('10.0.1.10'), hi: ip('10.0.1.10') },
      port: { lo: 8080, hi: 8080 },
      flags: [],
    },
  ]);
  const masquerade = base('post', 'postrouting', { type: 'nat', priority: 100 }, [
    { step: 'match', field: 'oifname', op: '==', values: [{ lo: 'eth1', hi: 'eth1' }] },
    { step: 'masquerade', flags: [] },
  ]);
  const lab = routed([table('nat', [dnat, masquerade], 'ip')]);
  const steps = traced(lab, '203.0.113.1', 80)
    .filter(({ what }) => what === 'nat')
    .map(({ packet, rule }) => [
      rule?.chain ?? 'conntrack',
      ...(packet === undefined ? [] : [flow(packet.before), flow(packet.after)]),
    ]);
  const port = Number(/:(\d+) >/.exec(steps[0]?.[1] ?? '')?.[1]);
  expect(steps).toEqual([
    ['pre', `203.0.113.10:${port} > 203.0.113.1:80`, `203.0.113.10:${port} > 10.0.1.10:8080`],
    ['post', `203.0.113.10:${port} > 10.0.1.10:8080`, `10.0.1.1:${port} > 10.0.1.10:8080`],
    ['conntrack', `10.0.1.10:8080 > 10.0.1.1:${port}`, `10.0.1.10:8080 > 203.0.113.10:${port}`],
    ['conntrack', `10.0.1.10:8080 > 203.0.113.10:${port}`, `203.0.113.1:80 > 203.0.113.10:${port}`],
  ]);
});

test('a dropped packet keeps what it had; one that waited for ARP is followed to its end', () => {
  const lab = routed([table('f', [base('f', 'forward', { policy: 'accept' }, [dport(80), drop])])]);
  const dropped = traced(lab, '10.0.1.10', 80).find(({ outcome }) => outcome === 'bad');
  expect(dropped).toMatchObject({ host: 'fw', verdict: 'drop', packet: { after: { ttl: 63, dport: 80 } } });
  // Nobody on this way has been asked for yet.
  const waited = traced(routed(), '10.0.1.10', 8080);
  expect(waited.map(({ host, what }) => `${host} ${what}`)).toContain('web listen');
  expect(waited.filter(({ what, packet }) => what === 'arp' && packet?.after.flags === 2)).toMatchObject([
    { host: 'client', outcome: 'wait' },
    { host: 'client', verdict: 'sent' },
    { host: 'fw', outcome: 'wait' },
    { host: 'fw', verdict: 'sent' },
  ]);
});
