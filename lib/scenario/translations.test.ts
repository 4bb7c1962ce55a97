import { expect, test } from 'vitest';
import { skeleton } from '../cli/skeleton';
import { loadScenario } from './load';

const FILES = skeleton('translated', 'x');
const OWN = loadScenario(FILES).scenario;
if (OWN === undefined) throw new Error('the skeleton does not load');

const quoted = (text: string) => JSON.stringify(text);
/** Everything translated: the same text with a mark before it. */
const TEXTS = [
  `title: ${quoted(`cs ${OWN.title}`)}`,
  `summary: ${quoted(`cs ${OWN.summary}`)}`,
  `teaches: [${OWN.teaches.map((text) => quoted(`cs ${text}`)).join(', ')}]`,
  `needs: [${OWN.needs.map((text) => quoted(`cs ${text}`)).join(', ')}]`,
  OWN.timeline.some(({ say }) => say !== undefined) ? 'says:' : 'says: {}',
  ...OWN.timeline.flatMap(({ id, say }) =>
    say === undefined ? [] : [`  ${id}: ${quoted(`cs ${say.text}`)}`],
  ),
  'pager:',
  ...OWN.pager.map(({ id, title }) => `  ${id}: ${quoted(`cs ${title}`)}`),
  'objectives:',
  ...[...OWN.objectives, ...OWN.guards, ...(OWN.tomorrow === undefined ? [] : [OWN.tomorrow])].flatMap(
    ({ id, title, detail, why }) => [
      `  ${id}:`,
      `    title: ${quoted(`cs ${title}`)}`,
      ...(detail === '' ? [] : [`    detail: ${quoted(`cs ${detail}`)}`]),
      `    why: ${quoted(`cs ${why}`)}`,
    ],
  ),
  'hints:',
  ...OWN.hints.map(({ text }) => `  - ${quoted(`cs ${text}`)}`),
  'diagnosis:',
  ...OWN.diagnosis.flatMap(({ id, text, choices, evidence }) => [
    `  ${id}:`,
    `    text: ${quoted(`cs ${text}`)}`,
    '    choices:',
    ...choices.map(
      (choice) =>
        `      ${choice.id}: { text: ${quoted(`cs ${choice.text}`)}, why: ${quoted(`cs ${choice.why}`)} }`,
    ),
    `    evidence: [${evidence.map((entry) => quoted(`cs ${entry}`)).join(', ')}]`,
  ]),
  ...(OWN.debrief === undefined ? [] : [`mechanism: ${quoted(`cs ${OWN.debrief.mechanism}`)}`]),
  '',
].join('\n');
const CZECH = { 'brief.cs.md': 'Zadání', 'debrief.cs.md': 'Rozbor', 'texts.cs.yaml': TEXTS };

function problemsOf(files: Record<string, string>): string[] {
  return loadScenario({ ...FILES, ...files }).problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
}
function changed(from: string | RegExp, to: string): string[] {
  const text = TEXTS.replace(from, to);
  expect(text).not.toBe(TEXTS);
  return problemsOf({ ...CZECH, 'texts.cs.yaml': text });
}

test('with all three texts every sentence of scenario.yaml has its partner', () => {
  const loaded = loadScenario({ ...FILES, ...CZECH });
  expect(loaded.problems).toEqual([]);
  const table = loaded.translations['cs'] ?? {};
  expect(table[OWN.title]).toBe(`cs ${OWN.title}`);
  for (const { text } of OWN.hints) expect(table[text]).toBe(`cs ${text}`);
  for (const { why } of OWN.objectives) expect(table[why]).toBe(`cs ${why}`);
});

test('a language needs all three texts', () => {
  expect(problemsOf({ 'brief.cs.md': 'Zadání' })).toEqual([
    'debrief.cs.md:1:1: is missing: cs needs all three texts',
    'texts.cs.yaml:1:1: is missing: cs needs all three texts',
  ]);
  expect(problemsOf({ ...CZECH, 'debrief.cs.md': ' ' })).toEqual([
    'debrief.cs.md:1:1: is empty: cs needs all three texts',
  ]);
});

test('a file that looks like a translation and is none is told', () => {
  expect(problemsOf({ 'brief.czech.md': 'x' })[0]).toContain('brief.czech.md:1:1: belongs to nothing');
  expect(problemsOf({ 'texts.cs.yml': 'x' })[0]).toContain('texts.cs.yml:1:1: belongs to nothing');
  expect(problemsOf({ 'brief.en.md': 'x' })[0]).toContain("en is the scenario's own language");
  expect(problemsOf({ 'hints.cs.md': 'x' })[0]).toContain('hints.cs.md:1:1: belongs to nothing');
});

test('a missing and a stray text are told with their place', () => {
  expect(changed(/^title: .*\n/, '')[0]).toMatch(/^texts\.cs\.yaml:1:1: title: is missing/);
  expect(changed(/^summary: /m, 'sumary: ')).toContainEqual(
    expect.stringMatching(/^texts\.cs\.yaml:2:1: sumary: unknown key; did you mean "summary"\?$/),
  );
  const [goal] = OWN.objectives;
  expect(changed(`  ${goal?.id ?? ''}:`, '  no-such-goal:')).toEqual([
    expect.stringContaining('objectives.no-such-goal: belongs to nothing in scenario.yaml'),
    expect.stringContaining(`objectives: "${goal?.id ?? ''}" of scenario.yaml is missing here`),
  ]);
  expect(changed(/hints:\n {2}- .*\n/, 'hints:\n')[0]).toContain(
    `hints: has ${OWN.hints.length - 1}, and scenario.yaml has ${OWN.hints.length}`,
  );
});

test('variants reach the translation, with the conditions of the original', () => {
  const yaml = (FILES['scenario.yaml'] ?? '')
    .replace(/^title: .*$/m, 'title: A ${what}\nvariants: { what: { choose: [door, wall] } }')
    .replace(/^language: .*$/m, 'language: en');
  const texts = TEXTS.replace(/^title: .*$/m, 'title: cs ${what}');
  const open = (text: string) =>
    loadScenario({ ...FILES, ...CZECH, 'scenario.yaml': yaml, 'texts.cs.yaml': text });
  const loaded = open(texts);
  expect(loaded.problems).toEqual([]);
  const title = loaded.scenario?.title ?? '';
  expect(loaded.translations['cs']?.[title]).toBe(`cs ${title.slice(2)}`);
  expect(open(texts.replace('${what}', '${waht}')).problems[0]).toMatchObject({
    file: 'texts.cs.yaml',
    line: 1,
    message: expect.stringContaining('there is no variant "waht"'),
  });
});
