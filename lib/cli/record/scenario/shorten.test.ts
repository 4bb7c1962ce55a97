import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadScenario } from '../../../scenario/load';
import { readFolder } from '../../folders';
import { shortened } from './shorten';

const FOLDER = 'scenarios/standby-that-would-not-stand-by';

test('only waits in which nothing is measured and nobody waits are cut', () => {
  expect(readFileSync(`${FOLDER}/scenario.yaml`, 'utf8')).toContain('return-is-quiet');
  const { scenario } = loadScenario(readFolder(FOLDER));
  const steps = scenario?.solutions[0]?.steps ?? [];
  const delays = scenario && shortened(scenario, steps).timeline.map(({ id, after }) => [id, after?.delay]);
  expect(delays).toEqual([
    ['lb1-dies', undefined],
    ['lb1-announced', '20s'],
    ['lb1-returns', '20s'],
    // return-is-quiet measures for 120 s after lb1 has returned.
    ['drill-announced', '130s'],
    ['drill', '20s'],
  ]);
});
