import { expect, test } from 'vitest';
import { loadScenario } from './load';

const GOOD = `format: 1
id: small
title: Small
track: Test
difficulty: 1
minutes: 5
teaches: [one]
summary: One host.
start: { host: a, user: root }
lab:
  zones:
    dmz: { subnet: 10.0.1.0/24, at: { x: 0, y: 0 } }
  hosts:
    a:
      zone: dmz
      interfaces: { eth0: { zone: dmz, address: 10.0.1.1/24 } }
      at: { x: 0, y: 0 }
timeline:
  - { id: out, at: 10s, fault: { kind: power-loss, host: a } }
deadline: 5min
objectives:
  - { id: up, kind: service-answers, title: Up, why: It is down., from: people, for: 30s }
solutions:
  - { id: one, title: One, steps: [{ run: 'true' }] }
`;
const PROSE = { 'brief.md': 'b', 'debrief.md': 'd' };

function problemsOf(text: string, files: Record<string, string> = PROSE): string[] {
  return loadScenario({ ...files, 'scenario.yaml': text }).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

test('a good file loads without a word', () => {
  const loaded = loadScenario({ ...PROSE, 'scenario.yaml': GOOD });
  expect(loaded.problems).toEqual([]);
  expect(loaded.scenario?.lab.hosts['a']?.cores).toBe(2);
});

test.each([
  [
    'an unknown key',
    GOOD.replace('minutes: 5', 'minuets: 5\nminutes: 5'),
    '6:1 minuets: unknown key; did you mean "minutes"?',
  ],
  [
    'a missing host',
    GOOD.replace('power-loss, host: a', 'power-loss, host: b'),
    '19:48 timeline.0.fault.host: there is no host "b"',
  ],
  [
    'an unknown fault',
    GOOD.replace('power-loss', 'earthquake'),
    '19:35 timeline.0.fault.kind: there is no fault "earthquake"',
  ],
  [
    'a wrong duration',
    GOOD.replace('for: 30s', 'for: soon'),
    '22:81 objectives.0.for: expected a duration like 30s or 5min',
  ],
  [
    'an address outside its zone',
    GOOD.replace('address: 10.0.1.1/24', 'address: 10.0.9.1/24'),
    '16:43 lab.hosts.a.interfaces.eth0.address: 10.0.9.1 is not in 10.0.1.0/24',
  ],
  [
    'an overlapping subnet',
    GOOD.replace('  hosts:', '    app: { subnet: 10.0.0.0/16, at: { x: 0, y: 0 } }\n  hosts:'),
    '13:12 lab.zones.app.subnet: overlaps with zone "dmz"',
  ],
])('%s is told with its place', (_name, text, expected) => {
  const problems = problemsOf(text);
  expect(problems.map((problem) => problem.replace(/^\d+:\d+ /, ''))).toContain(
    expected.replace(/^\d+:\d+ /, ''),
  );
  expect(problems.find((problem) => problem.endsWith(expected.replace(/^\d+:\d+ /, '')))?.split(':')[0]).toBe(
    expected.split(':')[0],
  );
});

test('a file that grows without bound is refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index] ?? ''},`.repeat(9)}]`),
  ].join('\n');
  const loaded = loadScenario({ ...PROSE, 'scenario.yaml': bomb });
  expect(loaded.scenario).toBeUndefined();
  expect(loaded.problems[0]?.message).toMatch(/aliases/);
});

test('what is not YAML says where', () => {
  expect(problemsOf('format: 1\n  id: [')[0]).toMatch(/^1:9 /);
});

test('prose that is missing is told', () => {
  expect(problemsOf(GOOD, {})).toContain('1:1 brief.md is missing beside scenario.yaml');
});
