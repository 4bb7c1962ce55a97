import { expect, test } from 'vitest';
import type { SavedRun } from './messages';
import { readRunFile, writeRunFile } from './run-file';

const RUN: SavedRun = {
  format: 'faultline-run',
  version: 1,
  engine: '1',
  scenario: { id: 'standby', files: { 'scenario.yaml': 'format: 1' } },
  seed: 7,
  inputs: [{ at: 3, input: { kind: 'hint' } }],
  at: 9,
  savedAt: '2026-11-24T10:20:30.000Z',
  title: 'Standby',
  hash: 'h',
};
const text = (change: Record<string, unknown> = {}) => JSON.stringify({ ...RUN, ...change });

test('what is written is read again', () => {
  const { name, text: written } = writeRunFile(RUN);
  expect(name).toBe('standby-202611241020.faultline-run.json');
  expect(readRunFile(written)).toEqual({ ok: true, run: RUN });
});

test.each([
  ['cut off', text().slice(0, -20), /damaged/],
  ['empty', '', /damaged/],
  ['something else', '{"name":"x"}', /not a Faultline run/],
  ['a list', '[]', /not a Faultline run/],
  ['another version', text({ version: 2 }), /version 2/],
  ['edited by hand', text({ inputs: [{ at: -1, input: { kind: 'hint' } }] }), /inputs\.0\.at/],
  [
    'inputs out of order',
    text({ inputs: [8, 3].map((at) => ({ at, input: { kind: 'hint' } })) }),
    /input 2 lies before/,
  ],
  ['a moment in a thousand years', text({ at: 4e15 }), /no.* moment|moment/],
  ['half a seed', text({ seed: 0.5 }), /seed/],
  [
    'a kind of a later version',
    text({ inputs: [{ at: 1, input: { kind: 'dance' } }] }),
    /does not know: “dance”/,
  ],
  [
    'a kind that every object has',
    text({ inputs: [{ at: 1, input: { kind: 'constructor' } }] }),
    /does not know/,
  ],
  [
    'a line without a text',
    text({ inputs: [{ at: 1, input: { kind: 'line', terminal: 't1' } }] }),
    /input 1 \(line\).*“text”/,
  ],
  [
    'a size of nothing',
    text({ inputs: [{ at: 1, input: { kind: 'size', terminal: 't1', columns: -1, rows: 2 } }] }),
    /“columns”/,
  ],
  ['a path as a name', text({ scenario: { id: '../x', files: {} } }), /scenario\.id/],
  ['too large', ' '.repeat(33_000_000), /too large/],
])('%s is refused with a reason', (_, file, message) => {
  expect(readRunFile(file)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});
