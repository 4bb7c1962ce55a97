import { describe, expect, test } from 'vitest';
import type { EventItem, Frame, HostStatus } from '../session/messages';
import { appendBySeq, EMPTY_RUN, foldFrame, mergeById } from './run-state';

const frame = (more: Partial<Frame>): Frame => ({
  at: 0,
  clock: 0,
  speed: 1,
  playing: true,
  head: 0,
  lookingBack: false,
  branch: 0,
  rate: 1,
  phase: 'running',
  ...more,
});
const event = (seq: number, at = seq): EventItem => ({
  seq,
  at,
  clock: at,
  source: 's',
  type: 't',
  text: `e${seq}`,
  tone: 'neutral',
  cause: 0,
});
const status = (id: string, cpu: number): HostStatus => ({
  id,
  power: 'on',
  health: 'ok',
  services: [],
  cpu,
  memory: 0,
  disk: 0,
  note: '',
  here: false,
});
const seqs = (items: readonly { seq: number }[]) => items.map(({ seq }) => seq).join(' ');

test('what a frame does not mention keeps its identity', () => {
  const one = foldFrame(
    EMPTY_RUN,
    frame({ hosts: [status('a', 0.1), status('b', 0.2)], addresses: [{ address: 'x', holders: ['a'] }] }),
  );
  const two = foldFrame(
    one,
    frame({
      at: 1,
      hosts: [status('a', 0.5), status('b', 0.2)],
      addresses: [{ address: 'x', holders: ['a'] }],
    }),
  );
  expect(two.hosts['b']).toBe(one.hosts['b']);
  expect(two.hosts['a']).not.toBe(one.hosts['a']);
  expect(two.addresses).toBe(one.addresses);
  expect(two.events).toBe(one.events);
  expect(mergeById(two.hosts, [status('b', 0.2)])).toBe(two.hosts);
});

describe('events are known by seq', () => {
  test('new ones are appended', () =>
    expect(seqs(appendBySeq([event(1)], [event(2), event(3)], 10))).toBe('1 2 3'));
  test('repeated ones replace', () =>
    expect(seqs(appendBySeq([event(1), event(2), event(3)], [event(2)], 10))).toBe('1 2'));
  test('the oldest go when there are too many', () =>
    expect(seqs(appendBySeq([event(1), event(2)], [event(3)], 2))).toBe('2 3'));
});

test('another branch forgets what came after the fork', () => {
  const one = foldFrame(EMPTY_RUN, frame({ at: 9, head: 9, events: [event(1), event(5), event(9)] }));
  const two = foldFrame(one, frame({ at: 5, head: 5, branch: 1 }));
  expect(seqs(two.events)).toBe('1 5');
});

test('looking back forgets nothing', () => {
  const one = foldFrame(EMPTY_RUN, frame({ at: 9, head: 9, events: [event(1), event(9)] }));
  expect(seqs(foldFrame(one, frame({ at: 2, head: 9, lookingBack: true })).events)).toBe('1 9');
});

test('log lines: all of them replace, later ones are appended', () => {
  const line = (seq: number) => ({ seq, clock: 0, host: 'a', unit: 'u', priority: 'info', text: '' });
  const one = foldFrame(EMPTY_RUN, frame({ logs: [line(1), line(2)] }));
  expect(seqs(foldFrame(one, frame({ logs: [line(3)] })).logs)).toBe('1 2 3');
  expect(seqs(foldFrame(one, frame({ logs: [line(1), line(2), line(3)] })).logs)).toBe('1 2 3');
  expect(seqs(foldFrame(one, frame({ logs: [] })).logs)).toBe('');
});

test('points of the service are joined by second', () => {
  const service = (points: [number, number, number][]) => ({
    availability: 1,
    target: undefined,
    p95Micros: 0,
    ratePerSecond: 0,
    total: 0,
    failed: 0,
    budget: undefined,
    points,
    lastFailure: undefined,
  });
  const one = foldFrame(
    EMPTY_RUN,
    frame({
      service: service([
        [0, 1, 0],
        [1, 1, 0],
      ]),
    }),
  );
  expect(
    foldFrame(
      one,
      frame({
        service: service([
          [1, 2, 0],
          [2, 1, 0],
        ]),
      }),
    ).points,
  ).toEqual([
    [0, 1, 0],
    [1, 2, 0],
    [2, 1, 0],
  ]);
});

test('terminals are listed with their present title', () => {
  const output = {
    id: 't',
    title: 'bastion',
    host: 'bastion',
    text: '',
    reset: false,
    awaiting: true,
    prompt: '',
    echo: true,
    closed: false,
  };
  const one = foldFrame(EMPTY_RUN, frame({ terminals: [output] }));
  const two = foldFrame(one, frame({ terminals: [{ ...output, title: 'lb2' }] }));
  expect(two.terminals).toEqual([{ id: 't', host: 'bastion', title: 'lb2', closed: false }]);
});
