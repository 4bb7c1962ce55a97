import { expect, test } from 'vitest';
import { hostsFile } from '../../scenario/build';
import { ROOT } from '../../world/files';
import type { Answer } from '../messages';
import { openSession } from '../open-session';
import type { Session } from '../session';
import type { SandboxDocument } from './document';
import type { Intent } from './intents';
import { sandboxOf } from './live';
import { starterDocument } from './starters';
import type { SandboxAsk } from './view';

const HOSTS = '/etc/hosts';
const KEYS = '/home/student/.ssh/known_hosts';

function open(document: SandboxDocument) {
  const source = { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(document) } };
  const made = openSession(source, { seed: 1, traces: false });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { session } = made;
  const ask = (question: SandboxAsk): Answer | undefined => {
    const answer = session.handle({ type: 'sandbox', id: 1, ask: question });
    if (answer?.kind !== 'sandbox') throw new Error(JSON.stringify(answer));
    return answer;
  };
  return {
    session,
    act: (intent: Intent) => ask({ kind: 'intent', intent }),
    undo: () => ask({ kind: 'undo' }),
    redo: () => ask({ kind: 'redo' }),
  };
}
function text(session: Session, host: string, path: string): string {
  return String(session.run.world.host(host).fs.readFile(path, ROOT));
}
/** Both files of every host. */
function told(session: Session): Record<string, string> {
  return Object.fromEntries(
    session.run.world
      .hosts()
      .flatMap(({ name }) => [HOSTS, KEYS].map((path) => [`${name}:${path}`, text(session, name, path)])),
  );
}
/** Every host knows every name once, each with its address, and every key under all its addresses. */
function expectAllTold(session: Session): void {
  const { world, scenario } = session.run;
  const lines = hostsFile({ ...scenario, lab: { ...scenario.lab, names: {} } });
  for (const { name } of world.hosts()) {
    expect([name, text(session, name, HOSTS)]).toEqual([
      name,
      `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n\n${lines}`,
    ]);
    const known = text(session, name, KEYS).trimEnd().split('\n');
    expect(known.map((line) => line.split(' ')[0])).toEqual(
      Object.entries(scenario.lab.hosts).map(([host, { interfaces }]) =>
        [host, ...Object.values(interfaces).map(({ address }) => address.split('/')[0])].join(','),
      ),
    );
    expect(new Set(known).size).toBe(known.length);
  }
}

test('names and keys reach every host with each machine that comes, goes or is renamed, and undo takes them back', () => {
  const { session, act, undo, redo } = open(starterDocument('pair'));
  const before = told(session);
  const steps: Intent[] = [
    { do: 'place', entry: 'app', zone: 'app' },
    { do: 'place', entry: 'keepalived-pair', zone: 'dmz' },
    { do: 'rename', id: 'app2', name: 'shop' },
    { do: 'remove', ids: ['lb1'] },
    // The first of the list: what follows it is the old list, which must not pass for the new one.
    { do: 'remove', ids: [Object.keys(starterDocument('pair').hosts)[0] ?? ''] },
  ];
  for (const step of steps) {
    act(step);
    session.frame();
    expectAllTold(session);
  }
  for (let step = 0; step < steps.length; step++) {
    undo();
    session.frame();
    expectAllTold(session);
  }
  // Who came back stands at the end of the list: the lines are the same, and no others.
  const sorted = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.split('\n').sort()]));
  expect(sorted(told(session))).toEqual(sorted(before));
  for (let step = 0; step < steps.length; step++) redo();
  session.frame();
  expectAllTold(session);
});

test('placing and undoing leaves every file as it was, to the letter', () => {
  const { session, act, undo } = open(starterDocument('zones'));
  const before = told(session);
  act({ do: 'place', entry: 'app', zone: 'app' });
  expect(text(session, 'lb1', HOSTS)).toMatch(/\tapp\d\n$/);
  undo();
  expect(told(session)).toEqual(before);
});

test('a second card is told too, though the name keeps its address', () => {
  const { session, act } = open(starterDocument('one'));
  act({ do: 'place', entry: 'zone-data' });
  act({ do: 'place', entry: 'server', zone: 'data' });
  act({ do: 'connect', from: 'app1', to: 'server1', flow: 'ssh' });
  session.frame();
  expect(Object.keys(session.run.scenario.lab.hosts['fw1']?.interfaces ?? {}).length).toBeGreaterThan(2);
  expectAllTold(session);
});

test('lines by hand stay, wherever they stand, and what somebody took out comes back with the next news', () => {
  const { session, act, undo } = open(starterDocument('pair'));
  const { fs } = session.run.world.host('lb1');
  const mine = '192.0.2.7\tvendor';
  const original = text(session, 'lb1', HOSTS);
  const app = original.split('\n').find((line) => line.endsWith('\tapp1')) ?? '';
  // Above, below, and without one of ours.
  fs.writeFile(HOSTS, `${mine}1\n${original.replace(`${app}\n`, '')}${mine}2\n`, ROOT);
  fs.writeFile(KEYS, '', ROOT);
  act({ do: 'place', entry: 'app', zone: 'app' });
  const made = Object.keys(sandboxOf(session.run.world)?.document.hosts ?? {}).at(-1) ?? '';
  const lines = text(session, 'lb1', HOSTS).split('\n');
  expect(lines[0]).toBe(`${mine}1`);
  expect(lines.filter((line) => line === `${mine}2`)).toHaveLength(1);
  expect(lines.filter((line) => line.endsWith(`\t${made}`))).toHaveLength(1);
  expect(lines.filter((line) => line === app)).toHaveLength(1);
  expect(new Set(lines.filter((line) => line !== '')).size).toBe(lines.filter((line) => line !== '').length);
  expect(text(session, 'lb1', KEYS)).toBe(text(session, 'lb2', KEYS));
  undo();
  const after = text(session, 'lb1', HOSTS);
  expect(after).toContain(`${mine}1\n`);
  expect(after).toContain(`${mine}2\n`);
  expect(after).not.toContain(`\t${made}\n`);
});

test('nobody else’s file is written when nothing is news', () => {
  const { session, act } = open(starterDocument('pair'));
  const stat = () =>
    session.run.world.hosts().map(({ name, fs }) => [name, fs.stat(HOSTS, ROOT), fs.stat(KEYS, ROOT)]);
  session.advance(5_000_000);
  const before = stat();
  act({ do: 'move', hosts: [{ id: 'app1', x: 30, y: 300 }], zones: [] });
  act({ do: 'connect', from: 'lb1', to: 'app2', flow: 'ssh' });
  expect(stat()).toEqual(before);
  act({ do: 'place', entry: 'app', zone: 'app' });
  expect(stat()).not.toEqual(before);
});
