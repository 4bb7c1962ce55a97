/**
 * The courses that a run has taken: what each is called, from which other one
 * it parted and when, and what was done in it. One is the present course; the
 * others rest until they are taken up again, compared or saved.
 */
import type { Branch } from '../kernel/timeline';
import type { Run } from '../scenario/run';
import type { BranchView, Micros, RunInput, SavedBranch, SavedRun } from './messages';

type Course = Branch<unknown, RunInput>;
type Recorded = SavedRun['inputs'];

/** Saved with a run; of more, those that have rested longest are left out. */
const MOST_SAVED = 12;

export class Branches {
  readonly #views = new Map<number, BranchView>([
    [0, { id: 0, name: 'first attempt', parent: 0, forkedAt: 0, head: 0 }],
  ]);
  readonly #resting = new Map<number, Course>();
  #current = 0;

  constructor(private readonly run: Run<RunInput>) {}

  get current(): number {
    return this.#current;
  }
  /** All of them, the present one as far as it has gone. */
  views(head: Micros): BranchView[] {
    return [...this.#views.values()].map((view) => (view.id === this.#current ? { ...view, head } : view));
  }

  /** Gives up the recorded future and begins another course here. */
  fork(): void {
    const { run } = this;
    const parent = this.#current;
    this.#rest(parent, run.timeline.fork());
    this.#current = Math.max(...this.#views.keys()) + 1;
    const at = run.now;
    this.#views.set(this.#current, {
      id: this.#current,
      name: `attempt ${this.#current + 1}`,
      parent,
      forkedAt: at,
      head: at,
    });
  }
  /** Takes up another course where it was left. False when there is none of that number, or it is the present one. */
  switchTo(wanted: number): boolean {
    const { run } = this;
    const course = this.#resting.get(wanted);
    const index = course === undefined ? -1 : run.timeline.branches.indexOf(course);
    if (course === undefined || index < 0) return false;
    run.timeline.switchTo(course);
    this.#resting.delete(wanted);
    const left = run.timeline.branches[index];
    if (left !== undefined) this.#rest(this.#current, left);
    this.#current = wanted;
    run.seek(course.end - run.origin);
    return true;
  }
  #rest(id: number, course: Course): void {
    this.#resting.set(id, course);
    const view = this.#views.get(id);
    if (view !== undefined) this.#views.set(id, { ...view, head: course.end - this.run.origin });
  }

  /** What was done in a course, by instant of the run; undefined when there is none of that number. */
  inputsOf(id: number): Recorded | undefined {
    const { timeline, origin } = this.run;
    const inputs = id === this.#current ? timeline.inputs : this.#resting.get(id)?.inputs;
    return inputs?.map(({ at, input }) => ({ at: at - origin, input }));
  }

  // ---------------------------------------------------------------- saving
  saved(): Pick<SavedRun, 'branch' | 'branches'> {
    if (this.#resting.size === 0) return {};
    const present = this.#views.get(this.#current);
    const inputs = this.inputsOf(this.#current) ?? [];
    const others = [...this.#resting.keys()].slice(-MOST_SAVED).flatMap((id): SavedBranch[] => {
      const view = this.#views.get(id);
      const own = this.inputsOf(id) ?? [];
      const shared = sharedInputs(inputs, own);
      return view === undefined ? [] : [{ ...view, shared, inputs: own.slice(shared) }];
    });
    return { branches: others, ...(present === undefined ? {} : { branch: present }) };
  }
  /** After the present course of a saved run was played. */
  restore({ inputs, branch, branches = [] }: SavedRun): void {
    const { timeline, origin } = this.run;
    if (branch === undefined) return;
    this.#views.clear();
    this.#current = branch.id;
    const known = [...branches.map(({ shared: _, inputs: __, ...view }) => view), branch];
    for (const view of known.toSorted((a, b) => a.id - b.id)) this.#views.set(view.id, view);
    for (const { id, head, shared, inputs: rest } of branches) {
      const all = [...inputs.slice(0, shared), ...rest];
      const course = timeline.adopt({
        end: head + origin,
        inputs: all.map(({ at, input }) => ({ at: at + origin, input })),
      });
      this.#resting.set(id, course);
    }
  }
}

/** How many inputs two courses have in common before they part. */
export function sharedInputs(a: Recorded, b: Recorded): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && isSame(a[count], b[count])) count += 1;
  return count;
}
function isSame(a: Recorded[number] | undefined, b: Recorded[number] | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.at === b.at &&
    (a.input === b.input || JSON.stringify(a.input) === JSON.stringify(b.input))
  );
}
