/** What an edit need not look at again must be what looking at everything would have found. */
import { expect, test } from 'vitest';
import { RandomStream } from '../../std/random';
import { ROOT } from '../../world/files';
import { openSession } from '../open-session';
import { scenarioOf } from './compile';
import { applyEdits, type Edit, emptyDocument, type SandboxDocument } from './document';
import { checkChanged, checkDocument } from './door';
import type { Intent } from './intents';
import { sandboxOf } from './live';
import { PALETTE } from './palette';
import { plan } from './plan';
import { starterDocument } from './starters';
import type { SandboxAsk } from './view';

const isKnown = (name: string) => name !== 'keepalived';

/** An edit that somebody may make next. */
function anyIntent(document: SandboxDocument, random: RandomStream): Intent {
  const hosts = Object.keys(document.hosts);
  const zones = Object.keys(document.zones);
  const entry = (sort: string) => random.pick(PALETTE.filter((candidate) => candidate.sort === sort)).id;
  if (zones.length < 2) return { do: 'place', entry: entry('zone') };
  if (hosts.length < 3) return { do: 'place', entry: entry('host'), zone: random.pick(zones) };
  const [id, other] = [random.pick(hosts), random.pick(hosts)];
  return random.pick<Intent>([
    { do: 'place', entry: entry('host'), zone: random.pick(zones) },
    { do: 'place', entry: entry('zone') },
    { do: 'connect', from: id, to: other, flow: random.pick(['http', 'ssh', 'any', 'vrrp'] as const) },
    { do: 'move', zones: [], hosts: [{ id, x: 20, y: 60, zone: random.pick(zones) }] },
    { do: 'move', zones: [{ id: random.pick(zones), x: 5, y: 6 }], hosts: [] },
    { do: 'lock', ids: [id], locked: true },
    { do: 'group', zones: [random.pick(zones)], label: 'Site' },
    { do: 'rename', id, name: `box${random.integer(1, 99)}` },
    { do: 'packages', id, packages: ['nginx'], enable: ['nginx'] },
    { do: 'remove', ids: [random.chance(0.2) ? random.pick(zones) : id] },
    { do: 'chaos', chaos: { on: false, seed: 3, perMinute: 4 } },
    { do: 'plan-fault', at: 30, fault: { kind: 'power-loss', host: id } },
  ]);
}

test('along random courses of edits, what was compiled and checked before and what is done afresh are the same', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new RandomStream(seed, 'changes');
    let document = emptyDocument();
    for (let step = 0; step < 25; step++) {
      const planned = plan(document, anyIntent(document, random));
      if (!planned.ok) continue;
      const after = applyEdits(document, planned.step.edits);
      const undone = applyEdits(after, planned.step.inverse);
      // A copy shares no part with what was seen before.
      for (const now of [after, undone, after]) {
        const fresh = structuredClone(now);
        expect(scenarioOf(now, isKnown).lab).toEqual(scenarioOf(fresh, isKnown).lab);
        expect(checkChanged(now, document)).toEqual(checkDocument(fresh));
      }
      document = after;
    }
  }
});

const good = starterDocument('pair');
const lb1 = good.hosts['lb1'];
if (lb1 === undefined) throw new Error('the pair has no lb1');
const asHost = (id: string, part: unknown): Edit => ({ edit: 'host', id, part: part as typeof lb1 });
const HOSTILE: Record<string, Edit[]> = {
  'a key that is not known': [asHost('lb1', { ...lb1, extra: 1 })],
  'a kind that is not known': [asHost('lb1', { ...lb1, kind: 'mainframe' })],
  'a new machine in no zone': [asHost('x1', { ...lb1, zone: 'nowhere', interfaces: {} })],
  'a name that is none': [asHost('../x', { ...lb1, interfaces: {} })],
  'an address that another has': [asHost('x1', lb1)],
  'an address of another network': [
    asHost('lb1', { ...lb1, interfaces: { eth0: { zone: lb1.zone, address: '10.9.9.9/24' } } }),
  ],
  'a zone that machines stand in taken away': [{ edit: 'zone', id: lb1.zone, part: null }],
  'a file out of its tree': [{ edit: 'file', host: 'lb1', path: '/etc/../x', file: { text: '' } }],
  'a file that is no text': [
    { edit: 'file', host: 'lb1', path: '/etc/x', file: { text: 7 } as unknown as { text: string } },
  ],
  'a title without a letter': [{ edit: 'title', title: '' }],
  'chaos a thousand times a minute': [{ edit: 'chaos', chaos: { on: true, seed: 1, perMinute: 1000 } }],
  'environments within each other': [
    { edit: 'environment', id: 'a', part: { label: 'a', parent: 'b' } },
    { edit: 'environment', id: 'b', part: { label: 'b', parent: 'a' } },
  ],
  'a link to a name that is none': [
    { edit: 'link', link: { from: 'lb1', to: 'NOBODY', flow: 'ssh' }, add: true },
  ],
  'a fault without a kind': [{ edit: 'fault', planned: { id: 'f', at: 1, fault: {} }, add: true }],
};

