import { describe, expect, test } from 'vitest';
import { SECOND } from '../../std/instant';
import { chartOf, type Step } from '../adapter';
import type { Advertisement } from './advertisement';
import type { VrrpContext, VrrpSettings } from './instance';
import { type VrrpEvent, vrrpMachine } from './machine';
import { checkAdvertisement, type Expectation } from './receive';
import { masterDownInterval, skewTime } from './timers';

const chart = chartOf(vrrpMachine);

function settings(over: Partial<VrrpSettings> = {}): VrrpSettings {
  return {
    name: 'VI_1',
    version: 2,
    basePriority: 150,
    startsAsOwner: false,
    nopreempt: false,
    preemptDelay: 0,
    interval: SECOND,
    downAdverts: 3,
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: false,
    ...over,
  };
}

/** Plays events given as text lines and writes down what came out. */
function play(over: Partial<VrrpSettings>, events: readonly VrrpEvent[]): string[] {
  const out: string[] = [];
  let step: Step<VrrpContext> = chart.start(settings(over));
  for (const event of events) {
    step = chart.step(step.next, event);
    const did = step.actions.map((action) => {
      const params = action.params as { text?: string; priority?: number; state?: string } | undefined;
      switch (action.type) {
        case 'log':
          return params?.text === '' ? '' : `"${params?.text}"`;
        case 'sendAdvertisement':
          return `send ${params?.priority}`;
        case 'notify':
          return `notify ${params?.state}`;
        case 'record':
          return '';
        default:
          return action.type;
      }
    });
    const timers = step.timers.map((timer) => (timer.kind === 'arm' ? `in ${timer.delay}` : 'no timer'));
    out.push(
      `${event.now} ${event.type}: ${[String(step.next.value), ...did, ...timers].filter((part) => part !== '').join('; ')}`,
    );
  }
  return out;
}

const start = (now = 0): VrrpEvent => ({
  type: 'start',
  now,
  ready: true,
  waits: false,
  heldBack: false,
  notBefore: 0,
});
const heard = (
  now: number,
  priority: number,
  sender: 'lower' | 'higher' = 'higher',
  interval = SECOND,
): VrrpEvent => ({
  type: 'advertisement',
  now,
  priority,
  sender,
  from: '10.0.1.12',
  interval,
});
const timer = (now: number, groupAllows = true): VrrpEvent => ({ type: 'timer', now, groupAllows });

describe('intervals (RFC 3768 §6.1, RFC 9568 §6.1)', () => {
  const pace = { version: 2, priority: 100, masterInterval: SECOND, downAdverts: 3 } as const;
  test('version 2 skews in plain seconds, version 3 in intervals', () => {
    expect(skewTime(pace)).toBe(609_375);
    expect(masterDownInterval({ ...pace, priority: 150 })).toBe(3_414_062);
    expect(masterDownInterval({ ...pace, masterInterval: 2 * SECOND, priority: 150 })).toBe(6_414_062);
    expect(masterDownInterval({ ...pace, version: 3, masterInterval: 3 * SECOND })).toBe(10_828_125);
    expect(masterDownInterval({ ...pace, version: 3, masterInterval: 200_000, priority: 150 })).toBe(682_812);
    expect(masterDownInterval({ ...pace, priority: 254 })).toBe(3_007_812);
  });
});

