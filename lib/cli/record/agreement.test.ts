import { expect, test } from 'vitest';
import { agreement, agreementText, asResult } from './agreement';
import { mergeRuns, type RunResult } from './merge';

const run = (value: unknown, elapsed = 0.1): RunResult => ({
  observations: [{ id: 'o', t: 1, what: 'tcp', host: 'client', value, elapsed }],
  states: {},
});

test('three witnesses, each pair on its own', () => {
  const runs = [run(['open'])];
  const real = mergeRuns(runs);
  const lines = agreement('lab-1', {
    recorded: mergeRuns([run(['refused'])]),
    real,
    runs,
    simulated: asResult(run(['open'])),
  });
  expect(lines).toEqual([
    { name: 'o', what: 'tcp', realAsRecorded: false, simulatedAsRecorded: false, simulatedAsReal: true },
  ]);
  expect(agreementText(lines)).toMatch(/agree +0 of 1 +0 of 1 +1 of 1$/);
});
test('a case that was never recorded', () => {
  const runs = [run(['open'])];
  const [line] = agreement('lab-1', {
    recorded: undefined,
    real: mergeRuns(runs),
    runs,
    simulated: asResult(run(['open'], 2)),
  });
  expect(line).toMatchObject({ realAsRecorded: undefined, simulatedAsReal: false });
});
test('when nginx said something is set aside, what it said is not', () => {
  const said = (day: number, pid: number, what: string): RunResult => ({
    observations: [
      {
        id: 'c:t',
        t: null,
        what: 't',
        host: undefined,
        value: [1, '', `2026/11/${day} 04:12:14 [emerg] ${pid}#${pid}: ${what}\n`],
      },
    ],
    states: {},
  });
  const compare = (a: RunResult, b: RunResult) =>
    agreement('nginx-1', {
      recorded: mergeRuns([a]),
      real: mergeRuns([b]),
      runs: [b],
      simulated: asResult(a),
    })[0];
  expect(compare(said(23, 36, 'x'), said(28, 215, 'x'))?.realAsRecorded).toBe(true);
  expect(compare(said(23, 36, 'x'), said(28, 215, 'y'))?.realAsRecorded).toBe(false);
});
