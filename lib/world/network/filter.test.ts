/** The packet filter and connection tracking on the way of packets: facts F1 to F12, recorded in truth/cases/nft-*. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { FilterStep, FilterTable } from '../packet-filter.contract';
import {
  accept,
  base,
  bytes,
  counter,
  ctState,
  defaultRoute,
  dport,
  drop,
  established,
  ip,
  Lab,
  plain,
  table,
} from './lab';

function routed(tables: FilterTable[] = []): Lab {
  const lab = new Lab().segment('outside').segment('dmz').segment('inside');
  lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
  lab.host(
    'fw',
    { eth0: 'outside 203.0.113.1/24 203.0.113.50/24', eth1: 'dmz 10.0.1.1/24', eth2: 'inside 10.0.2.1/24' },
    { forward: true },
  );
  lab.host('web', { eth0: 'dmz 10.0.1.10/24' }, { gateway: '10.0.1.1' });
  lab.host('db', { eth0: 'inside 10.0.2.10/24' }, { gateway: '10.0.2.1' });
  lab.listen('web', 80);
  lab.listen('web', 8080);
  lab.listen('db', 5432);
  lab.listen('fw', 22);
  lab.rules('fw', tables);
  return lab;
}
const daddr = (text: string): FilterStep => ({
  step: 'match',
  field: 'ip daddr',
  op: '==',
  values: [{ lo: ip(text), hi: ip(text) }],
});
const tracked = (lab: Lab, host: string): string[] =>
  lab.network
    .conntrack(lab.world.host(host))
    .map(
      (entry) =>
        `${entry.protocol} ${entry.state}${entry.assured ? ' assured' : ''}${entry.unreplied ? ' unreplied' : ''}`,
    );
const outcome = (lab: Lab, from: string, to: string, port: number): string =>
  lab.probe(from, to, port, 2 * SECOND).outcome;

describe('chains', () => {
  it('accept ends only its own base chain; a later one can still drop', () => {
    const lab = routed([
      table('a', [base('f', 'forward', { priority: -10 }, [dport(80), accept])]),
      table('b', [base('f', 'forward', { priority: 10 }, [dport(80), drop])]),
    ]);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
    expect(outcome(lab, 'client', '10.0.1.10', 8080)).toBe('open');
  });
  it('forward rules do not concern the router itself, input rules not what is forwarded', () => {
    const lab = routed([
      table('f', [base('f', 'forward', { policy: 'drop' }), base('i', 'input', { policy: 'accept' })]),
    ]);
    expect(outcome(lab, 'client', '203.0.113.1', 22)).toBe('open');
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
    lab.rules('fw', [table('f', [base('i', 'input', { policy: 'drop' })])]);
    expect(outcome(lab, 'client', '203.0.113.1', 22)).toBe('silence');
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('open');
  });
  it('jump comes back, return goes on behind it, goto ends the caller', () => {
    const [after, inner] = [counter(), counter()];
    const lab = routed([
      table('f', [
        base(
          'f',
          'forward',
          { policy: 'drop' },
          [established, accept],
          [dport(80), { step: 'verdict', verdict: { kind: 'jump', chain: 'web' } }],
          [dport(80), after],
          [dport(80), accept],
          [dport(5432), { step: 'verdict', verdict: { kind: 'goto', chain: 'web' } }],
          [accept],
        ),
        plain(
          'web',
          [inner],
          [dport(80), { step: 'verdict', verdict: { kind: 'return' } }],
          [dport(80), drop],
        ),
      ]),
    ]);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('open');
    expect([after.packets, inner.packets]).toEqual([1, 1]);
    // goto: the end of the other chain is the end of this one, so the policy decides.
    expect(outcome(lab, 'web', '10.0.2.10', 5432)).toBe('silence');
    expect(outcome(lab, 'client', '10.0.1.10', 8080)).toBe('open');
  });
  it('sets and verdict maps with ranges', () => {
    const lab = routed([
      {
        ...table('f', [
          base(
            'f',
            'forward',
            { policy: 'drop' },
            [{ step: 'vmap', field: 'ct state', set: '__map0' }],
            [
              { step: 'match', field: 'ip saddr', op: '==', set: 'allowed' },
              { step: 'vmap', field: 'tcp dport', set: '__map1' },
            ],
          ),
        ]),
        sets: [
          {
            name: 'allowed',
            handle: 1,
            type: 'ipv4_addr',
            flags: ['interval'],
            elements: [{ key: [{ lo: ip('203.0.113.0'), hi: ip('203.0.113.15') }], text: '' }],
          },
          {
            name: '__map0',
            handle: 2,
            type: 'ct_state',
            map: 'verdict',
            flags: [],
            anonymous: true,
            elements: [
              { key: [{ lo: 2, hi: 2 }], data: { kind: 'accept' }, text: '' },
              { key: [{ lo: 4, hi: 4 }], data: { kind: 'accept' }, text: '' },
              { key: [{ lo: 1, hi: 1 }], data: { kind: 'drop' }, text: '' },
            ],
          },
          {
            name: '__map1',
            handle: 3,
            type: 'inet_service',
            map: 'verdict',
            flags: [],
            anonymous: true,
            elements: [
              { key: [{ lo: 80, hi: 80 }], data: { kind: 'accept' }, text: '' },
              { key: [{ lo: 8080, hi: 8080 }], data: { kind: 'drop' }, text: '' },
            ],
          },
        ],
      },
    ]);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('open');
    expect(outcome(lab, 'client', '10.0.1.10', 8080)).toBe('silence');
    expect(outcome(lab, 'db', '10.0.1.10', 80)).toBe('silence');
  });
  it('limit lets a burst through and then the rate', () => {
    const lab = routed([
      table('f', [
        base(
          'f',
          'forward',
          { policy: 'drop' },
          [established, accept],
          [
            dport(80),
            ctState(8),
            {
              step: 'limit',
              rate: 2,
              perMicros: SECOND,
              burst: 2,
              over: false,
              unit: 'packets',
              tokens: 0,
              lastAt: 0,
            },
            accept,
          ],
        ),
      ]),
    ]);
    lab.run(SECOND);
    lab.ping('fw', '10.0.1.10');
    lab.run(10_000);
    const connections = [1, 2, 3, 4, 5, 6].map(() => {
      const connection = lab.connect('client', '10.0.1.10', 80);
      lab.run(50_000);
      return connection;
    });
    lab.run(600_000);
    expect(connections.map((connection) => lab.events(connection)[0] ?? 'silence')).toEqual([
      'connected',
      'connected',
      'silence',
      'silence',
      'silence',
      'silence',
    ]);
  });
  it('log writes a kernel line', () => {
    const lab = routed([
      table('f', [base('f', 'forward', {}, [dport(80), { step: 'log', prefix: 'web: ', level: 'warn' }])]),
    ]);
    outcome(lab, 'client', '10.0.1.10', 80);
    const line = lab.world.host('fw').state.log.find((entry) => entry.transport === 'kernel')?.text;
    expect(line).toMatch(
      /^web: IN=eth0 OUT=eth1 MAC=.* SRC=203\.0\.113\.10 DST=10\.0\.1\.10 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=0 DF PROTO=TCP SPT=\d+ DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0 $/,
    );
  });
});

describe('connection tracking', () => {
  const rules = [
    table('f', [
      base(
        'f',
        'forward',
        { policy: 'drop' },
        [established, accept],
        [ctState(1), drop],
        [dport(80), accept],
      ),
    ]),
  ];
  it('keeps what is open when the accept goes, and refuses what is new', () => {
    const lab = routed(rules);
    lab.answers = false;
    const open = lab.connect('client', '10.0.1.10', 80);
    lab.run(SECOND);
    expect(tracked(lab, 'fw')).toEqual(['tcp ESTABLISHED assured']);
    lab.rules('fw', [table('f', [base('f', 'forward', { policy: 'drop' }, [established, accept])])]);
    lab.network.send(open, 'client', bytes('x'));
    lab.run(SECOND);
    expect(lab.served.filter(({ event }) => event.type === 'message')).toHaveLength(1);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
  });
  it('starts with the first rule that needs it: what is open already then counts as new', () => {
    const lab = routed();
    lab.answers = false;
    const open = lab.connect('client', '10.0.1.10', 80);
    lab.run(SECOND);
    expect(tracked(lab, 'fw')).toEqual([]);
    const seen = counter();
    lab.rules('fw', [table('f', [base('f', 'forward', {}, [ctState(8), dport(80), seen, drop])])]);
    lab.network.send(open, 'client', bytes('x'));
    lab.run(SECOND);
    expect(lab.served.filter(({ event }) => event.type === 'message')).toHaveLength(0);
    // Sent, and again after 0.2 and 0.6 s.
    expect(seen.packets).toBe(3);
  });
  it('picks a connection up in the middle when it may', () => {
    const lab = routed();
    lab.answers = false;
    const open = lab.connect('client', '10.0.1.10', 80);
    lab.run(SECOND);
    lab.rules('fw', [table('f', [base('f', 'forward', {}, [established, accept])])]);
    lab.network.send(open, 'client', bytes('x'));
    lab.run(SECOND);
    expect(tracked(lab, 'fw')).toEqual(['tcp ESTABLISHED']);
  });
  it('follows TCP to its end', () => {
    const lab = routed(rules);
    lab.connect('client', '10.0.1.10', 80, { request: true });
    lab.run(SECOND);
    expect(tracked(lab, 'fw')).toEqual(['tcp TIME_WAIT assured']);
    lab.run(121 * SECOND);
    expect(tracked(lab, 'fw')).toEqual([]);
  });
  it('shows a SYN without an answer, and forgets it when it is refused', () => {
    const lab = routed([
      table('f', [
        base(
          'f',
          'forward',
          { policy: 'drop' },
          [dport(80), ctState(8), accept],
          [dport(81), accept],
          [{ step: 'match', field: 'tcp sport', op: '==', values: [{ lo: 81, hi: 81 }] }, accept],
        ),
      ]),
    ]);
    lab.connect('client', '10.0.1.10', 80);
    lab.run(SECOND);
    expect(tracked(lab, 'fw')).toEqual(['tcp SYN_RECV']);
    lab.network.deleteConntrack(lab.world.host('fw'), () => true);
    expect(outcome(lab, 'client', '10.0.1.10', 81)).toBe('ECONNREFUSED');
    expect(tracked(lab, 'fw').filter((line) => line.includes('CLOSE'))).toEqual([]);
  });
  it('a SYN-ACK alone is invalid: two routers, two ways', () => {
    const lab = new Lab().segment('outside').segment('dmz');
    lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
    for (const [name, host] of [
      ['fw', 1],
      ['fw2', 2],
    ] as const)
      lab.host(
        name,
        { eth0: `outside 203.0.113.${host}/24`, eth1: `dmz 10.0.1.${host}/24` },
        { forward: true },
      );
    lab.host('web', { eth0: 'dmz 10.0.1.10/24' }, { gateway: '10.0.1.2' });
    lab.listen('web', 80);
    for (const name of ['fw', 'fw2']) lab.rules(name, rules);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
  });
  it('errors are related', () => {
    const related = counter();
    const lab = routed([
      table('f', [
        base(
          'f',
          'forward',
          { policy: 'drop' },
          [ctState(4), related, accept],
          [{ step: 'match', field: 'meta l4proto', op: '==', values: [{ lo: 17, hi: 17 }] }, accept],
        ),
      ]),
    ]);
    const client = lab.world.host('client');
    const socket = lab.network.bindUdp(client, {
      pid: 0,
      ip: 0,
      port: 0,
      on: { name: 'lab.udp', pid: 0, data: null },
    });
    if (typeof socket === 'string') throw new Error(socket);
    lab.network.sendUdp(client, socket.socket, { ip: ip('10.0.1.10'), port: 9 }, null, 10);
    lab.run(SECOND);
    expect(related.packets).toBe(1);
    expect(lab.datagrams.map(({ event }) => event)).toEqual([{ type: 'error', errno: 'ECONNREFUSED' }]);
  });
  it('a full table drops what is new and says so', () => {
    const lab = routed(rules);
    lab.world.host('fw').setSysctl('net.netfilter.nf_conntrack_max', '1');
    lab.answers = false;
    lab.connect('client', '10.0.1.10', 80);
    lab.run(SECOND);
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
    expect(
      lab.world.host('fw').state.log.some((entry) => entry.text.includes('table full, dropping packet')),
    ).toBe(true);
  });
});

describe('translation', () => {
  const dnat = base('pre', 'prerouting', { type: 'nat', priority: -100 }, [
    { step: 'match', field: 'iifname', op: '==', values: [{ lo: 'eth0', hi: 'eth0' }] },
    daddr('203.0.113.50'),
    dport(80),
    {
      step: 'dnat',
      ip: { lo: ip('10.0.1.10'), hi: ip('10.0.1.10') },
      port: { lo: 8080, hi: 8080 },
      flags: [],
    },
  ]);
  it('dnat: forward sees the new address and port, the server sees the client', () => {
    const [old, renewed] = [counter(), counter()];
    const lab = routed([
      table('nat', [dnat], 'ip'),
      table('f', [
        base(
          'f',
          'forward',
          { policy: 'drop' },
          [established, accept],
          [dport(80), old],
          [dport(8080), renewed, accept],
        ),
      ]),
    ]);
    const connection = lab.connect('client', '203.0.113.50', 80, { request: true });
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
    expect([old.packets, renewed.packets]).toEqual([0, 1]);
    const [entry] = lab.network.conntrack(lab.world.host('fw'));
    expect(entry).toMatchObject({
      src: ip('203.0.113.10'),
      dst: ip('203.0.113.50'),
      dport: 80,
      replySrc: ip('10.0.1.10'),
      replySport: 8080,
      replyDst: ip('203.0.113.10'),
    });
    expect(
      lab.network.sockets(lab.world.host('web')).find((socket) => socket.state === 'TIME-WAIT'),
    ).toMatchObject({ localPort: 8080, peerIp: ip('203.0.113.10') });
  });
  it('dnat does not concern the router itself, nor another interface: hairpin is silence or the router', () => {
    const lab = routed([table('nat', [dnat], 'ip')]);
    expect(outcome(lab, 'fw', '203.0.113.50', 80)).toBe('ECONNREFUSED');
    expect(outcome(lab, 'web', '203.0.113.50', 80)).toBe('ECONNREFUSED');
  });
  it('dnat for the own segment: the answer bypasses the router until masquerade', () => {
    const hairpin = base('pre', 'prerouting', { type: 'nat', priority: -100 }, [
      daddr('203.0.113.50'),
      { step: 'dnat', ip: { lo: ip('10.0.1.10'), hi: ip('10.0.1.10') }, flags: [] },
    ]);
    const lab = routed([table('nat', [hairpin], 'ip')]);
    lab.host('peer', { eth0: 'dmz 10.0.1.20/24' }, { gateway: '10.0.1.1' });
    expect(outcome(lab, 'peer', '203.0.113.50', 80)).toBe('silence');
    const masquerade = base('post', 'postrouting', { type: 'nat', priority: 100 }, [
      { step: 'match', field: 'oifname', op: '==', values: [{ lo: 'eth1', hi: 'eth1' }] },
      { step: 'masquerade', flags: [] },
    ]);
    lab.rules('fw', [table('nat', [hairpin, masquerade], 'ip')]);
    lab.network.deleteConntrack(lab.world.host('fw'), () => true);
    expect(outcome(lab, 'peer', '203.0.113.50', 80)).toBe('open');
  });
  it('masquerade repairs a missing way back, and hides the client', () => {
    const masquerade = base('post', 'postrouting', { type: 'nat', priority: 100 }, [
      { step: 'match', field: 'oifname', op: '==', values: [{ lo: 'eth1', hi: 'eth1' }] },
      { step: 'masquerade', flags: [] },
    ]);
    const lab = routed();
    lab.network.removeRoute(lab.world.host('web'), { destination: 0, prefix: 0 });
    expect(outcome(lab, 'client', '10.0.1.10', 80)).toBe('silence');
    lab.rules('fw', [table('nat', [masquerade], 'ip')]);
    const connection = lab.connect('client', '10.0.1.10', 80, { request: true });
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
    expect(
      lab.network.sockets(lab.world.host('web')).find((socket) => socket.state === 'TIME-WAIT'),
    ).toMatchObject({ peerIp: ip('10.0.1.1') });
  });
  it('errors come back translated', () => {
    const lab = routed([table('nat', [dnat], 'ip')]);
    for (const listener of lab.network.listeners(lab.world.host('web')))
      lab.network.closeListener(lab.world.host('web'), listener.listener);
    expect(outcome(lab, 'client', '203.0.113.50', 80)).toBe('ECONNREFUSED');
    lab.network.setAdminState(lab.world.host('web'), 'eth0', false);
    lab.network.flushNeighbours(lab.world.host('fw'));
    expect(lab.probe('client', '203.0.113.50', 80, 5 * SECOND).outcome).toBe('EHOSTUNREACH');
  });
  it('two clients behind one address get different ports', () => {
    const masquerade = base('post', 'postrouting', { type: 'nat', priority: 100 }, [
      { step: 'masquerade', flags: [] },
    ]);
    const lab = routed([table('nat', [masquerade], 'ip')]);
    lab.answers = false;
    lab.host('client2', { eth0: 'outside 203.0.113.11/24' }, { gateway: '203.0.113.1' });
    for (const host of ['client', 'client2'])
      lab.network.connect(lab.world.host(host), {
        pid: 0,
        ip: ip('10.0.1.10'),
        port: 80,
        bindPort: 40_000,
        on: { name: 'lab.client', pid: 0, data: { key: 0, request: false } },
      });
    lab.run(SECOND);
    const peers = lab.network
      .sockets(lab.world.host('web'))
      .filter((socket) => socket.state === 'ESTAB')
      .map((socket) => socket.peerPort);
    expect(new Set(peers).size).toBe(2);
  });
  it('redirect sends to a local port', () => {
    const lab = routed([
      table(
        'nat',
        [
          base('pre', 'prerouting', { type: 'nat', priority: -100 }, [
            dport(2222),
            { step: 'redirect', port: { lo: 22, hi: 22 } },
          ]),
        ],
        'ip',
      ),
    ]);
    expect(outcome(lab, 'client', '203.0.113.1', 2222)).toBe('open');
  });
});

describe('routes', () => {
  it('the longest prefix wins, then the lowest metric', () => {
    const lab = routed();
    const { network } = lab;
    const client = lab.world.host('client');
    network.addRoute(client, {
      ...defaultRoute(ip('203.0.113.99'), 'eth0'),
      destination: ip('10.0.1.0'),
      prefix: 24,
    });
    expect(network.routeLookup(client, ip('10.0.1.10'))?.route.via).toBe(ip('203.0.113.99'));
    network.addRoute(client, {
      ...defaultRoute(ip('203.0.113.1'), 'eth0'),
      destination: ip('10.0.1.10'),
      prefix: 32,
      metric: 100,
    });
    expect(network.routeLookup(client, ip('10.0.1.10'))?.route.via).toBe(ip('203.0.113.1'));
    expect(network.addRoute(client, defaultRoute(ip('203.0.113.1'), 'eth0'))).toBe('EEXIST');
    expect(network.addRoute(client, { ...defaultRoute(ip('10.77.0.1'), 'eth0'), metric: 5 })).toBe(
      'ENETUNREACH',
    );
    expect(network.removeRoute(client, { destination: ip('9.0.0.0'), prefix: 8 })).toBe('ESRCH');
  });
  it('rp_filter 1 drops what comes in the wrong way', () => {
    const lab = routed();
    const fw = lab.world.host('fw');
    lab.network.addRoute(fw, {
      ...defaultRoute(ip('10.0.1.10'), 'eth1'),
      destination: ip('203.0.113.10'),
      prefix: 32,
    });
    fw.setSysctl('net.ipv4.conf.all.rp_filter', '1');
    expect(outcome(lab, 'client', '10.0.2.10', 5432)).toBe('silence');
  });
  it('the TTL runs out', () => {
    const lab = routed();
    lab.network.traceProbe(lab.world.host('client'), {
      pid: 0,
      ip: ip('10.0.1.10'),
      ttl: 1,
      sequence: 1,
      on: { name: 'lab.ping', pid: 0, data: null },
    });
    lab.network.traceProbe(lab.world.host('client'), {
      pid: 0,
      ip: ip('10.0.1.10'),
      ttl: 2,
      sequence: 2,
      on: { name: 'lab.ping', pid: 0, data: null },
    });
    lab.run(SECOND);
    expect(lab.pings.map(({ event }) => event)).toMatchObject([
      { type: 'ttl-exceeded', from: ip('203.0.113.1') },
      { type: 'unreachable', code: 'port', from: ip('10.0.1.10') },
    ]);
  });
});
