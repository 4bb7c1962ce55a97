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
  ['a path as a name', text({ scenario: { id: '../x', files: {} } }), /scenario\.id/],
  ['too large', ' '.repeat(33_000_000), /too large/],
])('%s is refused with a reason', (_, file, message) => {
  expect(readRunFile(file)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});
