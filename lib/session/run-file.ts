/**
 * A run as one file, `NAME.faultline-run.json`. A door: what comes in is
 * validated here, and a file that is refused changes nothing that is stored.
 */
import { z } from 'zod/mini';
import type { SavedRun } from './messages';
import { problemOfRun } from './saved-run';

const MOST_BYTES = 32_000_000;

const at = z.number().check(z.int(), z.gte(0));
const input = z.object({ at, input: z.looseObject({ kind: z.string() }) });
const number = z.number().check(z.int(), z.gte(0));
const branch = { id: number, name: z.string(), parent: number, forkedAt: at, head: at };
const savedRun = z.object({
  format: z.literal('faultline-run'),
  version: z.literal(1),
  engine: z.string(),
  scenario: z.object({
    id: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]*$/)),
    files: z.record(z.string(), z.string()),
  }),
  seed: z.number(),
  inputs: z.array(input),
  at,
  savedAt: z.string(),
  title: z.string(),
  branch: z.optional(z.object(branch)),
  branches: z.optional(z.array(z.object({ ...branch, shared: number, inputs: z.array(input) }))),
  hash: z.string(),
});

export type RunFile = { ok: true; run: SavedRun } | { ok: false; message: string };

export function readRunFile(text: string): RunFile {
  if (text.length > MOST_BYTES)
    return refuse(
      `This file is too large to be a run (${megabytes(text.length)}; at most ${megabytes(MOST_BYTES)}).`,
    );
  const data = parseJson(text);
  if (data === undefined)
    return refuse(
      'This file is damaged: it is not complete JSON. It may have been cut off while it was copied.',
    );
  if (typeof data !== 'object' || data === null || !('format' in data) || data.format !== 'faultline-run')
    return refuse('This is not a Faultline run. Look for a file whose name ends in .faultline-run.json.');
  if ('version' in data && data.version !== 1)
    return refuse(
      `This run was saved in format version ${String(data.version)}; this Faultline reads version 1.`,
    );
  const checked = savedRun.safeParse(data);
  if (!checked.success) {
    const where = checked.error.issues[0]?.path.join('.') ?? '';
    return refuse(
      `This run was changed by hand or is damaged: “${where}” is not what it should be (problems: ${checked.error.issues.length}).`,
    );
  }
  // What the inputs hold is checked below.
  const run = checked.data as SavedRun;
  const problem = problemOfRun(run);
  return problem === undefined ? { ok: true, run } : refuse(problem);
}

export function writeRunFile(run: SavedRun): { name: string; text: string } {
  const stamp = run.savedAt.slice(0, 16).replace(/[^0-9]/g, '');
  return {
    name: `${run.scenario.id}-${stamp}.faultline-run.json`,
    text: `${JSON.stringify(run, undefined, 1)}\n`,
  };
}

function refuse(message: string): RunFile {
  return { ok: false, message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
