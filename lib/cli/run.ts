/** `faultline run SCENARIO`: plays a scenario headless and tells the verdicts, the figures and the journal's hash. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { makeRun } from '../session/make-run';
import type { SavedRun } from '../session/messages';
import { guardViews, objectiveViews } from '../session/objective-views';
import { Player } from '../session/play';
import { solutionText, stepsOf } from '../session/save-as-solution';
import { Session } from '../session/session';
import { DAY, parseDuration } from '../std/instant';
import { readArguments } from './arguments';
import { readFolder, scenarioFolders } from './folders';

const USAGE =
  'usage: faultline run SCENARIO [--seed N] [--until 10m] [--solution NAME | --script FILE] [--save FILE] [--save-solution FILE] [--json]';

export async function run(args: readonly string[]): Promise<number> {
  const read = readArguments(args, {
    values: ['seed', 'until', 'solution', 'script', 'save', 'save-solution'],
    flags: ['json', 'output'],
  });
  if (typeof read === 'string') return complain(read);
  const folder = scenarioFolders(read.operands[0] ?? '')[0];
  if (folder === undefined || read.operands.length !== 1) return complain('give one scenario folder');
  const seed = Number(read.values.get('seed') ?? '1');
  if (!Number.isSafeInteger(seed)) return complain('--seed needs a whole number');
  const until = read.values.get('until');
  const limit = until === undefined ? undefined : parseDuration(until.replace(/m$/, 'min'));
  if (until !== undefined && limit === undefined) return complain('--until needs a duration like 10m or 90s');
  const source = { id: path.basename(folder), files: readFolder(folder) };
  const made = makeRun(source, { seed, traces: false, checkpointEvery: DAY });
  if (!made.ok) {
    for (const { file, line, column, message } of made.loaded.problems)
      process.stderr.write(`${path.join(folder, file)}:${line}:${column}: ${message}\n`);
    return 1;
  }
  const { scenario } = made.run;
  const begun = performance.now();
  const player = new Player(made.run);
  const solution = read.values.get('solution');
  const script = read.values.get('script');
  const plays = [...scenario.solutions, ...scenario['wrong-turns']];
  const play = plays.find(({ id }) => id === solution);
  if (solution !== undefined && play === undefined)
    return complain(`there is no solution "${solution}"; known: ${plays.map(({ id }) => id).join(', ')}`);
  for (const step of play?.steps ?? []) player.step(step);
  if (script !== undefined)
    for (const line of readFileSync(script, 'utf8')
      .split('\n')
      .filter((text) => text.trim() !== ''))
      player.type(line);
  const outcome = player.finish(limit);
  const seconds = (performance.now() - begun) / 1000;
  const file = read.values.get('save');
  if (file !== undefined) await save(file, new Session(made.run, source).saved(new Date().toISOString()));
  const written = read.values.get('save-solution');
  if (written !== undefined) {
    const { writeFile } = await import('node:fs/promises');
    const inputs = made.run.timeline.inputs.map(({ at, input }) => ({ at: at - made.run.origin, input }));
    await writeFile(
      written,
      solutionText(stepsOf(inputs), { id: 'played-by-hand', title: 'As it was played' }),
    );
  }
  const speed = made.run.now / 1e6 / seconds;
  if (read.flags.has('output')) process.stderr.write(player.output);
  const report = {
    scenario: scenario.id,
    seed,
    solution: play?.id,
    ...outcome,
    hash: made.run.kernel.journal.hash(),
    simulatedSeconds: made.run.now / 1e6,
    objectives: [...objectiveViews(made.run), ...guardViews(made.run)].map(
      ({ id, state, measured, why }) => ({
        id,
        state,
        measured,
        why,
      }),
    ),
  };
  if (read.flags.has('json')) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    for (const { id, state, measured } of report.objectives)
      process.stdout.write(`${state.padEnd(10)} ${id.padEnd(24)} ${measured}\n`);
    process.stdout.write(
      `${outcome.won ? 'won' : made.run.progress.phase}: ${outcome.verdict}\n${outcome.requests} requests, ${outcome.failed} failed; ${report.simulatedSeconds.toFixed(0)} s simulated in ${seconds.toFixed(2)} s (${speed.toFixed(0)} times real time)\njournal ${report.hash}\n`,
    );
  }
  for (const text of outcome.trouble) process.stderr.write(`faultline run: ${text}\n`);
  return 0;
}

async function save(file: string, saved: SavedRun): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(file, `${JSON.stringify(saved, undefined, 1)}\n`);
}

function complain(message: string): number {
  process.stderr.write(`faultline run: ${message}\n${USAGE}\n`);
  return 2;
}
