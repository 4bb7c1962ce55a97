import { describe, expect, test } from 'vitest';
import { mergeRuns, type RunObservation, type RunResult } from './merge';

function run(observation: Partial<RunObservation>, states: RunResult['states'] = {}): RunResult {
  return {
    observations: [{ id: 'o', t: 1, what: 'http', host: 'client', value: null, ...observation }],
    states,
  };
}

describe('runs become one expectation', () => {
  test('the same value in each: one value, and all times', () => {
    const runs = [0.1, 0.3].map((elapsed) => run({ value: [200, null, 'app1'], elapsed }));
    expect(mergeRuns(runs).observations.o).toEqual({
      t: 1,
      what: 'http',
      host: 'client',
      stable: true,
      value: [200, null, 'app1'],
      elapsed: [0.1, 0.3],
    });
  });
  test('different values: all of them', () => {
    const merged = mergeRuns([run({ value: ['app1'] }), run({ value: ['app2'] })]).observations.o;
    expect(merged).toMatchObject({ stable: false, values: [['app1'], ['app2']] });
    expect(merged).not.toHaveProperty('value');
  });
  test('process ids in what was printed make no difference, the exit code does', () => {
    const printed = (pid: number, code = 0) => run({ what: 'exec', value: [code, `worker ${pid}\n`, ''] });
    expect(mergeRuns([printed(101), printed(2345)]).observations.o?.stable).toBe(true);
    expect(mergeRuns([printed(101), printed(101, 1)]).observations.o?.stable).toBe(false);
  });
  test('one that a run lacks is not stable', () => {
    const empty: RunResult = { observations: [], states: {} };
    expect(mergeRuns([run({ value: ['open'] }), empty]).observations.o?.stable).toBe(false);
  });
  test('checks come last, the rest by time', () => {
    const seen = (id: string, t: number | null) => ({
      id,
      t,
      what: 'exec',
      host: undefined,
      value: [0, '', ''],
    });
    const runs = [{ observations: [seen('c:a', null), seen('late', 9), seen('early', 1)], states: {} }];
    expect(Object.keys(mergeRuns(runs).observations)).toEqual(['early', 'late', 'c:a']);
  });
  test('states: the order once, the times of each run', () => {
    const runs = [0.1, 0.2].map((late) =>
      run(
        {},
        {
          lb1: [
            [late, 'VI', 'BACKUP'],
            [3 + late, 'VI', 'MASTER'],
          ],
        },
      ),
    );
    expect(mergeRuns(runs).keepalived_states).toEqual({
      lb1: {
        stable: true,
        states: [
          ['VI', 'BACKUP'],
          ['VI', 'MASTER'],
        ],
        times: [
          [0.1, 3.1],
          [0.2, 3.2],
        ],
      },
    });
  });
});
