// `npm run bench [-- NAME…]`: measures what tests/bench/*.bench.ts promise. NAME is a figure or a
// file without its ending. Prints a table and, as the last line, one JSON object.

import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { fail, filesUnder, root } from './project.mjs';

const USUAL_RUNS = 5;
/** A simulation makes much that does not live long, and begins cold: Node is told so, as for `faultline prove`. */
const ENGINE = { run: ['--max-semi-space-size=64', '--min-semi-space-size=64', '--always-sparkplug'] };

if (process.env.FAULTLINE_BENCH_FILE === undefined) await measureAll(process.argv.slice(2));
else await measureFile(process.env.FAULTLINE_BENCH_FILE, process.argv.slice(2));

async function measureAll(names) {
  await ensureInstalled();
  const files = filesUnder('tests/bench', (file) => file.endsWith('.bench.ts'));
  const figures = [];
  const known = new Set();
  for (const file of files) {
    known.add(subject(file));
    const found = await inOwnProcess(file, names.includes(subject(file)) ? [] : names);
    for (const name of found.names) known.add(name);
    figures.push(...found.figures);
  }
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    fail(`There is no figure "${unknown.join('", "')}". Known: ${[...known].join(', ') || 'none yet'}`);
  printTable(figures);
  const entries = figures.map(({ name, ...figure }) => [name, figure]);
  console.log(JSON.stringify(Object.fromEntries(entries)));
  process.exitCode = figures.every((figure) => figure.ok) ? 0 : 1;
}

function inOwnProcess(file, names) {
  return new Promise((resolve) => {
    const result = { names: [], figures: [] };
    const child = fork(fileURLToPath(import.meta.url), names, {
      cwd: root,
      execArgv: ['--expose-gc', '--enable-source-maps', ...(ENGINE[subject(file)] ?? [])],
      env: { ...process.env, FAULTLINE_BENCH_FILE: file, FAULTLINE_ROOT: root },
    });
    child.on('message', (message) => {
      if (message.names !== undefined) result.names = message.names;
      else result.figures.push(message.figure);
    });
    child.on('close', (code) => {
      if (code !== 0)
        result.figures.push({ name: subject(file), value: null, unit: 'crashed', atLeast: null, ok: false });
      resolve(result);
    });
  });
}

async function measureFile(file, names) {
  const { benches } = await import(pathToFileURL(await bundled(file)).href);
  if (!Array.isArray(benches)) throw new Error(`${file} does not export an array "benches"`);
  process.send({ names: benches.map((bench) => bench.name) });
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    process.send({ figure: await measure(bench) });
  }
  process.disconnect();
}

async function measure(bench) {
  const values = [];
  for (let i = 0; i < (bench.runs ?? USUAL_RUNS); i++) {
    globalThis.gc?.();
    values.push(await bench.run());
  }
  const value = Number(median(values).toPrecision(4));
  const { name, unit, atLeast, atMost } = bench;
  if (atLeast !== undefined) return { name, value, unit, atLeast, ok: value >= atLeast };
  // An upper bound reads "at least" on the negated value, so that every figure has the same keys.
  return { name, value, unit, atLeast: -atMost, atMost, ok: value <= atMost };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function printTable(figures) {
  const rows = figures.map(({ name, value, unit, atLeast, atMost, ok }) => [
    name,
    value === null ? '—' : String(value),
    unit,
    atMost === undefined ? `≥ ${atLeast ?? '—'}` : `≤ ${atMost}`,
    ok ? 'ok' : 'MISSED',
  ]);
  const all = [['figure', 'value', 'unit', 'bound', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}

function subject(file) {
  return path.basename(file, '.bench.ts');
}
