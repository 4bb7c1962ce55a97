/**
 * A run that can be rewound: it records the inputs, takes checkpoints on the
 * way, and reaches any moment by the nearest checkpoint plus the inputs that
 * followed it. Run straight, or seek anywhere and run on: the journal is the
 * same.
 *
 * An input waits until the events of its own instant have run, so that its
 * place in the order follows from (instant, number) alone, however finely the
 * run was stepped.
 */

import { assert } from '../std/assert';
import { MINUTE, SECOND, type Micros } from '../std/instant';
import { Checkpoints, type Checkpoint } from './checkpoints';
import type { Kernel } from './kernel';

/** One recorded input: a learner's command, an instructor's inject. */
export interface RecordedInput<I> {
  readonly at: Micros;
  /** its number in the run, from 0 */
  readonly seq: number;
  readonly input: I;
}

/** A course of events that was left at `from` for another one. */
export interface Branch<S, I> {
  readonly from: Micros;
  /** how far it went */
  readonly end: Micros;
  /** all its inputs since the start of the run */
  readonly inputs: readonly RecordedInput<I>[];
  readonly checkpoints: readonly Checkpoint<S>[];
}

/** A moment of one course of events, to go on from as often as one likes. */
export interface Mark<S, I> {
  readonly checkpoint: Checkpoint<S>;
  /** what had acted until then */
  readonly inputs: readonly RecordedInput<I>[];
}

/** What a timeline works on, and how often it takes checkpoints. */
export interface TimelineOptions<S, I> {
  readonly kernel: Kernel;
  /** a copy of the owner's state that later changes do not reach; it may share with the one saved before it */
  readonly saveState: (before: S | undefined) => S;
  /** goes to a saved state; must copy it, the one given is used again */
  readonly loadState: (state: S) => void;
  /** false while something is under way that cannot be saved: no checkpoint then */
  readonly quiescent: () => boolean;
  /** lets an input act, at the kernel's present instant */
  readonly apply: (input: I) => void;
  /** simulated time between checkpoints; 60 s */
  readonly everyMicros?: Micros;
  /** checkpoints to keep, at least 2; beyond that the densest are dropped; 128 */
  readonly keep?: number;
}

/** Recorder and rewinder of one run. */
export class Timeline<S, I = unknown> {
  readonly #options: TimelineOptions<S, I>;
  readonly #kernel: Kernel;
  readonly #checkpoints: Checkpoints<S>;
  readonly #every: Micros;
  #inputs: RecordedInput<I>[] = [];
  /** how many of the inputs have acted */
  #applied = 0;
  #end: Micros;
  #dueAt: Micros;
  readonly #branches: Branch<S, I>[] = [];

  constructor(options: TimelineOptions<S, I>) {
    this.#options = options;
    this.#kernel = options.kernel;
    this.#every = options.everyMicros ?? MINUTE;
    assert(options.quiescent(), 'a timeline starts where nothing is under way');
    this.#end = this.#kernel.now;
    this.#dueAt = this.#end + this.#every;
    this.#checkpoints = new Checkpoints(this.#capture(undefined), options.keep ?? 128);
  }

  /** The input log, those yet to come after a seek included. */
  get inputs(): readonly RecordedInput<I>[] {
    return this.#inputs;
  }

  /** The furthest instant that this course of events was run to. */
  get end(): Micros {
    return this.#end;
  }

  /** Whether something recorded lies ahead of the present instant. */
  get hasFuture(): boolean {
    return this.#end > this.#kernel.now || this.#applied < this.#inputs.length;
  }

  /** The courses of events that were left, oldest first. */
  get branches(): readonly Branch<S, I>[] {
    return this.#branches;
  }

  /** The instants that can be reached without running anything. */
  get checkpoints(): readonly Micros[] {
    return this.#checkpoints.list.map((checkpoint) => checkpoint.at);
  }

  /** Records an input and lets it act now. In the past of what was recorded, this forks first. */
  input(input: I): void {
    this.#settle();
    if (this.hasFuture) this.fork();
    this.#checkpointIfDue();
    this.#inputs.push({ at: this.#kernel.now, seq: this.#inputs.length, input });
    this.#applyNext();
  }

