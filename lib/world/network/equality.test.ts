/**
 * Remembered paths change nothing: the same random lab with and without them,
 * and with a checkpoint loaded in its middle, ends in the same state to the bit.
 * A failure prints the seed; `SEED=n npx vitest run …/equality.test.ts` plays it alone.
 */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { hashPlain } from '../../std/hash';
import type { Plain } from '../../std/plain';
import { RandomStream } from '../../std/random';
import type { FilterChain, FilterStep, FilterTable } from '../packet-filter.contract';
import {
  accept,
  base,
  counter,
  ctState,
  defaultRoute,
  dport,
  drop,
  established,
  ip,
  Lab,
  plain,
  reject,
  table,
} from './lab';

const HOSTS = ['client', 'other', 'router', 'web1', 'web2', 'db'] as const;
const TARGETS = [
  '10.0.1.11',
  '10.0.1.12',
  '10.0.1.100',
  '10.0.2.20',
  '203.0.113.1',
  '203.0.113.50',
  '10.0.1.77',
  '127.0.0.1',
];
const PORTS = [80, 81, 5432];

function build(remembers: boolean, seed: number): Lab {
  const lab = new Lab({ seed, remembers }).segment('outside').segment('dmz').segment('inside');
  lab.host('client', { eth0: 'outside 203.0.113.10/24' }, { gateway: '203.0.113.1' });
  lab.host('other', { eth0: 'outside 203.0.113.11/24' }, { gateway: '203.0.113.1' });
  lab.host(
    'router',
    { eth0: 'outside 203.0.113.1/24 203.0.113.50/32', eth1: 'dmz 10.0.1.1/24', eth2: 'inside 10.0.2.1/24' },
    { forward: true },
  );
  lab.host('web1', { eth0: 'dmz 10.0.1.11/24' }, { gateway: '10.0.1.1' });
  lab.host('web2', { eth0: 'dmz 10.0.1.12/24' }, { gateway: '10.0.1.1' });
  lab.host('db', { eth0: 'inside 10.0.2.20/24' }, { gateway: '10.0.2.1' });
  lab.network.addAddress(lab.world.host('web1'), 'eth0', { ip: ip('10.0.1.100'), prefix: 32 });
  for (const host of ['web1', 'web2', 'db', 'client']) lab.listen(host, 80);
  lab.listen('db', 5432);
  return lab;
}

function randomRule(random: RandomStream): FilterStep[] {
  const steps: FilterStep[] = [];
  if (random.chance(0.5))
    steps.push(
      random.pick<FilterStep>([
        dport(80),
        dport(81),
        dport(5432),
        established,
        ctState(8),
        ctState(1),
        { step: 'match', field: 'iifname', op: '==', values: [{ lo: 'eth0', hi: 'eth0' }] },
        {
          step: 'match',
          field: 'ip saddr',
          op: '!=',
          values: [{ lo: ip('203.0.113.11'), hi: ip('203.0.113.20') }],
        },
        { step: 'match', field: 'tcp flags', op: '==', mask: 2, values: [{ lo: 2, hi: 2 }] },
        { step: 'match', field: 'ip length', op: '>', values: [{ lo: 100, hi: 100 }] },
        { step: 'match', field: 'tcp sport', op: '<', values: [{ lo: 40_000, hi: 40_000 }] },
        { step: 'match', field: 'meta l4proto', op: '==', values: [{ lo: 1, hi: 1 }] },
      ]),
    );
  if (random.chance(0.1))
    steps.push({
      step: 'limit',
      rate: 2,
      perMicros: SECOND,
      burst: 5,
      over: random.chance(0.5),
      unit: 'packets',
      tokens: 0,
      lastAt: 0,
    });
  if (random.chance(0.6)) steps.push(counter());
  if (random.chance(0.8))
    steps.push(
      random.pick<FilterStep>([
        accept,
        accept,
        accept,
        drop,
        reject(),
        reject('port-unreachable', 'tcp-reset'),
        { step: 'verdict', verdict: { kind: 'jump', chain: 'more' } },
        { step: 'verdict', verdict: { kind: 'return' } },
      ]),
    );
  return steps;
}
function randomRuleset(random: RandomStream): FilterTable[] {
  const rules = (most: number): FilterStep[][] =>
    Array.from({ length: random.integer(0, most) }, () =>
      randomRule(random).filter(
        (step) => !(step.step === 'verdict' && step.verdict.kind === 'jump' && most === 2),
      ),
    );
  const chains: FilterChain[] = [plain('more', ...rules(2))];
  for (const hook of ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const) {
    if (random.chance(0.4))
      chains.push(
        base(
          hook,
          hook,
          { policy: random.chance(0.15) ? 'drop' : 'accept', priority: random.pick([-300, -10, 0, 10, 150]) },
          [established, counter(), accept],
          ...rules(4),
        ),
      );
  }
  const tables = [table('filter', chains)];
  if (random.chance(0.4)) {
    tables.push(
      table(
        'nat',
        [
          base('pre', 'prerouting', { type: 'nat', priority: -100 }, [
            {
              step: 'match',
              field: 'ip daddr',
              op: '==',
              values: [{ lo: ip('203.0.113.50'), hi: ip('203.0.113.50') }],
            },
            { step: 'dnat', ip: { lo: ip('10.0.1.11'), hi: ip('10.0.1.11') }, flags: [] },
          ]),
          base('post', 'postrouting', { type: 'nat', priority: 100 }, [
            {
              step: 'match',
              field: 'oifname',
              op: '==',
              values: [{ lo: random.pick(['eth0', 'eth1']), hi: '' }],
            },
            { step: 'masquerade', flags: [] },
          ]),
        ],
        'ip',
      ),
    );
  }
  return tables;
}

