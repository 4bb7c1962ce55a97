/**
 * `faultline conformance CASES_DIR --out RESULTS_DIR [--jobs N]`: plays recorded cases of the real
 * programs and writes what happened here, in the form that the comparison wants.
 */
import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LabCase } from './conformance/case';
import { type Tally, tallyOf } from './conformance/compare';
import { fidelityPage } from './conformance/fidelity';
import { playLabCase } from './conformance/lab';

/** What a file of cases is played to: the result to write down, and what is not supported, by name. */
interface Played {
  readonly result: unknown;
  readonly problems: readonly string[];
}
/** One kind of case file: told by its `kind`; a lab has none. */
type Play = (given: unknown) => Played;
const KINDS: Readonly<Record<string, () => Promise<Play>>> = {
  // The door: what stands in a case file is trusted to have the form of its kind.
  lab: () =>
    Promise.resolve((given) => {
      const { problems, ...result } = playLabCase(given as LabCase);
      return { result, problems };
    }),
  shell: async () => {
    const { playShellCase } = await import('./conformance/shell');
    const { makeRegistry } = await import('../session/plug-ins');
    return (given) => ({ result: playShellCase(given, makeRegistry), problems: [] });
  },
  host: async () => {
    const { playHostCase } = await import('./conformance/host');
    const { makeRegistry } = await import('../session/plug-ins');
    return (given) => ({ result: playHostCase(given, makeRegistry), problems: [] });
  },
};

interface Options {
  readonly files: readonly string[];
  readonly out: string;
  readonly jobs: number;
  /** Differences that are known, with the reason of each; any other one is a failure. */
  readonly known: string | undefined;
  /** Where to write the page about it. */
  readonly report: string | undefined;
  /** This process plays every `of`-th file from `nth` on. */
  readonly share: { readonly nth: number; readonly of: number } | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`faultline conformance: ${options}\n`);
    return 2;
  }
  mkdirSync(options.out, { recursive: true });
  if (options.share === undefined && options.jobs > 1) {
    await shareOut(args, options.jobs);
  } else {
    const { nth, of } = options.share ?? { nth: 0, of: 1 };
    for (const [index, file] of options.files.entries())
      if (index % of === nth) await playFile(file, options.out);
  }
  if (options.share !== undefined) return 0;
  return summary(options);
}

function readOptions(args: readonly string[]): Options | string {
  const rest = [...args];
  const take = (name: string): string | undefined => {
    const at = rest.indexOf(name);
    return at < 0 ? undefined : rest.splice(at, 2)[1];
  };
  const out = take('--out');
  const jobs = Number(take('--jobs') ?? 1);
  const known = take('--known');
  const report = take('--report');
  const share = /^(\d+)\/(\d+)$/.exec(take('--share') ?? '');
  if (rest.length === 0) return 'give a folder of cases';
  if (out === undefined) return 'give --out RESULTS_DIR';
  if (!Number.isInteger(jobs) || jobs < 1) return '--jobs: expected a number above 0';
  const files: string[] = [];
  for (const given of rest) {
    const found = caseFiles(path.resolve(given));
    if (found.length === 0) return `${given}: there is no case here`;
    files.push(...found);
  }
  return {
    files,
    out: path.resolve(out),
    jobs,
    known,
    report,
    share: share === null ? undefined : { nth: Number(share[1]), of: Number(share[2]) },
  };
}

/** A file, or all .json files below a folder. */
function caseFiles(given: string): string[] {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [given];
  return readdirSync(given, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(given, name));
}

/** Other processes play a share each; they print for themselves. */
async function shareOut(args: readonly string[], jobs: number): Promise<void> {
  const script = process.argv[1] ?? '';
  const one = (nth: number): Promise<void> =>
    new Promise((resolve) => {
      fork(script, ['conformance', ...args, '--share', `${nth}/${jobs}`], { stdio: 'inherit' }).on(
        'exit',
        () => resolve(),
      );
    });
  await Promise.all(Array.from({ length: jobs }, (_, nth) => one(nth)));
}

