/** `faultline prove SCENARIO…`: every solution wins; every wrong turn, and doing nothing, loses as the scenario says. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scenario } from '../scenario/schema';
import { makeRun } from '../session/make-run';
import { type Outcome, Player } from '../session/play';
import { readArguments } from './arguments';
import { readFolder, scenarioFolders } from './folders';

interface Claim {
  name: string;
  steps: Scenario['solutions'][number]['steps'];
  /** undefined: must win; '': must lose, whatever by; else the objective that it loses by. */
  loses: string | undefined;
}

export function run(args: readonly string[]): number {
  const read = readArguments(args, { values: ['seeds'], flags: [] });
  if (typeof read === 'string' || read.operands.length === 0) {
    process.stderr.write(
      `faultline prove: ${typeof read === 'string' ? read : 'give a scenario folder, or a folder of them'}\n`,
    );
    return 2;
  }
  const seeds = Math.max(1, Number(read.values.get('seeds') ?? '1'));
  let passed = 0;
  let failed = 0;
  for (const given of read.operands) {
    const folders = scenarioFolders(given);
    if (folders.length === 0) {
      process.stderr.write(`${given}: there is no scenario here (no scenario.yaml)\n`);
      failed += 1;
    }
    for (const folder of folders) {
      const counts = proveScenario(folder, seeds);
      passed += counts.passed;
      failed += counts.failed;
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  const report = process.env['FAULTLINE_COUNTS'];
  if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed }));
  return failed === 0 ? 0 : 1;
}

function proveScenario(folder: string, seeds: number): { passed: number; failed: number } {
  const source = { id: path.basename(folder), files: readFolder(folder) };
  let passed = 0;
  let failed = 0;
  process.stdout.write(`${source.id}\n`);
  for (let seed = 1; seed <= seeds; seed++) {
    const first = makeRun(source, { seed, traces: false });
    if (!first.ok) {
      for (const { file, line, column, message } of first.loaded.problems)
        process.stderr.write(`${path.join(folder, file)}:${line}:${column}: ${message}\n`);
      return { passed, failed: failed + 1 };
    }
    for (const claim of claimsOf(first.run.scenario)) {
      const made = makeRun(source, { seed, traces: false });
      if (!made.ok) continue;
      const begun = performance.now();
      const player = new Player(made.run);
      const outcome = player.play(claim.steps);
      const wrong = wrongAbout(claim, outcome, made.run.scenario);
      if (wrong === undefined) passed += 1;
      else failed += 1;
      const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
      const said = wrong ?? (outcome.won ? 'wins' : `loses: ${outcome.verdict}`);
      process.stdout.write(
        `  ${wrong === undefined ? '✓' : '✗'} seed ${seed}  ${claim.name.padEnd(34)} ${said}  (${took})\n`,
      );
    }
  }
  return { passed, failed };
}

function claimsOf(scenario: Scenario): Claim[] {
  return [
    { name: 'doing nothing', steps: [], loses: '' },
    ...scenario.solutions.map(({ id, steps }) => ({ name: id, steps, loses: undefined })),
    ...scenario['wrong-turns'].map(({ id, steps, loses }) => ({ name: id, steps, loses })),
  ];
}

function wrongAbout(claim: Claim, outcome: Outcome, scenario: Scenario): string | undefined {
  if (outcome.trouble.length > 0) return outcome.trouble[0];
  if (claim.loses === undefined)
    return outcome.won
      ? undefined
      : `should win, but ${outcome.unmet.join(', ')} is not met: ${outcome.verdict}`;
  if (outcome.won) return 'should lose, but wins';
  if (claim.loses === '') return undefined;
  const { tomorrow } = scenario;
  const entries = [...scenario.objectives, ...scenario.guards, ...(tomorrow === undefined ? [] : [tomorrow])];
  const why = entries.find(({ id }) => id === claim.loses)?.why;
  return why !== undefined && outcome.verdict.includes(why)
    ? undefined
    : `should lose by ${claim.loses}, but: ${outcome.verdict}`;
}