/** One random thing happens. */
function act(lab: Lab, random: RandomStream, open: number[]): void {
  const { network, world } = lab;
  const host = world.host(random.pick(HOSTS));
  switch (random.integer(0, 19)) {
    case 0:
      network.setRuleset(host, {
        generation: host.state.ruleset.generation + 1,
        tables: randomRuleset(random),
        nextHandle: 1,
      });
      return;
    case 1:
      network.setRuleset(host, { generation: host.state.ruleset.generation + 1, tables: [], nextHandle: 1 });
      return;
    case 2:
      network.setAdminState(host, 'eth0', random.chance(0.7));
      return;
    case 3:
      network.setAdminState(host, 'eth0', true);
      network.setCarrier(host, 'eth0', true);
      if (host.name !== 'router')
        network.addRoute(
          host,
          defaultRoute(
            ip(host.name === 'db' ? '10.0.2.1' : host.name.startsWith('web') ? '10.0.1.1' : '203.0.113.1'),
            'eth0',
          ),
        );
      return;
    case 4:
      network.setCarrier(host, 'eth0', random.chance(0.8));
      return;
    case 5: {
      const [from, to] = random.shuffle(['web1', 'web2']);
      network.removeAddress(world.host(from ?? ''), 'eth0', ip('10.0.1.100'));
      network.addAddress(world.host(to ?? ''), 'eth0', { ip: ip('10.0.1.100'), prefix: 32 });
      if (random.chance(0.7)) network.gratuitousArp(world.host(to ?? ''), 'eth0', ip('10.0.1.100'));
      return;
    }
    case 6:
      host.setSysctl('net.ipv4.ip_forward', random.chance(0.8) ? '1' : '0');
      return;
    case 7:
      if (host.name !== 'router' && random.chance(0.3)) world.powerOff(host);
      return;
    case 8:
      for (const other of world.hosts()) world.powerOn(other);
      return;
    case 9:
      network.impair(
        host,
        'eth0',
        random.chance(0.5)
          ? undefined
          : { lossPpm: 200_000, latencyMicros: random.integer(0, 3_000), jitterMicros: 300 },
      );
      return;
    case 10:
      network.flushNeighbours(host);
      return;
    case 11:
      network.deleteConntrack(host, () => random.chance(0.5));
      return;
    case 12:
      lab.ping(host.name, random.pick(TARGETS));
      return;
    case 13: {
      const connection = open.pop();
      if (connection !== undefined) network.reset(connection, random.pick(['client', 'server']));
      return;
    }
    case 18:
      for (const name of ['web1', 'web2', 'db'])
        if (world.host(name).state.power === 'on' && network.listeners(world.host(name)).length === 0) {
          lab.listen(name, 80);
          lab.listen(name, 5432);
        }
      return;
    case 14: {
      const connection = random.pick([0, ...open]);
      network.send(connection, 'client', { kind: 'bytes', text: '', bytes: random.integer(1, 9_000) });
      return;
    }
    default:
      open.push(lab.connect(host.name, random.pick(TARGETS), random.pick(PORTS), { request: true }));
  }
}

