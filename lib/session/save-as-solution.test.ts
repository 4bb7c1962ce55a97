import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { skeleton } from '../cli/skeleton';
import { loadScenario } from '../scenario/load';
import { SECOND } from '../std/instant';
import { makeRun } from './make-run';
import { Player } from './play';
import { solutionText, stepsOf } from './save-as-solution';

test('lines, pauses, files and keys become steps; hints and windows do not', () => {
  const steps = stepsOf([
    { at: 0, input: { kind: 'terminal-open', terminal: 't1', host: 'desk', user: 'student' } },
    { at: 60 * SECOND, input: { kind: 'line', terminal: 't1', text: 'ssh web' } },
    { at: 62 * SECOND, input: { kind: 'line', terminal: 't1', text: 'passwd' } },
    { at: 62 * SECOND + 10, input: { kind: 'line', terminal: 't1', text: 'secret' } },
    { at: 70 * SECOND, input: { kind: 'hint' } },
    { at: 75 * SECOND, input: { kind: 'save', host: 'web', path: '/etc/x', text: 'a\nb\n', uid: 0, gid: 0 } },
    { at: 76 * SECOND, input: { kind: 'key', terminal: 't2', key: 'interrupt' } },
  ]);
  expect(steps).toEqual([
    { wait: '1m' },
    { run: 'ssh web' },
    { run: 'passwd' },
    { type: 'secret' },
    { wait: '13s' },
    { save: '/etc/x', on: 'web', text: 'a\nb\n' },
    { key: 'interrupt', terminal: 't2' },
  ]);
  const [written] = parse(solutionText(steps, { id: 'a', title: 'A: b' })) as unknown as { steps: unknown }[];
  expect(written).toEqual({ id: 'a', title: 'A: b', steps });
});

test('a run that was won is won again by the steps that were saved', () => {
  const files = skeleton('played', 'x');
  const play = (): Player => {
    const made = makeRun({ id: 'played', files }, { seed: 1, traces: false });
    if (!made.ok) throw new Error('well formed');
    return new Player(made.run);
  };
  const first = play();
  first.wait(60 * SECOND);
  first.type('ssh web');
  first.type('sudo systemctl enable --now shop; echo "it: $?"');
  expect(first.finish().won).toBe(true);
  const { run } = first;
  const text = solutionText(
    stepsOf(run.timeline.inputs.map(({ at, input }) => ({ at: at - run.origin, input }))),
    { id: 'by-hand', title: 'By hand' },
  );
  const yaml = (files['scenario.yaml'] ?? '').replace('solutions:\n', `solutions:\n${text}`);
  const { scenario, problems } = loadScenario({ ...files, 'scenario.yaml': yaml });
  expect(problems).toEqual([]);
  const steps = scenario?.solutions[0]?.steps ?? [];
  expect(play().play(steps)).toMatchObject({ won: true, trouble: [] });
}, 60_000);