  /** Runs to an instant, recorded inputs included. */
  advance(to: Micros): void {
    while (this.#kernel.now < to || this.#isInputDueBy(to)) {
      this.#runUntil(Math.min(to, this.#nextStop()));
      if (this.#isInputDueBy(this.#kernel.now)) this.#applyNext();
      else this.#checkpointIfDue();
    }
    this.#settle();
  }

  /** Runs the next event or recorded input, however far ahead it is. False when there is none. */
  step(): boolean {
    const next = this.#inputs[this.#applied];
    const eventAt = this.#kernel.nextAt();
    if (next !== undefined && (eventAt === undefined || eventAt > next.at)) {
      this.#runUntil(next.at);
      this.#applyNext();
      return true;
    }
    const ran = this.#kernel.step();
    this.#end = Math.max(this.#end, this.#kernel.now);
    return ran;
  }

  /** Goes to any instant, past or future; what was recorded after it is kept until a fork. */
  seek(at: Micros): void {
    const nearest = this.#checkpoints.lastUpTo(at);
    const now = this.#kernel.now;
    if (at < now || nearest.at > now) this.#return(nearest);
    this.advance(at);
  }

  /** Gives up the recorded future and goes on from here. @returns what was given up; also in `branches` */
  fork(): Branch<S, I> {
    const now = this.#kernel.now;
    const branch: Branch<S, I> = {
      from: now,
      end: this.#end,
      inputs: this.#inputs,
      checkpoints: this.#checkpoints.list.slice(),
    };
    this.#branches.push(branch);
    this.#inputs = this.#inputs.slice(0, this.#applied);
    this.#checkpoints.dropAfter(now, this.#applied);
    this.#end = now;
    this.#dueAt = this.#checkpoints.last.at + this.#every;
    return branch;
  }

  /** Lets go of the courses that were left, with all that they hold. */
  forgetBranches(): void {
    this.#branches.length = 0;
  }

  /** A course known by its inputs alone, from an earlier session: it is played when somebody takes it up. */
  adopt(course: {
    readonly end: Micros;
    readonly inputs: readonly { readonly at: Micros; readonly input: I }[];
  }): Branch<S, I> {
    const first = this.#checkpoints.first;
    assert(isInOrder(course.inputs, first.at), 'the inputs of a course must be in order of time');
    const branch: Branch<S, I> = {
      from: course.end,
      end: course.end,
      inputs: course.inputs.map(({ at, input }, seq) => ({ at, seq, input })),
      checkpoints: [first],
    };
    this.#branches.push(branch);
    return branch;
  }

  /** Takes up a branch of `branches` again, at the instant where it was left; the present course takes its place. */
  switchTo(branch: Branch<S, I>): void {
    const index = this.#branches.indexOf(branch);
    assert(index >= 0, 'switch to a branch that this run does not have');
    this.#branches[index] = {
      from: branch.from,
      end: this.#end,
      inputs: this.#inputs,
      checkpoints: this.#checkpoints.list.slice(),
    };
    this.#inputs = branch.inputs.slice();
    this.#checkpoints.replaceBy(branch.checkpoints);
    this.#end = branch.end;
    this.#return(this.#checkpoints.lastUpTo(branch.from));
    this.advance(branch.from);
  }

  /**
   * Starts over from the beginning with another input log and runs it to
   * `until`; branches and later checkpoints are dropped.
   */
  replay(inputs: readonly { readonly at: Micros; readonly input: I }[], until?: Micros): void {
    const first = this.#checkpoints.first;
    assert(isInOrder(inputs, first.at), 'the inputs of a replay must be in order of time');
    this.#inputs = inputs.map(({ at, input }, seq) => ({ at, seq, input }));
    this.#branches.length = 0;
    this.#checkpoints.replaceBy([first]);
    this.#end = first.at;
    this.#return(first);
    this.advance(until ?? this.#inputs.at(-1)?.at ?? first.at);
  }

  /** The present moment, to return to; undefined while something is under way that cannot be saved. */
  mark(): Mark<S, I> | undefined {
    this.#settle();
    if (!this.#options.quiescent()) return undefined;
    return {
      checkpoint: this.#capture(this.#checkpoints.last.state),
      inputs: this.#inputs.slice(0, this.#applied),
    };
  }

  /** Goes on from a mark of this run, whatever was played since; the present course and all branches are dropped. */
  returnTo({ checkpoint, inputs }: Mark<S, I>): void {
    this.#inputs = inputs.slice();
    this.#branches.length = 0;
    const { first } = this.#checkpoints;
    this.#checkpoints.replaceBy(checkpoint.at === first.at ? [checkpoint] : [first, checkpoint]);
    this.#end = checkpoint.at;
    this.#return(checkpoint);
  }

  /** Runs what is still to run at the present instant. */
  #settle(): void {
    this.#runUntil(this.#kernel.now);
  }

  #runUntil(at: Micros): void {
    this.#kernel.runUntil(at);
    this.#end = Math.max(this.#end, at);
  }

  #isInputDueBy(at: Micros): boolean {
    const next = this.#inputs[this.#applied];
    return next !== undefined && next.at <= at;
  }

  /** The next instant at which something besides events has to happen. */
  #nextStop(): Micros {
    const now = this.#kernel.now;
    const inputAt = this.#inputs[this.#applied]?.at ?? Number.POSITIVE_INFINITY;
    // A checkpoint that is overdue (something was under way) is tried again every second.
    const checkpointAt = this.#dueAt > now ? this.#dueAt : now + SECOND;
    return Math.min(inputAt, checkpointAt);
  }

  #applyNext(): void {
    const next = this.#inputs[this.#applied];
    assert(next !== undefined, 'no input left to apply');
    this.#applied++;
    this.#options.apply(next.input);
  }

  #checkpointIfDue(): void {
    if (this.#kernel.now < this.#dueAt || !this.#options.quiescent()) return;
    this.#checkpoints.add(this.#capture(this.#checkpoints.last.state));
    this.#dueAt = this.#kernel.now + this.#every;
  }

  #capture(before: S | undefined): Checkpoint<S> {
    return {
      at: this.#kernel.now,
      applied: this.#applied,
      kernel: this.#kernel.save(),
      state: this.#options.saveState(before),
    };
  }

  #return(checkpoint: Checkpoint<S>): void {
    this.#kernel.load(checkpoint.kernel);
    this.#options.loadState(checkpoint.state);
    this.#applied = checkpoint.applied;
    // On the way to the next one, which exists already, none is taken.
    this.#dueAt = this.#checkpoints.last.at + this.#every;
  }
}

function isInOrder(inputs: readonly { readonly at: Micros }[], start: Micros): boolean {
  return inputs.every(({ at }, i) => at >= (inputs[i - 1]?.at ?? start));
}