/** What the lab came to, as text: everything that is state, and what clients saw. */
function outcome(lab: Lab): Record<string, string> {
  const { state } = lab.world;
  return {
    journal: lab.kernel.journal.hash(),
    clients: hashPlain(JSON.stringify([...lab.seen])),
    net: hashPlain(state.net as Plain),
    interfaces: hashPlain(
      [...state.hosts.values()].map((host) => [...host.interfaces.values()]) as unknown as Plain,
    ),
    neighbours: hashPlain(
      [...state.hosts.values()].map((host) => [...host.neighbours.values()]) as unknown as Plain,
    ),
    rules: hashPlain([...state.hosts.values()].map((host) => host.ruleset) as unknown as Plain),
    tracked: hashPlain([...lab.world.hosts()].map((host) => lab.network.conntrack(host)) as unknown as Plain),
    pings: hashPlain(JSON.stringify(lab.pings)),
    queue: String(lab.kernel.pending),
  };
}

function play(seed: number, options: { remembers: boolean; reload?: boolean }): Record<string, string> {
  const lab = build(options.remembers, seed);
  const random = new RandomStream(seed, 'lab');
  const open: number[] = [];
  for (let step = 0; step < 250; step++) {
    for (let n = random.integer(1, 3); n > 0; n--) act(lab, random, open);
    lab.run(random.pick([200, 5_000, 40_000, 300_000, 2 * SECOND, 20 * SECOND]));
    if (options.reload === true && step % 40 === 20) {
      const kernel = lab.kernel.save();
      const world = lab.world.save();
      lab.world.load(world);
      lab.kernel.load(kernel);
    }
  }
  lab.run(30 * SECOND);
  if (only !== undefined) traces.push(lab.kernel.journal.entries().map((entry) => JSON.stringify(entry)));
  return outcome(lab);
}

const only = process.env.SEED;
/** With one seed only: the journals, to find the first difference. */
const traces: string[][] = [];
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.SEEDS ?? 25) }, (_, i) => i + 1)
    : [Number(only)];
describe('random labs', () => {
  it.each(seeds)('seed %i', (seed) => {
    traces.length = 0;
    const plainly = play(seed, { remembers: false });
    const remembered = play(seed, { remembers: true });
    const [first = [], second = []] = traces;
    for (let i = 0; i < first.length; i++)
      if (first[i] !== second[i]) {
        console.log(`${first.slice(Math.max(0, i - 3), i + 1).join('\n')}\n  against\n${second[i]}`);
        break;
      }
    expect(remembered, `seed ${seed}: with remembered paths`).toEqual(plainly);
    expect(play(seed, { remembers: true, reload: true }), `seed ${seed}: with checkpoints loaded`).toEqual(
      plainly,
    );
  });
});

/** What rules and cards have counted, as seen every 50 ms by something that runs in the lab itself. */
function looks(remembers: boolean): string[] {
  const lab = build(remembers, 1);
  lab.rules('router', [table('filter', [base('f', 'forward', {}, [dport(80), counter(), accept])])]);
  const router = lab.world.host('router');
  const told: string[] = [];
  const look = lab.kernel.handler<number>('test.look', (left) => {
    const [step] = lab.network.ruleset(router).tables[0]?.chains[0]?.rules[0]?.steps.slice(1) ?? [];
    told.push(JSON.stringify([step, [...(router.state.interfaces.get('eth1')?.counters ?? [])]]));
    if (left > 1) lab.kernel.after(50_000, look, left - 1);
  });
  for (let n = 0; n < 6; n++) lab.connect('client', '10.0.1.11', 80, { request: true });
  lab.run(SECOND);
  for (let n = 0; n < 6; n++) lab.connect('client', '10.0.1.11', 80, { request: true });
  lab.kernel.after(150, look, 5);
  lab.run(SECOND);
  told.push(JSON.stringify([...(router.state.interfaces.get('eth0')?.counters ?? [])]));
  lab.world.powerOff(router);
  told.push(JSON.stringify([...(router.state.interfaces.get('eth0')?.counters ?? [])]));
  return told;
}
it('whoever looks while events run sees each packet counted; without power all counts are gone', () => {
  const told = looks(true);
  expect(told).toEqual(looks(false));
  expect(new Set(told.slice(0, 2)).size).toBe(2);
  expect(told.at(-1)).toBe('[0,0,0,0,0]');
});
