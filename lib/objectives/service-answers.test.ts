import { expect, test } from 'vitest';
import type { Micros } from '../std/instant';
import { SECOND } from '../std/instant';
import type { World } from '../world/world.contract';
import type { Judgement, Observations } from './definition';
import { serviceAnswers } from './service-answers';

const values = { from: 'shoppers', for: 30 * SECOND, 'once-broken': true };

/** One request a second up to `end` seconds; those in `failing` fail. What the objective says then. */
function judge(end: number, failing: (second: number) => boolean, silence = 0): Judgement {
  const state = serviceAnswers.start(values);
  let judgement: Judgement | undefined;
  const seen = (now: Micros): Observations => ({
    world: undefined as unknown as World,
    now,
    events: new Map(),
    totals: new Map(),
    met: new Map(),
    alerts: new Map(),
  });
  for (let second = 0; second <= end; second++) {
    const at = second * SECOND;
    const ok = !failing(second);
    serviceAnswers.request?.(
      state,
      { at, from: 'shoppers', ok, status: ok ? 200 : 503, error: '', micros: 1000, seq: second },
      values,
      seen(at),
    );
    judgement = serviceAnswers.sample(state, values, seen(at + silence * SECOND));
  }
  if (judgement === undefined) throw new Error('no request was made');
  return judgement;
}

test('once broken, it counts from the repair', () => {
  const breaks = (second: number): boolean => second >= 10 && second < 20;
  expect(judge(9, breaks)).toMatchObject({ state: 'waiting', measured: 'nothing has failed yet' });
  expect(judge(15, breaks)).toMatchObject({ state: 'waiting', measured: 'requests fail' });
  expect(judge(40, breaks).state).toBe('measuring');
  expect(judge(50, breaks).state).toBe('met');
});

test('who repairs it before it breaks has prevented it, after three minutes without a failure', () => {
  expect(judge(179, () => false).state).toBe('waiting');
  expect(judge(180, () => false)).toMatchObject({ state: 'met', measured: 'nothing failed' });
  // One failure, and prevention is out of the question.
  expect(judge(200, (second) => second === 175).state).toBe('measuring');
  // Nobody asks any more: nothing is known.
  expect(judge(180, () => false, 10).state).toBe('waiting');
});