describe('the chart', () => {
  test('waits, speaks, takes the addresses', () => {
    expect(play({}, [start(), timer(3_414_062), timer(4_414_062)])).toEqual([
      '0 start: backup; "(VI_1) Entering BACKUP STATE (init)"; notify BACKUP; in 3414062',
      '3414062 timer: master; "(VI_1) Receive advertisement timeout"; send 150; "(VI_1) Entering MASTER STATE"; takeAddresses; notify MASTER; in 1000000',
      '4414062 timer: master; send 150; refresh; in 1000000',
    ]);
  });

  test('an owner does not wait', () => {
    expect(play({ basePriority: 255, startsAsOwner: true }, [start()])).toEqual(['0 start: backup; in 1']);
  });

  test('a lower priority is discarded and the timer runs on', () => {
    expect(play({}, [start(), heard(1_000_000, 100)])[1]).toBe(
      '1000000 advertisement: backup; "(VI_1) received lower priority (100) advert from 10.0.1.12 - discarding"',
    );
  });

  test('nopreempt accepts a lower priority', () => {
    expect(play({ nopreempt: true }, [start(), heard(1_000_000, 100)])[1]).toBe(
      '1000000 advertisement: backup; in 3414062',
    );
  });

  test('a goodbye leaves the skew time only', () => {
    expect(play({ basePriority: 100 }, [start(), heard(1_000_000, 0)])[1]).toBe(
      '1000000 advertisement: backup; "(VI_1) Backup received priority 0 advertisement"; in 609375',
    );
  });

  test('a master yields to a higher priority, and to a higher address at the same one', () => {
    const lost = '3500000 advertisement: backup; "(VI_1) Master received advert from 10.0.1.12 with ';
    const rest = '"; "(VI_1) Entering BACKUP STATE"; releaseAddresses; notify BACKUP; in 3414062';
    expect(play({}, [start(), timer(3_414_062), heard(3_500_000, 200)])[2]).toBe(
      `${lost}higher priority 200, ours 150${rest}`,
    );
    expect(play({}, [start(), timer(3_414_062), heard(3_500_000, 150)])[2]).toBe(
      `${lost}same priority 150 but higher IP address than ours${rest}`,
    );
  });

  test('a master answers a lower claim and announces again', () => {
    expect(play({}, [start(), timer(3_414_062), heard(3_500_000, 100)])[2]).toBe(
      '3500000 advertisement: master; "(VI_1) Received advert from 10.0.1.12 with lower priority 100, ours 150, forcing new election"; send 150; announceAgain; in 1000000',
    );
  });

  test('a fault says goodbye twice and comes back with the whole wait', () => {
    expect(
      play({}, [
        start(),
        timer(3_414_062),
        { type: 'fault', now: 4_000_000 },
        { type: 'up', now: 6_000_000, groupAllows: true },
      ]).slice(2),
    ).toEqual([
      '4000000 fault: fault; "(VI_1) Entering FAULT STATE"; send 0; send 0; "(VI_1) sent 0 priority"; releaseAddresses; notify FAULT; no timer',
      '6000000 up: backup; "(VI_1) Entering BACKUP STATE"; notify BACKUP; in 3414062',
    ]);
  });

  test('a changed priority moves the running timer by the difference', () => {
    expect(play({}, [start(), { type: 'priority', now: 1_000_000, total: 90 }])[1]).toBe(
      '1000000 priority: backup; "(VI_1) Changing effective priority from 150 to 90"; in 2648437',
    );
  });

  test('preempt_delay counts from the first lower advertisement', () => {
    expect(
      play({ preemptDelay: 5 * SECOND }, [
        start(),
        heard(600_000, 100),
        heard(1_600_000, 100),
        heard(5_700_000, 100),
      ]).slice(1),
    ).toEqual([
      '600000 advertisement: backup; "(VI_1) start preempt delay (5.000000)"; in 3414062',
      '1600000 advertisement: backup; in 3414062',
      '5700000 advertisement: backup; "(VI_1) received lower priority (100) advert from 10.0.1.12 - discarding"',
    ]);
  });

  test('version 3 adopts the master interval', () => {
    expect(
      play({ version: 3, basePriority: 100, interval: 3 * SECOND }, [start(), heard(1_000_000, 150)])[1],
    ).toBe(
      '1000000 advertisement: backup; "(VI_1) advertisement interval updated from 3000ms to 1000ms by master"; in 3609375',
    );
  });

  test('a sync group that is not ready keeps it waiting', () => {
    expect(play({}, [start(), timer(3_414_062, false)])[1]).toBe(
      '3414062 timer: backup; "(VI_1) Receive advertisement timeout"; in 3414062',
    );
  });

  test('an address taken away by hand is won back after the skew', () => {
    expect(play({}, [start(), timer(3_414_062), { type: 'addressLost', now: 9_000_000 }])[2]).toBe(
      '9000000 addressLost: backup; "(VI_1) Entering BACKUP STATE"; send 0; "(VI_1) sent 0 priority"; releaseAddresses; notify BACKUP; in 414062',
    );
  });

  test('is drawn with its states in life order', () => {
    expect(chart.shape.states).toEqual(['init', 'backup', 'master', 'fault', 'stopped']);
    expect(chart.shape.transitions.map(({ from, to }) => `${from}>${to}`)).toContain('fault>backup');
  });

  test('a received advertisement is cheap', () => {
    let { next } = chart.step(chart.start(settings()).next, start());
    const begin = performance.now();
    for (let i = 1; i <= 20_000; i++) next = chart.step(next, heard(i, 200)).next;
    expect(((performance.now() - begin) * 1000) / 20_000).toBeLessThan(60);
  });
});

describe('checks on reception', () => {
  const mine: Expectation = {
    name: 'VI_1',
    version: 2,
    vrid: 51,
    authType: 1,
    authData: 'secret',
    interval: SECOND,
    addresses: [0x0a000164],
    isUnicast: false,
    checksUnicastSource: false,
    peers: [],
  };
  const packet: Advertisement = {
    kind: 'vrrp',
    version: 2,
    vrid: 51,
    priority: 100,
    authType: 1,
    authData: 'secret',
    interval: 1,
    addresses: [0x0a000164],
  };
  const check = (
    over: Partial<Advertisement>,
    arrival: { ttl?: number; isMulticast?: boolean } = {},
  ): string | undefined =>
    checkAdvertisement(
      mine,
      { ...packet, ...over },
      { source: 0x0a00010c, isMulticast: true, ttl: 255, ...arrival },
      { checksAddresses: true },
    )?.text;

  test('a good one passes', () => expect(check({})).toBeUndefined());
  test.each([
    [check({ version: 3, authType: 0 }), '(VI_1) wrong version. Received 3 and expect 2'],
    [check({}, { ttl: 254 }), '(VI_1) invalid TTL/HL. Received 254 and expect 255'],
    [check({ authData: 'other' }), '(VI_1) received an invalid passwd!'],
    [check({ authType: 0, authData: '' }), '(VI_1) received a 0 auth, expecting 1!'],
    [check({ interval: 3 }), "(VI_1) advertisement interval mismatch mine=1 sec rcv'd=3 sec"],
    [check({ addresses: [1, 2] }), '(VI_1) received an unexpected ip number count 2, expected 1!'],
    [
      check({ addresses: [0x0a000165] }),
      '(VI_1) ip address associated with VRID 51 not present in MASTER advert: 10.0.1.100',
    ],
    [check({}, { isMulticast: false }), '(VI_1) Expected multicast packet but received unicast packet'],
    [check({ interval: 3, authData: 'other' }), '(VI_1) received an invalid passwd!'],
  ])('says %s', (said, expected) => expect(said).toBe(expected));
});
