import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import type { Variants } from './schema';
import { variantsSchema } from './schema';
import { drawVariants, mostChoices, substituteText, substituteTree } from './variants';

const VARIANTS: Variants = variantsSchema.parse({
  dead: { choose: ['app1', 'app2', 'app3'] },
  other: { choose: ['app1', 'app2', 'app3'], not: ['dead'] },
  port: { from: 8081, to: 8083 },
  vip: { 'address-in': '10.0.1.0/29' },
  cause: {
    choose: [
      { id: 'typo', line: 'a' },
      { id: 'port', line: 'b' },
    ],
  },
});
const draw = (seed: number, variants = VARIANTS) => {
  const problems: string[] = [];
  const drawn = drawVariants(variants, seed, {
    taken: new Set(['10.0.1.1', '10.0.1.2']),
    report: (name, message) => problems.push(`${name}: ${message}`),
  });
  return { drawn, problems };
};

test('the same seed draws the same values', () => {
  for (let seed = 1; seed <= 20; seed++) expect([...draw(seed).drawn]).toEqual([...draw(seed).drawn]);
});

test('seeds in a row show every choice once, and constraints hold', () => {
  const seen = (name: string, from: number, count: number) =>
    new Set(Array.from({ length: count }, (_, index) => draw(from + index).drawn.get(name)));
  for (const from of [1, 4, 7]) {
    expect(seen('dead', from, 3).size).toBe(3);
    expect(seen('port', from, 3)).toEqual(new Set([8081, 8082, 8083]));
  }
  for (let seed = 1; seed <= 30; seed++) {
    const { drawn, problems } = draw(seed);
    expect(drawn.get('other')).not.toBe(drawn.get('dead'));
    expect(['10.0.1.3', '10.0.1.4', '10.0.1.5', '10.0.1.6']).toContain(drawn.get('vip'));
    expect(drawn.get('cause.line')).toBe(drawn.get('cause.id') === 'typo' ? 'a' : 'b');
    expect(problems).toEqual([]);
  }
});

test('so many seeds as the longest list has choices show them all', () => {
  const most = mostChoices(VARIANTS);
  expect(most).toBe(6); // the addresses that hosts of 10.0.1.0/29 can have
  const { dead, port } = VARIANTS;
  if (dead === undefined || port === undefined) throw new Error('both are there');
  expect(mostChoices({ dead, port })).toBe(3);
  expect(mostChoices({})).toBe(0);
});

test('what one variant draws does not depend on another', () => {
  const { dead } = VARIANTS;
  if (dead === undefined) throw new Error('dead is there');
  for (let seed = 1; seed <= 9; seed++)
    expect(draw(seed, { dead }).drawn.get('dead')).toBe(draw(seed).drawn.get('dead'));
});

test('names are replaced, escaped ones are not, unknown ones are told', () => {
  const told: string[] = [];
  const text = substituteText('${a} $${b} ${c} ${HOME} $(x)', new Map([['a', 1]]), (message) =>
    told.push(message),
  );
  expect(text).toBe('1 ${b} ${c} ${HOME} $(x)');
  expect(told).toEqual(['there is no variant "c"; a plain ${c} is written $${c}']);
});

test('a whole scalar keeps the type, keys are replaced, and `if` leaves out', () => {
  const document = parseDocument(`
variants: { keep: '\${n}' }
count: \${n}
text: 'n is \${n}'
list:
  - { if: { who: a }, x: 1 }
  - { if: { who: [b, c] }, x: 2 }
  - { x: 3 }
map:
  "\${who}": here
  one: { if: { n: 5 }, y: 1 }
  two: { if: { n: 6 }, y: 2 }
`);
  const told: string[] = [];
  const drawn = new Map<string, string | number>([
    ['n', 5],
    ['who', 'a'],
  ]);
  substituteTree(document, drawn, (_offset, message) => told.push(message));
  expect(document.toJS()).toEqual({
    variants: { keep: '${n}' },
    count: 5,
    text: 'n is 5',
    list: [{ x: 1 }, { x: 3 }],
    map: { a: 'here', one: { y: 1 } },
  });
  expect(told).toEqual([]);
});
