import { describe, expect, it } from 'vitest';
import type { ChartSnapshot } from '../adapter';
import { afterFailure, afterSuccess, firstChecks, type HealthSettings, interval, progress } from './counter';
import { type HealthContext, healthChart, type HealthEvent } from './machine';

const SECOND = 1_000_000;
const settings: HealthSettings = {
  rise: 2,
  fall: 3,
  inter: 2 * SECOND,
  fastinter: SECOND / 2,
  downinter: 5 * SECOND,
  connectTimeout: 2 * SECOND,
  readTimeout: undefined,
  spreadPercent: 0,
};

/** Plays events; says after each: state, counter, what was asked for. */
function check(script: string, expected: string, changed: Partial<HealthSettings> = {}): void {
  const own = { ...settings, ...changed };
  let { next }: { next: ChartSnapshot<HealthContext> } = healthChart.start({ settings: own });
  let now = 0;
  const lines = script
    .trim()
    .split(/\s+/)
    .map((word) => {
      now += SECOND;
      const step = healthChart.step(next, eventOf(word, now));
      next = step.next;
      const said = [
        ...step.actions.map((action) => action.type),
        ...step.timers.map((timer) =>
          timer.kind === 'arm' ? `${timer.id}+${timer.delay / SECOND}` : `-${timer.id}`,
        ),
      ];
      return `${word}: ${String(next.value)} ${progress(next.context.health, own)} ${said.join(' ')}`.trim();
    });
  expect(lines.join('\n')).toBe(expected.trim().replace(/^ +/gm, ''));
}
function eventOf(word: string, now: number): HealthEvent {
  const [type = '', how = ''] = word.split('=');
  switch (type) {
    case 'begin':
      return { type, now, delay: 0 };
    case 'passed':
    case 'failed':
      return { type, now, draw: 0 };
    case 'observed':
      return { type, how: how as 'mark-down' };
    case 'hurry':
      return { type, now, delay: SECOND / 2 };
    case 'resume':
      return { type, now };
    case 'force':
      return { type, health: how as 'up' };
    default:
      return { type } as HealthEvent;
  }
}

describe('health of a server', () => {
  it('one failure at the start is enough, then fall in a row', () => {
    check(
      'begin due failed passed passed failed failed passed failed failed failed',
      `
      begin: goingDown 1/3 next+0
      due: goingDown 1/3 startCheck timeout+2
      failed: down 0/2 unhealthy -timeout next+5
      passed: goingUp 1/2 -timeout next+0.5
      passed: up 3/3 healthy -timeout next+2
      failed: goingDown 2/3 -timeout next+0.5
      failed: goingDown 1/3 -timeout next+0.5
      passed: up 3/3 healthy -timeout next+2
      failed: goingDown 2/3 -timeout next+0.5
      failed: goingDown 1/3 -timeout next+0.5
      failed: down 0/2 unhealthy -timeout next+5`,
    );
  });
  it('a failure while rising empties the counter', () => {
    check(
      'failed passed failed',
      `
      failed: down 0/4 unhealthy -timeout next+5
      passed: goingUp 1/4 -timeout next+0.5
      failed: down 0/4 unhealthy -timeout next+5`,
      { rise: 4 },
    );
  });
  it('without timeout check one deadline covers the whole check', () => {
    check(
      'due connected expired',
      `
      due: goingDown 1/3 startCheck timeout+2
      connected: goingDown 1/3
      expired: goingDown 1/3 giveUp`,
    );
  });
  it('with timeout check the deadline is set anew once connected', () => {
    check(
      'due connected',
      `
      due: goingDown 1/3 startCheck timeout+2
      connected: goingDown 1/3 timeout+0.25`,
      { readTimeout: SECOND / 4 },
    );
  });
  it('live traffic can take a server down', () => {
    check(
      'passed observed=fail-check observed=sudden-death observed=mark-down',
      `
      passed: up 3/3 healthy -timeout next+2
      observed=fail-check: goingDown 2/3
      observed=sudden-death: goingDown 1/3
      observed=mark-down: down 0/2 unhealthy`,
    );
  });
  it('hurry moves a check forward, never back', () => {
    check(
      'passed hurry hurry',
      `
      passed: up 3/3 healthy -timeout next+2
      hurry: up 3/3 next+0.5
      hurry: up 3/3`,
    );
  });
  it('maintenance stops checking, and afterwards the old rhythm goes on', () => {
    check(
      'begin due pause due failed resume',
      `
      begin: goingDown 1/3 next+0
      due: goingDown 1/3 startCheck timeout+2
      pause: maintenance 0/2 abandon -next -timeout
      due: maintenance 0/2
      failed: maintenance 0/2
      resume: goingDown 1/3 next+1`,
    );
  });
  it('fall 1 knows nothing between up and down', () => {
    check(
      'begin passed failed',
      `
      begin: up 1/1 next+0
      passed: up 1/1 healthy -timeout next+2
      failed: down 0/2 unhealthy -timeout next+5`,
      { fall: 1 },
    );
  });
  it('an administrator may force either', () => {
    check(
      'force=down force=up',
      `
      force=down: down 0/2
      force=up: goingDown 1/3`,
    );
  });
  it('the counter never leaves its range', () => {
    for (const rise of [1, 2, 5])
      for (const fall of [1, 3]) {
        const own = { ...settings, rise, fall };
        for (let health = 0; health < rise + fall; health++) {
          for (const next of [afterSuccess(health, own), afterFailure(health, own)]) {
            expect(next).toBeGreaterThanOrEqual(0);
            expect(next).toBeLessThanOrEqual(rise + fall - 1);
          }
        }
      }
  });
  it('fastinter counts in transition only', () => {
    expect([4, 3, 2, 1, 0].map((health) => interval(health, settings) / SECOND)).toEqual([
      2, 0.5, 0.5, 0.5, 5,
    ]);
  });
  it('first checks are spread over the shortest interval', () => {
    const plain = { ...settings, fastinter: undefined, inter: SECOND };
    expect(firstChecks([plain, plain, plain, plain], undefined)).toEqual([0, 250_000, 500_000, 750_000]);
    expect(firstChecks([plain, plain], 100_000)).toEqual([0, 50_000]);
  });
});
