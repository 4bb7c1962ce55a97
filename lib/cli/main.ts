/**
 * `faultline`: which subcommands there are, and nothing about what they do. Each stands in
 * lib/cli/<name>.ts, exports `run: Subcommand` and is loaded only when it is asked for.
 */

import { FolderError } from './folders';

/** Takes the arguments after its own name; the answer is the exit code. */
export type Subcommand = (args: readonly string[]) => number | Promise<number>;

type Entry = {
  readonly usage: string;
  readonly about: string;
  readonly load?: () => Promise<{ run: Subcommand }>;
};

const SUBCOMMANDS: Readonly<Record<string, Entry>> = {
  check: {
    usage: 'check PATH…',
    about: 'schema and references of scenarios, as file:line:column',
    load: () => import('./check'),
  },
  run: {
    usage:
      'run SCENARIO [--seed N] [--until 10m] [--solution NAME | --script FILE] [--save FILE] [--save-solution FILE] [--json]',
    about: 'plays a scenario headless: verdicts, figures, journal hash',
    load: () => import('./run'),
  },
  prove: {
    usage: 'prove PATH… [--seeds N] [--quick | --full] [--jobs N]',
    about: 'the lab is healthy, the faults break it, every solution wins, all else loses',
    load: () => import('./prove'),
  },
  replay: {
    usage: 'replay FILE',
    about: 'plays a saved run again: the same journal hash, or exit code 1',
    load: () => import('./replay'),
  },
  conformance: {
    usage: 'conformance CASES_DIR --out RESULTS_DIR [--jobs N]',
    about: 'plays recorded cases of the real programs and writes what happened here',
    load: () => import('./conformance'),
  },
  record: {
    usage: 'record CASE.json… | --check CASE.json… | --lab SCENARIO [--solution NAME] | --clean',
    about: 'plays a case, or a scenario, against the real daemons (Linux, root)',
    load: () => import('./record'),
  },
  steps: {
    usage: 'steps FILE.faultline-run.json [--id ID]',
    about: 'a saved run as the steps of a solution, for scenario.yaml',
    load: () => import('./steps'),
  },
  schema: {
    usage: 'schema [--check]',
    about: 'writes the JSON Schema of scenarios and the tables of docs/SCENARIOS.md',
    load: () => import('./schema'),
  },
  new: {
    usage: 'new ID [--in FOLDER]',
    about: 'starts a new scenario folder: a commented skeleton that passes check and prove',
    load: () => import('./new'),
  },
};

const OK = 0;
const WRONG_USAGE = 2;

export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) return complain(help());
  if (name === '--help' || name === '-h' || name === 'help') return say(help());
  const entry = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (entry === undefined) {
    return complain(`faultline: there is no subcommand "${name}". See: faultline --help`);
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    return say(`faultline ${entry.usage}\n  ${entry.about}`);
  }
  if (entry.load === undefined) return complain(`faultline: "${name}" is not available yet`);
  const { run } = await entry.load();
  try {
    return await run(rest);
  } catch (error) {
    if (error instanceof FolderError) return complain(error.message);
    throw error;
  }
}

function help(): string {
  const entries = Object.values(SUBCOMMANDS);
  const lines = entries.map((entry) => `  faultline ${entry.usage}\n      ${entry.about}`);
  return `Usage:\n${lines.join('\n')}`;
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return OK;
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return WRONG_USAGE;
}