async function playFile(file: string, out: string): Promise<void> {
  const given: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const kind = kindOf(given);
  if (kind === undefined) return;
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (load === undefined) {
    process.stderr.write(`${path.basename(file)}: not supported: cases of kind "${kind}"\n`);
    return;
  }
  const play = await load();
  // What an earlier run left must not stand for this one.
  rmSync(path.join(out, path.basename(file)), { force: true });
  try {
    const { result, problems } = play(given);
    writeFileSync(path.join(out, path.basename(file)), `${JSON.stringify(result)}\n`);
    for (const problem of problems) process.stderr.write(`${path.basename(file)}: ${problem}\n`);
  } catch (problem) {
    const text = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
    process.stderr.write(`${path.basename(file)}: broke off: ${text}\n`);
  }
}

/** undefined: no case at all (a file beside the cases). */
function kindOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if ('kind' in given && typeof given.kind === 'string') return given.kind;
  return 'hosts' in given && 'segments' in given ? 'lab' : undefined;
}

function summary(options: Options): number {
  const total: Tally = new Map();
  for (const file of options.files) {
    const given: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (kindOf(given) === undefined) continue;
    const name = path.join(options.out, path.basename(file));
    const result: unknown =
      statSync(name, { throwIfNoEntry: false }) === undefined ? {} : JSON.parse(readFileSync(name, 'utf8'));
    for (const [family, one] of tallyOf(given, result, path.basename(file, '.json'))) {
      const known = total.get(family) ?? { agree: 0, of: 0, differ: [] };
      total.set(family, {
        agree: known.agree + one.agree,
        of: known.of + one.of,
        differ: [...known.differ, ...one.differ],
      });
    }
  }
  return conclude(new Map([...total].sort(([a], [b]) => (a < b ? -1 : 1))), options);
}

/** Says it, and writes what was asked for. With a list of known differences a new one is a failure. */
function conclude(total: Tally, { known: knownFile, report }: Options): number {
  let agree = 0;
  let all = 0;
  for (const [family, one] of total) {
    agree += one.agree;
    all += one.of;
    process.stdout.write(
      `${family.padEnd(32)} ${one.agree} of ${one.of}  ${((100 * one.agree) / one.of).toFixed(1)} %\n`,
    );
  }
  process.stdout.write(`agreement ${((100 * agree) / Math.max(1, all)).toFixed(1)} % (${agree} of ${all})\n`);
  const known = knownFile === undefined ? undefined : readKnown(knownFile);
  const failed = known === undefined ? all - agree : newDifferences(total, known).length;
  if (report !== undefined) writeFileSync(report, fidelityPage(total, known?.differences ?? {}));
  const counts = process.env.FAULTLINE_COUNTS;
  if (counts !== undefined) writeFileSync(counts, JSON.stringify({ passed: agree, failed }));
  return known !== undefined && failed > 0 ? 1 : 0;
}

/** What is known to differ: by name with a reason, and for whole families by the share that must agree at least. */
interface Known {
  differences: Readonly<Record<string, string>>;
  /** Percent by family. */
  atLeast: Readonly<Record<string, number>>;
}
function readKnown(file: string): Known {
  const data = JSON.parse(readFileSync(file, 'utf8')) as Partial<Known> | null;
  if (typeof data !== 'object' || data === null)
    throw new Error(`${file}: expected { "differences": {…}, "atLeast": {…} }`);
  return { differences: data.differences ?? {}, atLeast: data.atLeast ?? {} };
}
/** Says what differs and is not known to, and what is known and agrees by now. */
function newDifferences(total: Tally, { differences, atLeast }: Known): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const [family, one] of total) {
    const names = one.differ.map((difference) => `${family}: ${difference}`);
    for (const name of names) seen.add(name);
    const least = atLeast[family];
    if (least !== undefined) {
      const share = (100 * one.agree) / one.of;
      if (share < least) found.push(`${family}: ${share.toFixed(1)} % agree, at least ${least} % must`);
      continue;
    }
    found.push(...names.filter((name) => !Object.hasOwn(differences, name)));
  }
  for (const name of new Set(found)) process.stderr.write(`differs, and is not known to: ${name}\n`);
  for (const name of Object.keys(differences))
    if (!seen.has(name)) process.stdout.write(`agrees now, although known to differ: ${name}\n`);
  return [...new Set(found)];
}
