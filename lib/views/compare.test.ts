import { expect, test } from 'vitest';
import type { BranchView, EventItem, HostStatus } from '../session/messages';
import { type Course, differencesOf, partedAt, partings } from './compare';

const SECOND = 1_000_000;
const branch = (id: number, parent: number, forkedAt: number): BranchView => ({
  id,
  name: `attempt ${id + 1}`,
  parent,
  forkedAt,
  head: 100,
});

test('two branches part where the earlier of their ways left the common one', () => {
  //  0 ──30── 1 ──50── 2      3 from 0 at 20
  const all = [branch(0, 0, 0), branch(1, 0, 30), branch(2, 1, 50), branch(3, 0, 20)];
  expect(partedAt(all, 1, 0)).toBe(30);
  expect(partedAt(all, 0, 2)).toBe(30);
  expect(partedAt(all, 2, 1)).toBe(50);
  expect(partedAt(all, 2, 3)).toBe(20);
  // One whose way is not known any more shares the beginning at least.
  expect(partedAt([branch(5, 4, 60), branch(0, 0, 0)], 5, 0)).toBe(0);
});

function event(at: number, text: string, seq = at): EventItem {
  return { seq, at, clock: at, source: 'lb1', type: 't', text, tone: 'neutral', cause: -1 };
}
function host(id: string, change: Partial<HostStatus> = {}): HostStatus {
  const status: HostStatus = {
    id,
    power: 'on',
    health: 'ok',
    services: [],
    cpu: 0,
    memory: 0,
    disk: 0,
    note: '',
    here: false,
  };
  return { ...status, ...change };
}
function course(change: Partial<Course> = {}): Course {
  return {
    time: { at: 20 * SECOND },
    points: [],
    service: undefined,
    addresses: [],
    hosts: {},
    topology: { hosts: [{ id: 'lb1', label: 'lb1' }] },
    objectives: [],
    events: [],
    ...change,
  };
}
const rowOf = (here: Course, there: Course, what: string) =>
  differencesOf(here, there, 10 * SECOND).find((row) => row.what === what);

test('requests are counted from where the two part to what both have reached', () => {
  const service = {
    availability: 1,
    target: undefined,
    p95Micros: 12_000,
    ratePerSecond: 1,
    total: 9,
    failed: 0,
    budget: undefined,
    points: [],
    lastFailure: undefined,
  };
  const here = course({
    service,
    points: [
      [9, 50, 50],
      [10, 5, 1],
      [19, 4, 0],
      [20, 9, 9],
    ],
  });
  const there = course({
    service,
    time: { at: 15 * SECOND },
    points: [
      [9, 50, 50],
      [10, 6, 0],
      [19, 7, 7],
    ],
  });
  // Second 19 lies beyond what the other has reached, second 9 is common.
  expect(rowOf(here, there, 'Answered since then')).toEqual({
    what: 'Answered since then',
    here: '5',
    there: '6',
    differs: true,
  });
  expect(rowOf(here, there, 'Failed since then')).toMatchObject({ here: '1', there: '0' });
  expect(rowOf(here, there, 'Seconds unanswered')).toMatchObject({ here: '4', there: '4' });
  expect(rowOf(here, there, 'Slowest of twenty')).toMatchObject({ here: '12 ms', differs: false });
});

test('holders are told always, hosts only where they differ', () => {
  const here = course({
    addresses: [{ address: '10.0.1.100', holders: ['lb1'] }],
    hosts: { lb1: host('lb1', { note: 'MASTER' }) },
  });
  const there = course({
    addresses: [{ address: '10.0.1.100', holders: [] }],
    hosts: { lb1: host('lb1', { power: 'off', health: 'off' }) },
  });
  expect(rowOf(here, there, 'Who holds 10.0.1.100')).toMatchObject({
    here: 'lb1',
    there: 'nobody',
    differs: true,
  });
  expect(rowOf(here, there, 'lb1')).toMatchObject({ here: 'well, MASTER', there: 'powered off' });
  expect(rowOf(here, here, 'lb1')).toBeUndefined();
  // A rate that moves is no difference of state.
  const busy = course({ hosts: { lb1: host('lb1', { note: '20 req/s' }) } });
  const calm = course({ hosts: { lb1: host('lb1', { note: '19 req/s' }) } });
  expect(rowOf(busy, calm, 'lb1')).toBeUndefined();
});

test('events that both have at the same moment are no parting; one that comes later says how much', () => {
  const here = course({
    events: [event(5, 'before'), event(11 * SECOND, 'same'), event(12 * SECOND, 'shifted')],
  });
  const there = course({
    events: [
      event(11 * SECOND, 'same'),
      event(14 * SECOND, 'shifted'),
      event(13 * SECOND, 'only there'),
      event(30 * SECOND, 'not yet'),
    ],
  });
  expect(partings(here, there, 10 * SECOND)).toMatchObject([
    { where: 'here', text: 'shifted', later: 2 * SECOND },
    { where: 'there', text: 'only there', later: undefined },
  ]);
  expect(partings(here, here, 10 * SECOND)).toEqual([]);
});
