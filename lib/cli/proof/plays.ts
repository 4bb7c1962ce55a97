/**
 * Plays of one run that begin alike are played once as far as they do: where
 * they part, the world is kept, and each of them goes on from there. The same
 * steps again lead to the same end (a run has no other ground state), so that
 * is told without playing.
 */
import type { Mark } from '../../kernel/timeline';
import type { Run } from '../../scenario/run';
import type { ScenarioStep } from '../../scenario/schema';
import type { RunInput } from '../../session/messages';
import { type Outcome, Player } from '../../session/play';
import { DAY, type Micros, parseDuration, SECOND } from '../../std/instant';

/** How a play ended. */
export interface Played extends Outcome {
  /** What was not reached, each with what was measured. */
  open: string;
}
interface Kept {
  mark: Mark<unknown, RunInput>;
  trouble: readonly string[];
}

export class Plays {
  /** Where two plays part: beginnings as `keysOf` names them. */
  readonly #partings = new Set<string>();
  /** For how long nobody does anything at first, in order of time. */
  readonly #waits: Micros[] = [];
  readonly #kept = new Map<string, Kept>();
  readonly #idle: { at: Micros; kept: Kept }[] = [];
  readonly #played = new Map<string, Played>();

  constructor(readonly run: Run<RunInput>) {
    this.#keepIdle();
  }

  /** Says what will be played, so that what is shared is kept. */
  expect(plays: readonly (readonly ScenarioStep[])[]): void {
    const begun = new Set<string>();
    const whole = new Set<string>();
    const waits = new Set(this.#waits);
    for (const steps of plays) {
      const keys = keysOf(steps);
      const shared = keys.findLastIndex((key) => begun.has(key));
      if (shared > 0 && !whole.has(keys.at(-1) ?? '')) this.#partings.add(keys[shared] ?? '');
      for (const key of keys) begun.add(key);
      whole.add(keys.at(-1) ?? '');
      waits.add(idleOf(steps).idle);
    }
    this.#waits.splice(0, this.#waits.length, ...[...waits].sort((a, b) => a - b));
  }
  /** Nobody has done anything for so long. */
  untouched(at: Micros): Player {
    // The shift itself may begin a moment late, when everybody has done what was under way.
    const from = this.#idle.findLast((entry) => entry.at <= at) ?? this.#idle[0];
    if (from !== undefined) this.run.timeline.returnTo(from.kept.mark);
    for (const wait of this.#waits)
      if (wait > this.run.now && wait <= at) {
        this.run.advance(wait);
        this.#keepIdle();
      }
    this.run.advance(at);
    return new Player(this.run);
  }
  /** Nobody ever does anything. */
  nothing(): Played {
    return this.#finish(this.untouched(this.#waits.at(-1) ?? 0));
  }
  /** Nobody does anything until `test` holds; to the verdict when it never does. */
  nothingUntil(test: () => boolean): void {
    const player = this.untouched(this.#waits.at(-1) ?? 0);
    player.waitUntil(() => test() || player.isOver, DAY, SECOND);
  }
  /** Plays the steps, then lets time go on to the verdict. */
  play(steps: readonly ScenarioStep[]): Played {
    const keys = keysOf(steps);
    const all = keys.at(-1) ?? '';
    const known = this.#played.get(all);
    if (known !== undefined) return known;
    const { idle, first } = idleOf(steps);
    const begun = keys.findLastIndex((key) => this.#kept.has(key));
    const kept = this.#kept.get(keys[begun] ?? '');
    const player = kept === undefined ? this.untouched(idle) : this.#resume(kept);
    for (let place = kept === undefined ? 0 : begun; place < steps.length - first; place++) {
      const step = steps[first + place];
      if (step !== undefined && !player.isOver) player.step(step);
      const key = keys[place + 1] ?? '';
      if (this.#partings.has(key) && !this.#kept.has(key)) this.#keep(key, player);
    }
    const played = this.#finish(player);
    this.#played.set(all, played);
    return played;
  }

  #finish(player: Player): Played {
    const outcome = player.finish();
    const open = outcome.unmet.map((id) => `${id} (${measured(this.run, id)})`).join(', ');
    return { ...outcome, open };
  }
  #resume({ mark, trouble }: Kept): Player {
    this.run.timeline.returnTo(mark);
    const player = new Player(this.run);
    player.trouble.push(...trouble);
    return player;
  }
  /** Not while a program is under way: then these plays part earlier. */
  #keep(key: string, player: Player): void {
    const mark = this.run.timeline.mark();
    if (mark !== undefined) this.#kept.set(key, { mark, trouble: [...player.trouble] });
  }
  #keepIdle(): void {
    const mark = this.run.timeline.mark();
    if (mark !== undefined) this.#idle.push({ at: this.run.now, kept: { mark, trouble: [] } });
    this.#idle.sort((a, b) => a.at - b.at);
  }
}

/** How long a play waits before its first other step. */
function idleOf(steps: readonly ScenarioStep[]): { idle: Micros; first: number } {
  const found = steps.findIndex(({ wait }) => wait === undefined);
  const first = found < 0 ? steps.length : found;
  const idle = steps.slice(0, first).reduce((sum, { wait }) => sum + (parseDuration(wait ?? '0') ?? 0), 0);
  return { idle, first };
}
/** Names each beginning of a play: first the wait, then one step more each time. */
function keysOf(steps: readonly ScenarioStep[]): string[] {
  const { idle, first } = idleOf(steps);
  const keys = [`${idle}`];
  for (const { optional: _, ...step } of steps.slice(first))
    keys.push(`${keys.at(-1) ?? ''}\n${JSON.stringify(step)}`);
  return keys;
}
function measured({ progress, scenario }: Run<RunInput>, id: string): string {
  if (id === scenario.tomorrow?.id) return progress.tomorrow.measured || 'not begun';
  return progress.objectives.get(id)?.measured || 'nothing seen';
}
