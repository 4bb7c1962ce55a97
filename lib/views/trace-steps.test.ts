import { expect, test } from 'vitest';
import type { TraceView } from '../session/messages';
import { changesText, fieldRows, shownStep } from './trace-steps';

const hop = (
  outcome: 'ok' | 'bad',
  packet?: TraceView['hops'][number]['packet'],
): TraceView['hops'][number] => ({
  at: 0,
  after: 0,
  host: 'fw',
  what: 'route',
  text: '',
  verdict: '',
  outcome,
  ...(packet === undefined ? {} : { packet }),
});

test('without a choice the step that went wrong is shown, else the first; a choice stays within the trace', () => {
  expect(shownStep({ hops: [hop('ok'), hop('bad'), hop('bad')] }, undefined)).toBe(1);
  expect(shownStep({ hops: [hop('ok'), hop('ok')] }, undefined)).toBe(0);
  expect(shownStep({ hops: [hop('ok'), hop('ok')] }, 7)).toBe(1);
  expect(shownStep({ hops: [] }, 3)).toBe(0);
});

test('what a step changed is marked and can be said', () => {
  const rows = fieldRows(
    hop('ok', [
      { name: 'TTL', before: '64', after: '63' },
      { name: 'source', before: '10.0.0.1', after: '10.0.0.1' },
    ]),
  );
  expect(rows.map(({ changed }) => changed)).toEqual([true, false]);
  expect(changesText(rows)).toBe('TTL 64 to 63');
  expect(changesText(rows.slice(1))).toBe('nothing of the packet changes');
  expect(changesText(fieldRows(hop('ok')))).toBe('a program holds the request');
});
