import { expect, test } from 'vitest';
import type { ScenarioStep } from '../../scenario/schema';
import { Player } from '../../session/play';
import { skeleton } from '../skeleton';
import { Stage } from './stage';
import type { Job } from './jobs';
import { JobQueue } from './workers';

function stage(): Stage {
  const made = Stage.open({ id: 'proof', files: skeleton('proof', 'x') }, 1);
  if (Array.isArray(made)) throw new Error(made.join('; '));
  return made;
}
/** How it ends when it is played alone, from the beginning. */
function alone(steps: readonly ScenarioStep[]): string {
  const { run } = stage();
  new Player(run).play(steps);
  return run.kernel.journal.hash();
}
const step = (fields: Partial<ScenarioStep>): ScenarioStep => ({ optional: false, ...fields });

test('a play that goes on from where another one parted ends as if it had been played alone', () => {
  const wait = step({ wait: '40s' });
  const look = step({ on: 'web', run: 'systemctl status shop' });
  const start = step({ on: 'web', run: 'sudo systemctl start shop' });
  const enable = step({ on: 'web', run: 'sudo systemctl enable shop' });
  const all = [
    [wait, look, start, enable],
    [wait, look, start],
    [wait, look, enable],
    [step({ wait: '70s' }), start, enable],
  ];
  const { plays } = stage();
  plays.expect(all);
  const { journal } = plays.run.kernel;
  plays.nothing();
  expect(journal.hash()).toBe(alone([]));
  const played = all.map((steps) => {
    const end = plays.play(steps);
    expect(journal.hash()).toBe(alone(steps));
    return end;
  });
  expect(played.map(({ won }) => won)).toEqual([true, false, false, true]);
  expect(played[1]?.open).toMatch(/^survives-reboot \(/);
  // The same steps are not played again.
  expect(plays.play(all[1] ?? [])).toBe(played[1]);
}, 120_000);

test('a worker stays with its scenario, then takes one that nobody has, then helps where most is left', () => {
  const job = (folder: string, seed: number): Job => ({ folder, seed, isFull: false, leaveOut: false });
  const queue = new JobQueue(['a', 'b', 'c'].flatMap((folder) => [1, 2, 3].map((seed) => job(folder, seed))));
  const take = (last: string | undefined): string => {
    const next = queue.next(last);
    return next === undefined ? 'none' : `${next.folder}${next.seed}`;
  };
  expect([take(undefined), take(undefined), take('a'), take('a'), take('a')]).toEqual([
    'a1',
    'b1',
    'a2',
    'a3',
    'c1',
  ]);
  expect([take('c'), take('b'), take('b'), take('b'), take('c')]).toEqual(['c2', 'b2', 'b3', 'c3', 'none']);
});
