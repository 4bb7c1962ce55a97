import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../faults/registry';
import { OBJECTIVES } from '../objectives/registry';
import { loadScenario } from '../scenario/load';
import { generated } from './schema';
import { skeleton } from './skeleton';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

test.each(['public/schema/scenario.json', 'docs/SCENARIOS.md'])(
  '%s is as `npm run schema` writes it',
  (file) => {
    expect(generated(read).get(file) === read(file)).toBe(true);
  },
);

test('the documentation names every kind', () => {
  const docs = read('docs/SCENARIOS.md');
  for (const { kind } of [...FAULTS, ...OBJECTIVES]) expect(docs).toContain(`| \`${kind}\` |`);
});

test('the schema knows each kind with its parameters', () => {
  const schema = JSON.parse(read('public/schema/scenario.json')) as {
    definitions: {
      fault: { allOf: { then: { properties: Record<string, unknown>; required: string[] } }[] };
    };
  };
  const link = schema.definitions.fault.allOf[FAULTS.findIndex(({ kind }) => kind === 'link')]?.then;
  expect(Object.keys(link?.properties ?? {})).toEqual(
    expect.arrayContaining(['host', 'interface', 'state', 'for', 'every']),
  );
  expect(link?.required).toEqual(['interface', 'state']);
});

test('a new scenario is well formed', () => {
  const { problems, scenario } = loadScenario(skeleton('my-first-one', '../../public/schema/scenario.json'));
  expect(problems).toEqual([]);
  expect(scenario?.title).toBe('My first one');
});
