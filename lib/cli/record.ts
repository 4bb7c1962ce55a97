/**
 * `faultline record`: plays labs against the real daemons in network namespaces of a Linux machine. Cases are
 * recorded or checked; a scenario's lab, faults and solution are played and judged as in the simulator.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Arguments, readArguments } from './arguments';
import type { LabCase } from './conformance/case';
import { playLabCase } from './conformance/lab';
import { serviceOf } from './conformance/services';
import { agreement, agreementText, type Line } from './record/agreement';
import { removeLeftovers } from './record/laboratory';
import { type Expectation, mergeRuns } from './record/merge';
import { playCase, type PlayedCase } from './record/play-case';
import { complaintAbout, LAB_PROGRAMS, requirementsOf } from './record/requirements';

const USAGE = `usage: faultline record CASE.json… [--runs 3] [--jobs N] [--out DIR] [--log FILE]
       faultline record --check CASE.json… [--runs 1] [--jobs N]
       faultline record --lab SCENARIO [--solution NAME] [--seed N] [--fast] [--log FILE]
       faultline record --clean`;

export async function run(args: readonly string[]): Promise<number> {
  const read = readArguments(args, {
    values: ['runs', 'jobs', 'out', 'lab', 'solution', 'seed', 'log'],
    flags: ['check', 'clean', 'fast'],
  });
  if (typeof read === 'string') return complain(read);
  try {
    if (read.flags.has('clean')) return await clean();
    if (read.values.has('lab')) {
      const { recordLab } = await import('./record/scenario/record-lab');
      return await recordLab(read);
    }
    return await recordCases(read);
  } catch (error) {
    process.stderr.write(`faultline record: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
function complain(message: string): number {
  process.stderr.write(`faultline record: ${message}\n${USAGE}\n`);
  return 2;
}
async function clean(): Promise<number> {
  const missing = complaintAbout(LAB_PROGRAMS);
  if (missing !== undefined) throw new Error(missing);
  const removed = await removeLeftovers();
  process.stdout.write(removed.length === 0 ? 'nothing was left\n' : `removed: ${removed.join(', ')}\n`);
  return 0;
}

async function recordCases(read: Arguments): Promise<number> {
  const isCheck = read.flags.has('check');
  const runs = Number(read.values.get('runs') ?? (isCheck ? 1 : 3));
  const jobs = Number(read.values.get('jobs') ?? Math.min(runs, os.cpus().length));
  if (!(runs >= 1) || !(jobs >= 1)) return complain('--runs and --jobs need a number above 0');
  if (read.operands.length === 0) return complain('give a case, or --lab SCENARIO');
  const out = path.resolve(read.values.get('out') ?? 'recordings');
  const file = read.values.get('log');
  if (file !== undefined) writeFileSync(file, '');
  const log = (text: string): void => {
    if (file !== undefined) appendFileSync(file, `${text}\n`);
  };
  const all: Line[] = [];
  for (const operand of read.operands) {
    const lab = readCase(operand);
    const missing = complaintAbout(requirementsOf(daemonsOf(lab), textsOf(lab)));
    if (missing !== undefined) throw new Error(missing);
    const played = await playRuns(lab, { runs, jobs, log });
    for (const problem of new Set(played.flatMap(({ problems }) => problems)))
      process.stderr.write(`${lab.name}: ${problem}\n`);
    const real = mergeRuns(played);
    if (isCheck) all.push(...check(lab, played, real));
    else save(lab, real, out);
  }
  if (isCheck && read.operands.length > 1)
    process.stdout.write(`${agreementText(all).split('\n').at(-1) ?? ''}\n`);
  return all.some(({ realAsRecorded }) => realAsRecorded === false) ? 1 : 0;
}
function readCase(file: string): LabCase {
  const given: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof given !== 'object' || given === null || !('hosts' in given) || !('segments' in given))
    throw new Error(`${file} is no lab: it has no segments and hosts`);
  // The door: what stands in a case file is trusted to have the form of its kind.
  return { ...(given as LabCase), name: 'name' in given ? String(given.name) : path.basename(file, '.json') };
}
function daemonsOf(lab: LabCase): string[] {
  return Object.entries(lab.hosts).flatMap(([name, host]) =>
    (host.services ?? []).map((given) => serviceOf(name, given).kind),
  );
}
function textsOf(lab: LabCase): string[] {
  return [
    ...Object.values(lab.hosts).flatMap(({ setup }) => setup ?? []),
    ...(lab.timeline ?? []).flatMap(({ cmd }) => cmd ?? []),
    ...(lab.checks ?? []).map(({ cmd }) => cmd),
  ];
}
async function playRuns(
  lab: LabCase,
  { runs, jobs, log }: { runs: number; jobs: number; log: (text: string) => void },
): Promise<PlayedCase[]> {
  const played: PlayedCase[] = [];
  let left = runs;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      played.push(await playCase(lab, log));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, runs) }, worker));
  return played;
}

function check(lab: LabCase, runs: readonly PlayedCase[], real: Expectation): Line[] {
  // The same form, seen from two sides: the player reads less of it than the recorder writes.
  const recorded = lab.expect as Expectation | undefined;
  const lines = agreement(lab.name, { recorded, real, runs, simulated: playLabCase(lab) });
  process.stdout.write(`${lab.name}\n${agreementText(lines)}\n`);
  return lines;
}
function save(lab: LabCase, expect: Expectation, out: string): void {
  mkdirSync(out, { recursive: true });
  const file = path.join(out, `${lab.name}.json`);
  writeFileSync(file, `${JSON.stringify({ ...lab, versions: versions(), expect }, undefined, 1)}\n`);
  const all = Object.entries(expect.observations);
  const unstable = all.filter(([, { stable }]) => !stable).map(([id]) => id);
  process.stdout.write(
    `${file}: ${all.length} observations${unstable.length === 0 ? '' : `, not the same in every run: ${unstable.join(', ')}`}\n`,
  );
}
/** What was recorded, by the programs' own words. */
function versions(): Record<string, string> {
  const first = (command: string): string =>
    execFileSync('bash', ['-c', `${command} 2>&1 | head -1`], { encoding: 'utf8' }).trim();
  return {
    keepalived: first('keepalived --version'),
    haproxy: first('haproxy -v'),
    nginx: first('nginx -v'),
    nft: first('nft --version'),
    kernel: first('uname -r'),
  };
}
