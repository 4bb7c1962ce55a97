/**
 * Random labs and random trouble, and what must hold whatever happens. `FAULTLINE_SWARM=500` plays so many,
 * `FAULTLINE_SEED=17` begins at that seed.
 */
import { expect, test } from 'vitest';
import { swarm } from './swarm';

const COUNT = Number(process.env['FAULTLINE_SWARM'] ?? '25');
const FIRST = Number(process.env['FAULTLINE_SEED'] ?? '1');

test.each(Array.from({ length: COUNT }, (_, i) => FIRST + i))('seed %i', { timeout: 120_000 }, (seed) => {
  let wrong: string[];
  try {
    ({ wrong } = swarm(seed));
  } catch (problem) {
    wrong = [problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)];
  }
  expect(
    wrong,
    `FAULTLINE_SWARM=1 FAULTLINE_SEED=${seed} npx vitest run tests/swarm --project plain\n${wrong.join('\n')}`,
  ).toEqual([]);
});
