/**
 * `faultline prove PATH…`: a scenario keeps its word. Its lab is healthy, its
 * faults break what it says, every solution wins, and what should lose loses.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { readArguments } from './arguments';
import { scenarioFolders } from './folders';
import type { Job, JobResult } from './proof/jobs';
import { rangesText } from './proof/ranges';
import { doJobs, workForParent } from './proof/workers';

interface Row {
  passed: number;
  failed: number;
  solutions: number;
  losing: number;
  leftOut: number;
  /** Of processor time. */
  seconds: number;
  /** With which seeds after the first each thing was tried that must not help. */
  further: Map<string, number[]>;
}

export async function run(args: readonly string[]): Promise<number> {
  const read = readArguments(args, { values: ['seeds', 'jobs'], flags: ['quick', 'full', 'worker'] });
  if (typeof read !== 'string' && read.flags.has('worker')) {
    await workForParent(process as unknown as Parameters<typeof workForParent>[0]);
    return 0;
  }
  if (typeof read === 'string' || read.operands.length === 0) {
    process.stderr.write(
      `faultline prove: ${typeof read === 'string' ? read : 'give a scenario folder, or a folder of them'}\n`,
    );
    return 2;
  }
  const begun = performance.now();
  const seeds = Math.max(1, Math.floor(Number(read.values.get('seeds') ?? '1')) || 1);
  const workers = Number(read.values.get('jobs') ?? Math.min(4, availableParallelism()));
  const rows = new Map<string, Row>();
  const jobs: Job[] = [];
  for (const given of read.operands) {
    const folders = scenarioFolders(given);
    if (folders.length === 0) {
      process.stderr.write(`${given}: there is no scenario here (no scenario.yaml)\n`);
      rows.set(given, { ...emptyRow(), failed: 1 });
    }
    for (const folder of folders) {
      rows.set(folder, emptyRow());
      for (let seed = 1; seed <= seeds; seed++) {
        const isFull = seed === 1 || read.flags.has('full');
        jobs.push({ folder, seed, isFull, leaveOut: isFull && !read.flags.has('quick') });
      }
    }
  }
  await doJobs(jobs, workers, (result) => tell(result, rows));
  const failed = summary(rows, seeds, (performance.now() - begun) / 1000);
  return failed === 0 ? 0 : 1;
}

function emptyRow(): Row {
  return { passed: 0, failed: 0, solutions: 0, losing: 0, leftOut: 0, seconds: 0, further: new Map() };
}
function tell({ job, claims, seconds: took }: JobResult, rows: Map<string, Row>): void {
  const row = rows.get(job.folder) ?? emptyRow();
  row.seconds += took;
  for (const { seed, name, kind, wrong, said, seconds } of claims) {
    if (wrong === undefined) row.passed += 1;
    else row.failed += 1;
    if (kind === 'solution') row.solutions += 1;
    else if (kind === 'lab') row.losing += 1;
    else row.leftOut += 1;
    if (kind === 'lab' && seed > 1) row.further.set(name, [...(row.further.get(name) ?? []), seed]);
    if (wrong === undefined && seed > 1) continue;
    process.stdout.write(
      `${wrong === undefined ? '✓' : '✗'} ${path.basename(job.folder)}  seed ${seed}  ${name}  ${wrong ?? said}  (${seconds.toFixed(1)} s)\n`,
    );
  }
}

function summary(rows: ReadonlyMap<string, Row>, seeds: number, seconds: number): number {
  const lines = [['scenario', 'solutions', 'left out', 'lab and losing', 'failed', 'processor']];
  let passed = 0;
  let failed = 0;
  let used = 0;
  for (const [folder, row] of rows) {
    passed += row.passed;
    failed += row.failed;
    used += row.seconds;
    lines.push([
      path.basename(folder),
      ...[row.solutions, row.leftOut, row.losing, row.failed].map(String),
      `${row.seconds.toFixed(0)} s`,
    ]);
  }
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  process.stdout.write('\n');
  for (const line of lines)
    process.stdout.write(
      `${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
  if (seeds > 1) process.stdout.write(furtherText(rows));
  process.stdout.write(
    `${passed} passed, ${failed} failed, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, ${seconds.toFixed(0)} s (${used.toFixed(0)} s of processor time)\n`,
  );
  const report = process.env['FAULTLINE_COUNTS'];
  if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed }));
  return failed;
}

/** Solutions are played with every seed; what must not help takes turns. What was tried with the same seeds stands together. */
function furtherText(rows: ReadonlyMap<string, Row>): string {
  const lines = [...rows].map(([folder, { further }]) => {
    const bySeeds = new Map<string, string[]>();
    for (const [name, seeds] of further) {
      const text = rangesText(seeds);
      bySeeds.set(text, [...(bySeeds.get(text) ?? []), name]);
    }
    const tried = [...bySeeds].map(([seeds, names]) => `${seeds}: ${names.join(', ')}`);
    return `${path.basename(folder)}  ${tried.join('; ') || 'none'}\n`;
  });
  return `\nEvery seed played all solutions. Seeds after the first also tried\n${lines.join('')}\n`;
}