test.each(Object.entries(HOSTILE))('a saved run’s edit that makes %s changes nothing', (_, edits) => {
  const hostile = applyEdits(good, edits);
  const refused = checkChanged(hostile, good);
  expect(refused).toEqual(checkDocument(structuredClone(hostile)));
  expect(refused.ok).toBe(false);
  const { session } = open(good);
  const before = sandboxOf(session.run.world)?.document;
  session.input({ kind: 'edit', way: 'do', step: { label: 'by hand', edits, inverse: [] } });
  expect(sandboxOf(session.run.world)?.document).toBe(before);
  expect(session.run.kernel.journal.entries(0).at(-1)?.type).toBe('learner.edit-refused');
});

function open(document: SandboxDocument) {
  const source = { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(document) } };
  const made = openSession(source, { seed: 1, traces: false });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { session } = made;
  const ask = (question: SandboxAsk) => {
    const answer = session.handle({ type: 'sandbox', id: 1, ask: question });
    if (answer?.kind !== 'sandbox') throw new Error(JSON.stringify(answer));
    return answer.reply;
  };
  return { session, ask };
}

test('who leaves and comes back by undo has on it what was written by hand; a link keeps lines by hand', () => {
  const { session, ask } = open(starterDocument('balanced'));
  const { world } = session.run;
  const HAPROXY = '/etc/haproxy/haproxy.cfg';
  const read = (host: string, path: string) => String(world.host(host).fs.readFile(path, ROOT));
  const write = (host: string, path: string, text: string) => world.host(host).fs.writeFile(path, text, ROOT);
  write('app1', '/usr/local/bin/mine', '#!/bin/sh\necho mine\n');
  world.host('app1').fs.chmod('/usr/local/bin/mine', 0o755, ROOT);
  write('app1', '/etc/shop.conf', `${read('app1', '/etc/shop.conf')}# mine\n`);
  const shop = read('app1', '/etc/shop.conf');
  ask({ kind: 'intent', intent: { do: 'remove', ids: ['app1'] } });
  ask({ kind: 'undo' });
  expect(read('app1', '/usr/local/bin/mine')).toBe('#!/bin/sh\necho mine\n');
  expect(world.host('app1').fs.stat('/usr/local/bin/mine', ROOT)).toMatchObject({ mode: 0o755 });
  expect(read('app1', '/etc/shop.conf')).toBe(shop);

  const zone =
    Object.entries(starterDocument('balanced').hosts).find(([id]) => id === 'app1')?.[1].zone ?? '';
  ask({ kind: 'intent', intent: { do: 'remove', ids: [zone] } });
  expect(world.findHost('app1')).toBeUndefined();
  ask({ kind: 'undo' });
  expect(read('app1', '/usr/local/bin/mine')).toBe('#!/bin/sh\necho mine\n');

  write('lb1', HAPROXY, `# mine\n${read('lb1', HAPROXY)}`);
  const config = read('lb1', HAPROXY);
  ask({ kind: 'intent', intent: { do: 'place', entry: 'app', zone } });
  const added = Object.keys(sandboxOf(world)?.document.hosts ?? {}).at(-1) ?? '';
  ask({ kind: 'intent', intent: { do: 'connect', from: 'lb1', to: added, flow: 'http' } });
  expect(read('lb1', HAPROXY)).toContain('# mine\n');
  expect(read('lb1', HAPROXY)).toContain(`server ${added} `);
  ask({ kind: 'undo' });
  expect(read('lb1', HAPROXY)).toBe(config);
  // An address that stands only in a file by hand is not given out.
  write('lb1', HAPROXY, `${config}# 10.0.2.${11 + 3}\n`);
  const taken = Object.values(sandboxOf(world)?.document.hosts ?? {}).flatMap(({ interfaces }) =>
    Object.values(interfaces).map(({ address }) => address),
  );
  ask({ kind: 'intent', intent: { do: 'place', entry: 'app', zone } });
  const newest = Object.values(sandboxOf(world)?.document.hosts ?? {}).at(-1)?.interfaces['eth0']?.address;
  expect(taken).not.toContain(newest);
  expect(newest).not.toBe('10.0.2.14/24');
});

test('undo restores the document exactly, link by link', () => {
  const { session, ask } = open(starterDocument('pair'));
  // Wires show what runs: daemons have read their files again, and machines have booted.
  const links = () => {
    session.advance(session.run.now + 30_000_000);
    return session.fullFrame().sandbox?.links;
  };
  const document = () => {
    const reply = ask({ kind: 'document' });
    return reply.kind === 'document' ? reply.document : undefined;
  };
  const steps: Intent[] = [
    { do: 'place', entry: 'app', zone: 'app' },
    { do: 'connect', from: 'lb1', to: 'app4', flow: 'http' },
    { do: 'connect', from: 'app1', to: 'app4', flow: 'ssh' },
    { do: 'remove', ids: ['app1'] },
  ];
  const seen = [{ document: document(), links: links() }];
  for (const intent of steps) {
    ask({ kind: 'intent', intent });
    seen.push({ document: document(), links: links() });
  }
  expect(seen[2]?.links?.map(({ id }) => id)).toContain('lb1-app4');
  const byId = (of: (typeof seen)[number] | undefined) =>
    of?.links?.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (let step = steps.length - 1; step >= 0; step--) {
    ask({ kind: 'undo' });
    expect(document()).toEqual(seen[step]?.document);
    expect(byId({ document: undefined, links: links() })).toEqual(byId(seen[step]));
  }
});
