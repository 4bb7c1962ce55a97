import { expect, test } from 'vitest';
import { Wires } from '@/components/canvas/wire-views';
import { shareEqual } from '@/lib/client/share-equal';
import type { HostView, Topology } from '@/lib/session/messages';
import { emptyDocument } from '@/lib/session/sandbox/document';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { type BuildNode, buildNodes } from './flow-nodes';
import { movesOf } from './moves';

const host = (id: string, y: number): HostView => ({
  id,
  zone: 'app',
  kind: 'app',
  label: id,
  address: `10.0.2.${y}`,
  x: 20,
  y,
  description: '',
  interfaces: [],
});
const topology = (): Topology => ({
  zones: [
    { id: 'app', label: 'App', subnet: '10.0.2.0/24', tone: 'app', x: 0, y: 0, width: 400, height: 900 },
  ],
  hosts: [host('a', 50), host('b', 160), host('c', 270)],
  links: [
    { id: 'a-b', from: 'a', to: 'b', kind: 'traffic' },
    { id: 'b-c', from: 'b', to: 'c', kind: 'traffic' },
  ],
});
const view = (locked: string[] = []): SandboxView => {
  const { zones: _, hosts: __, ...empty } = emptyDocument();
  const part = {
    kind: 'app' as const,
    zone: 'app',
    description: '',
    interfaces: {},
    packages: [],
    enable: [],
    files: [],
    x: 0,
    y: 0,
  };
  return {
    ...empty,
    zones: {
      app: { label: 'App', subnet: '10.0.2.0/24', tone: 'app', x: 0, y: 0, width: 400, height: 900 },
    },
    hosts: Object.fromEntries(['a', 'b', 'c'].map((id) => [id, { ...part, locked: locked.includes(id) }])),
    links: [],
    undo: undefined,
    redo: undefined,
    packages: [],
  };
};
const built = (now: Topology, before: readonly BuildNode[] = [], selected: string[] = [], seen = view()) =>
  buildNodes(now, seen, before, { selected: new Set(selected), coarse: false });
/** Ids of the nodes that are other objects than before. */
const drawnAgain = (before: readonly BuildNode[], after: readonly BuildNode[]) =>
  after.filter((node) => !before.includes(node)).map(({ id }) => id);

test('only what changed is another node: a new machine, one that moved, was chosen or locked', () => {
  const known = topology();
  const before = built(known).map((node) => ({ ...node, measured: { width: 138, height: 80 } }));
  expect(built(shareEqual(known, topology()), before)).toBe(before);

  const placed = topology();
  placed.hosts.push(host('d', 380));
  expect(drawnAgain(before, built(shareEqual(known, placed), before))).toEqual(['d']);
  const moved = topology();
  moved.hosts[1] = { ...host('b', 160), x: 60 };
  const after = built(shareEqual(known, moved), before);
  expect(drawnAgain(before, after)).toEqual(['b']);
  expect(after.find(({ id }) => id === 'b')).toMatchObject({
    position: { x: 60, y: 160 },
    measured: { width: 138, height: 80 },
  });
  expect(drawnAgain(before, built(known, before, ['c']))).toEqual(['c']);
  expect(drawnAgain(built(known, before, ['c']), built(known, built(known, before, ['c'])))).toEqual(['c']);
  expect(drawnAgain(before, built(known, before, [], view(['a'])))).toEqual(['a']);
  const renamed = topology();
  renamed.hosts[0] = { ...host('a', 50), address: '10.0.2.99' };
  expect(drawnAgain(before, built(shareEqual(known, renamed), before))).toEqual(['a']);
  const fewer = topology();
  fewer.hosts.shift();
  const left = built(shareEqual(known, fewer), before);
  expect([left.map(({ id }) => id), drawnAgain(before, left)]).toEqual([['zone:app', 'b', 'c'], []]);
});

test('a card that somebody dragged and that may not stay goes back where it stood', () => {
  const known = topology();
  const before = built(known);
  const dragged = before.map(
    (node): BuildNode =>
      node.id === 'a' && node.type === 'host' ? { ...node, position: { x: 200, y: 500 } } : node,
  );
  expect(movesOf(dragged, known).hosts).toEqual([{ id: 'a', x: 200, y: 500 }]);
  expect(movesOf(built(known, dragged), known)).toEqual({ hosts: [], zones: [] });
});

test('only wires that look otherwise are other objects', () => {
  const wires = new Wires();
  const known = topology();
  const none = new Set<string>();
  const before = wires.of(known, none);
  expect(before).toMatchObject([
    { id: 'a-b', selected: false },
    { id: 'b-c', selected: false },
  ]);
  expect(wires.of(shareEqual(known, topology()), none)).toBe(before);
  const moved = topology();
  moved.hosts[2] = { ...host('c', 270), x: 200 };
  const after = wires.of(shareEqual(known, moved), none);
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
  const chosen = wires.of(shareEqual(known, moved), new Set(['a-b']));
  expect([chosen[0]?.selected, chosen[1] === after[1]]).toEqual([true, true]);
  const cut = topology();
  cut.links.shift();
  expect(wires.of(shareEqual(known, cut), none).map(({ id }) => id)).toEqual(['b-c']);
});
