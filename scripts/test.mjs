// `npm test [-- STAGE…]`: installs what is missing, runs every stage even when one before it failed,
// and ends with one line that counts all of them.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium, NO_CHROMIUM } from './chromium.mjs';
import { ensureInstalled } from './install.mjs';
import { at, fail, filesUnder, root, run, runTool } from './project.mjs';

const RESULTS = '.cache/test';

/** Each stage answers with {passed, failed} and, where it knows them, the names of what failed; one without its own count counts as one test. */
const STAGES = {
  lint: async () =>
    sum(
      await one(runTool('oxlint/bin/oxlint', [])),
      await one(runTool('@biomejs/biome/bin/biome', ['format'])),
    ),
  types: async () => sum(await one(types('tsconfig.json')), await one(types('tsconfig.core.json'))),
  unit,
  harness,
  browser,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in STAGES));
if (unknown.length > 0)
  fail(`There is no stage "${unknown.join('", "')}". Known: ${Object.keys(STAGES).join(', ')}`);

await ensureInstalled();
mkdirSync(at(RESULTS), { recursive: true });

const rows = [];
for (const [name, stage] of Object.entries(STAGES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n━━ ${name} ${'━'.repeat(70 - name.length)}`);
  const begun = performance.now();
  const { passed, failed, names = [] } = await stage();
  rows.push({ name, passed, failed, names, seconds: (performance.now() - begun) / 1000 });
}

console.log(`\n━━ all ${'━'.repeat(67)}`);
for (const { name, passed, failed, names, seconds } of rows) {
  console.log(
    `${failed === 0 ? '✓' : '✗'} ${name.padEnd(8)} ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}  (${seconds.toFixed(0)} s)`,
  );
  for (const test of names) console.log(`  ✗ ${test}`);
}
const total = sum(...rows);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function types(project) {
  return runTool('typescript/bin/tsc', ['--noEmit', '-p', project]);
}

async function unit() {
  const report = fresh('unit.json');
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  return counted(code, report, (result) => {
    // A file that does not load has no tests of its own to fail.
    const unloaded = result.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const names = result.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName }) => `${inProject(name)} › ${fullName}`),
    );
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + unloaded.length,
      names: [...unloaded.map(({ name }) => `${inProject(name)} does not load`), ...names],
    };
  });
}

async function browser() {
  const chromium = await ensureChromium();
  if (chromium === undefined) {
    console.error(NO_CHROMIUM);
    return { passed: 0, failed: 1 };
  }
  const report = fresh('e2e.json');
  const code = await runTool('@playwright/test/cli.js', ['test'], { env: { PLAYWRIGHT_CHROMIUM: chromium } });
  return counted(code, report, ({ stats, errors, suites }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + (errors?.length ?? 0),
    names: suites.flatMap(unexpected),
  }));
}

/** Names of a Playwright suite's tests that did not go as they should. */
function unexpected({ file, suites = [], specs = [] }) {
  return [
    ...specs.filter(({ ok }) => !ok).map(({ title, line }) => `${file}:${line} › ${title}`),
    ...suites.flatMap(unexpected),
  ];
}

/** The scenarios' proofs and the recordings of the real programs, by the command line itself. */
async function harness() {
  const counts = [];
  if (filesUnder('scenarios', (file) => file.endsWith('/scenario.yaml')).length > 0) {
    counts.push(await faultline('check', ['scenarios']));
    if (existsSync(at('lib', 'cli', 'prove.ts')))
      counts.push(await faultline('prove', ['scenarios', '--quick']));
  }
  if (existsSync(at('tests', 'conformance'))) {
    const folder = 'tests/conformance';
    const known = ['--known', `${folder}/known.json`];
    counts.push(
      await faultline('conformance', [folder, '--out', `${RESULTS}/conformance`, '--jobs', '2', ...known]),
    );
  }
  if (counts.length === 0) console.log('no scenario and no recording here yet');
  return sum(...counts);
}

/** A subcommand that counts writes {"passed": N, "failed": N} to the file FAULTLINE_COUNTS names. */
async function faultline(name, args) {
  const report = fresh(`${name}.json`);
  console.log(`faultline ${name} ${args.join(' ')}`);
  const code = await run(process.execPath, [at('scripts', 'faultline.mjs'), name, ...args], {
    env: { FAULTLINE_COUNTS: at(report) },
  });
  return counted(code, report, ({ passed, failed }) => ({ passed, failed }));
}

/** What `read` makes of a report; a program that failed without counting a failure still counts one. */
function counted(code, report, read) {
  let counts = { passed: code === 0 ? 1 : 0, failed: 0 };
  if (existsSync(at(report))) counts = read(JSON.parse(readFileSync(at(report), 'utf8')));
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function inProject(file) {
  return path.relative(root, file);
}

function fresh(name) {
  rmSync(at(RESULTS, name), { force: true });
  return `${RESULTS}/${name}`;
}

async function one(exitCode) {
  return (await exitCode) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function sum(...counts) {
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of counts) {
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}
