import { describe, expect, test } from 'vitest';
import {
  bootScript,
  CASE_HOST,
  makeHost,
  ownerOf,
  planLab,
  quote,
  SCENARIO_HOST,
  tagOf,
  unplugHost,
} from './plan';

const plan = planLab('fl7-1', ['lan', 'wan'], { fw: { eth0: 'wan', eth1: 'lan' }, lb1: { eth0: 'lan' } });

describe('a lab of namespaces', () => {
  test('every cable has a port of its own, and a card keeps its address', () => {
    const cables = plan.hosts.flatMap((host) => host.cables);
    expect(cables.map(({ port, segment }) => `${port} ${segment.namespace}`)).toEqual([
      'p1 fl7-1-s1',
      'p2 fl7-1-s0',
      'p3 fl7-1-s0',
    ]);
    expect(new Set(cables.map(({ mac }) => mac)).size).toBe(3);
    expect(planLab('fl7-2', ['lan'], { fw: { eth0: 'lan' } }).hosts[0]?.cables[0]?.mac).toBe(cables[0]?.mac);
  });
  test('a segment that is not there', () => {
    expect(() => planLab('fl7-1', [], { a: { eth0: 'lan' } })).toThrow('a eth0: there is no segment "lan"');
  });
  test('without power the cables go before the namespace does', () => {
    const [fw] = plan.hosts;
    if (fw === undefined) throw new Error('no host');
    expect(makeHost(fw)).toContain('type veth peer name p1 netns fl7-1-s1');
    const text = unplugHost(fw);
    expect(text.indexOf('link del p2')).toBeLessThan(text.indexOf('netns del'));
  });
  test('names say whose they are', () => {
    expect(ownerOf(`${tagOf(4711, 2)}-h0`)).toBe(4711);
    expect(ownerOf('fl-something-else')).toBeUndefined();
    expect(ownerOf('tr12_3_lb1')).toBeUndefined();
  });
  test('a host may not touch the kernel of the machine', () => {
    for (const kind of [CASE_HOST, SCENARIO_HOST]) {
      const script = bootScript({ name: 'lb1', disk: '/d', kind, node: '/usr/bin/node', program: '/p' });
      expect(script).toContain('mount -o remount,bind,ro /proc/sys');
      expect(script.startsWith('set -e\n')).toBe(true);
    }
  });
  test('words for a shell', () => {
    expect([quote('eth0'), quote('a b'), quote("it's")]).toEqual(['eth0', "'a b'", "'it'\\''s'"]);
  });
});
