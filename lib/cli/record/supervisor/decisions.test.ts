import { describe, expect, test } from 'vitest';
import {
  countStart,
  inOrder,
  isStartedAgain,
  NO_STARTS,
  restartAt,
  resultOf,
  type Starts,
} from './decisions';
import { readUnit } from './unit';

const HAPROXY = readUnit('haproxy.service', [
  '[Unit]\nDescription=HAProxy\nAfter=network-online.target\n[Service]\nType=notify\nExecStart=/usr/sbin/haproxy -Ws\nKillMode=mixed\nRestart=always\nSuccessExitStatus=143\n',
]);

describe('units', () => {
  test('what systemd takes when nothing is said', () => {
    expect(HAPROXY).toMatchObject({
      restartMs: 100,
      startLimitMs: 10_000,
      startLimitBurst: 5,
      type: 'notify',
    });
  });
  test('a drop-in stands above the file', () => {
    const patient = '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=500ms\n';
    const unit = readUnit('a.service', ['[Service]\nExecStart=/bin/a\nRestart=always\n', patient]);
    expect(unit).toMatchObject({ restart: 'always', restartMs: 500, startLimitMs: 0, type: 'simple' });
  });
  test('what is not played is named', () => {
    expect(readUnit('a.service', ['[Service]\nExecStart=/bin/a\nMemoryMax=1G\n']).notPlayed).toEqual([
      'MemoryMax',
    ]);
  });
});

describe('starts', () => {
  test('five in ten seconds, and no more', () => {
    let starts: Starts | undefined = NO_STARTS;
    const instants = [0, 300, 600, 900, 1200];
    for (const at of instants) starts = starts && countStart(HAPROXY, starts, at);
    expect(starts).toEqual({ since: 0, count: 5 });
    expect(starts && countStart(HAPROXY, starts, 1500)).toBeUndefined();
    expect(starts && countStart(HAPROXY, starts, 10_001)).toEqual({ since: 10_001, count: 1 });
  });
  test('an interval of 0 is no limit', () => {
    expect(countStart({ startLimitMs: 0, startLimitBurst: 5 }, { since: 0, count: 99 }, 1)).toBeDefined();
  });
  test('a restart waits for its time, and for the grid of timers', () => {
    for (const now of [0, 119, 120, 121, 5_000.5]) {
      const at = restartAt(now, 100);
      expect(at).toBeGreaterThanOrEqual(now + 100);
      expect(at).toBeLessThan(now + 100 + 250);
    }
  });
});

describe('ends', () => {
  test.each([
    [{ code: 0 }, 'success'],
    [{ code: 143 }, 'success'],
    [{ code: 1 }, 'exit-code'],
    [{ signal: 'SIGTERM' }, 'success'],
    [{ signal: 'SIGKILL' }, 'signal'],
  ] as const)('%o is %s', (ending, result) => expect(resultOf(HAPROXY, ending)).toBe(result));
  test('a daemon that ends well starts again only with always and on-success', () => {
    const again = (['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort'] as const).filter(
      (restart) => isStartedAgain({ restart }, 'success'),
    );
    expect(again).toEqual(['always', 'on-success']);
  });
});

test('nftables before all others, the rest as it asks', () => {
  const units = [
    readUnit('b.service', ['[Unit]\nAfter=c.service\n']),
    readUnit('c.service', ['']),
    readUnit('nftables.service', ['[Unit]\nBefore=network-pre.target\n']),
  ];
  expect(inOrder(units).map(({ name }) => name)).toEqual(['nftables.service', 'c.service', 'b.service']);
});
