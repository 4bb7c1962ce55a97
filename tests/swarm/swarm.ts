/** One run of the swarm: a lab and what happens to it, from a seed. */
import { makeRun } from '../../lib/session/make-run';
import type { RunInput } from '../../lib/session/messages';
import type { Run } from '../../lib/scenario/run';
import { RandomStream } from '../../lib/std/random';
import { draw } from './happenings';
import { freshMemory, violations } from './invariants';
import { drawLab } from './lab';

const SECOND = 1_000_000;
const LENGTH = 150 * SECOND;
const LOOK_EVERY = 5 * SECOND;
const HAPPENINGS = 25;
/** After these two machines may hold an address without any defect of ours. */
const SPLITTING =
  /^(?:freeze|link|impair|partition|address-conflict|kill-process|hang|command|file|wrong-gateway|memory-leak|processor-hog|disk-.*|inodes-gone)$/;

export interface Swarmed {
  wrong: string[];
  hash: string;
  inputs: number;
}

export function build(seed: number): { run: Run<RunInput>; lab: ReturnType<typeof drawLab> } {
  const lab = drawLab(new RandomStream(seed, 'lab'), seed);
  const made = makeRun(lab.source, { seed, traces: seed % 2 === 0 });
  if (!made.ok)
    throw new Error(
      `the lab of seed ${seed} does not load: ${JSON.stringify(made.loaded.problems.slice(0, 3))}`,
    );
  return { run: made.run, lab };
}

/** Plays a seed and looks at every invariant on the way; then again, and backwards. */
export function swarm(seed: number, options: { rewinds: number } = { rewinds: 2 }): Swarmed {
  const wrong: string[] = [];
  const { run, lab } = build(seed);
  const memory = freshMemory();
  const random = new RandomStream(seed, 'happenings');
  const look = (): void => {
    for (const text of violations(run, memory))
      wrong.push(`at ${Math.round(run.now / 10_000) / 100} s: ${text}`);
  };
  look();
  const advance = (to: number): void => {
    while (run.now < to && wrong.length === 0) {
      run.advance(Math.min(to, (Math.floor(run.now / LOOK_EVERY) + 1) * LOOK_EVERY));
      look();
    }
  };
  run.timeline.input({ kind: 'terminal-open', terminal: 't1', host: 'bastion', user: 'student' });
  let happened = 0;
  for (; happened < HAPPENINGS && wrong.length === 0; happened++) {
    const { after, input } = draw(random, lab, run.world);
    if (run.now + after > LENGTH) break;
    advance(run.now + after);
    if (input.kind === 'inject' && SPLITTING.test(String(input.fault['kind']))) memory.mayShare = true;
    if (input.kind === 'line') memory.mayShare = true;
    run.timeline.input(input);
  }
  advance(LENGTH);
  const hash = run.kernel.journal.hash();
  if (wrong.length === 0) wrong.push(...again(run, seed, hash, random, options.rewinds));
  return { wrong, hash, inputs: run.timeline.inputs.length };
}

function again(
  run: Run<RunInput>,
  seed: number,
  hash: string,
  random: RandomStream,
  rewinds: number,
): string[] {
  const wrong: string[] = [];
  const end = run.kernel.now;
  const reach = (what: string): void => {
    run.timeline.seek(end);
    if (run.kernel.journal.hash() !== hash) wrong.push(`${what}, the journal is another one`);
  };
  const { checkpoints } = run.timeline;
  for (const at of random.shuffle(checkpoints).slice(0, rewinds)) {
    run.timeline.seek(at);
    reach(`replayed from the checkpoint at ${Math.round((at - run.origin) / 10_000) / 100} s`);
  }
  const { run: other } = build(seed);
  other.timeline.replay(run.timeline.inputs, end);
  if (other.kernel.journal.hash() !== hash)
    wrong.push(`run again, the journal is another one${firstDifference(run, other)}`);
  return wrong;
}

/** Where two runs part. */
export function firstDifference(one: Run<RunInput>, other: Run<RunInput>): string {
  const length = Math.min(one.kernel.journal.length, other.kernel.journal.length);
  for (let seq = 0; seq < length; seq++) {
    const [a, b] = [one, other].map(({ kernel }) => JSON.stringify(kernel.journal.get(seq)));
    if (a !== b) return `, from entry ${seq}:\n  ${a?.slice(0, 300)}\n  ${b?.slice(0, 300)}`;
  }
  return `, after ${length} equal entries (${one.kernel.journal.length} and ${other.kernel.journal.length})`;
}
