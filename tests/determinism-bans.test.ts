import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bannedIn } from './determinism-bans';
import { CORE_ROOMS } from './floors';
import { isTestMaterial, sourcesUnder } from './source-tokens';

const root = process.cwd();
/** Where a promise may stand: the worker's own entry. */
const DOORS = ['lib/session/worker.ts'];

test('floors B to 4 hold none of what the linter cannot see', () => {
  const rooms = CORE_ROOMS.filter((room) => existsSync(path.join(root, room)));
  const judged = sourcesUnder(root, rooms).filter(
    (source) => !isTestMaterial(source.path) && !DOORS.includes(source.path),
  );
  expect(judged.length).toBeGreaterThan(10);
  expect(judged.flatMap(bannedIn)).toEqual([]);
});

describe('a banned thing is found and its replacement named', () => {
  test.each([
    ['async function a() {}', '"async"'],
    ['const a = async () => 1;', '"async"'],
    ['const a = { async *b() {} };', '"async"'],
    ['for await (const x of y) {}', '"await"'],
    ['const x = await import("just-bash");', '"await"'],
    ['export type Later = Promise<number>;', '"Promise"'],
    ['const { random } = Math;', '"Math"'],
    ['const x = base ** exponent;', '"**"'],
    ['10 ** digits', '"**"'],
    ['x **= 2;', '"**"'],
    ['const text = `${a ** 2}`;', '"**"'],
  ])('%s', (text, told) => {
    const [first] = bannedIn({ path: 'lib/world/a.ts', text });
    expect(first).toMatch(/^lib\/world\/a\.ts:1: .*: .{20}/);
    expect(first).toContain(told);
  });

  test.each([
    '2 ** 32',
    '1024 ** shift',
    '10 ** 6',
    'Math.floor(x / 2)',
    '// await the Promise',
    "'async'",
    'const options = { async: 1 }; options.async; options.await();',
  ])('%s is no breach', (text) => {
    expect(bannedIn({ path: 'lib/world/a.ts', text })).toEqual([]);
  });
});

describe('the linter refuses the rest, in a copy of the house', () => {
  const house = mkdtempSync(path.join(tmpdir(), 'faultline-lint-'));
  const banned = {
    'Date.now()': 'simulated time is an argument',
    'new Date()': 'simulated time is an argument',
    'performance.now()': 'simulated time is an argument',
    'Math.random()': 'seeded generator',
    'crypto.randomUUID()': 'seeded generator',
    'setTimeout(() => {}, 1)': 'named timer in the kernel',
    'setInterval(() => {}, 1)': 'named timer in the kernel',
    'queueMicrotask(() => {})': 'named timer in the kernel',
    'Math.log(2)': 'integer tables',
    'Math.exp(2)': 'integer tables',
    'Math.pow(2, 3)': 'integer tables',
    'Math.sin(2)': 'integer tables',
    'Math.cos(2)': 'integer tables',
    'Math.tan(2)': 'integer tables',
    'Promise.resolve(1)': 'step of the kernel or a generator',
    'new Intl.NumberFormat()': 'Format by hand',
    '(1).toLocaleString()': 'by hand',
    "'a'.localeCompare('b')": 'by hand',
    'process.env': 'run in a worker, in Node and in tests alike',
    'document.title': 'run in a worker, in Node and in tests alike',
  };
  const uses = Object.keys(banned)
    .map((use) => `export const x${Object.keys(banned).indexOf(use)} = ${use};`)
    .join('\n');
  let found: { file: string; line: number; told: string }[] = [];

  beforeAll(() => {
    // Without the type-aware rules: they need a project, and none of the bans is one of them.
    const { options: _typeAware, ...rules } = JSON.parse(
      readFileSync(path.join(root, '.oxlintrc.json'), 'utf8'),
    );
    writeFileSync(path.join(house, '.oxlintrc.json'), JSON.stringify(rules));
    for (const file of [
      'lib/world/zone.ts',
      'lib/session/worker.ts',
      'lib/world/zone.test.ts',
      'lib/client/a.ts',
    ]) {
      mkdirSync(path.join(house, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(house, file), uses);
    }
    const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint');
    const answer = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: house, encoding: 'utf8' });
    found = restrictions(answer.stdout);
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  test.each(Object.entries(banned))('%s', (use, replacement) => {
    const line = Object.keys(banned).indexOf(use) + 1;
    const here = found.filter((one) => one.file === 'lib/world/zone.ts' && one.line === line);
    expect(here.map((one) => one.told).join('\n')).toContain(replacement);
  });

  test('doors, tests and upper floors are free', () => {
    expect(new Set(found.map((one) => one.file))).toEqual(new Set(['lib/world/zone.ts']));
  });
});

type Report = {
  diagnostics: {
    code: string;
    message: string;
    help?: string;
    filename: string;
    labels: { span: { line: number } }[];
  }[];
};

function restrictions(json: string): { file: string; line: number; told: string }[] {
  const report = JSON.parse(json) as Report;
  return report.diagnostics
    .filter((one) => one.code.includes('no-restricted'))
    .map((one) => ({
      file: one.filename,
      line: one.labels[0]?.span.line ?? 0,
      told: `${one.message} ${one.help ?? ''}`,
    }));
}
