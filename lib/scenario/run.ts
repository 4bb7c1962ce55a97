/**
 * One run of a scenario: kernel, world, the scenario's timeline, objectives
 * and the input log. The ground state is (scenario, seed, inputs); everything
 * else follows from it.
 */
import { Kernel } from '../kernel/kernel';
import type { HandlerId } from '../kernel/kernel';
import type { JournalEntry } from '../kernel/journal';
import { Timeline } from '../kernel/timeline';
import { FAULTS, findFault } from '../faults/registry';
import { findObjective, OBJECTIVES } from '../objectives/registry';
import {
  momentOf,
  type ObjectiveDefinition,
  type Observations,
  type ObservedRequest,
} from '../objectives/definition';
import { assert } from '../std/assert';
import { type Micros, parseDuration, SECOND } from '../std/instant';
import { clonePlain } from '../std/plain';
import type { Parameter, ParameterValues } from '../world/parameters';
import type { SimulatedWorld } from '../world/world';
import { FaultSchedule } from './fault-schedule';
import { valuesOf } from './kinds';
import { type ObjectiveProgress, type RunProgress, startOfProgress } from './progress';
import type { Scenario } from './schema';
import type { Translations } from './translations';

/** What the floors above give to a run: how its world is made and how inputs act on it. */
export interface RunOptions<I> {
  scenario: Scenario;
  /** The texts of its folder, as the loader left them. */
  files: Readonly<Record<string, string>>;
  /** The scenario's texts in other languages. */
  translations?: Translations;
  seed: number;
  /** Looks out for what the scenario says is broken; proofs ask for it. */
  watchBreaks?: boolean;
  /** Simulated time between checkpoints. No result depends on it. */
  checkpointEvery?: Micros;
  makeWorld: (kernel: Kernel) => SimulatedWorld;
  applyInput: (run: Run<I>, input: I) => void;
}
type Entry = Scenario['objectives'][number];
/** Something that waits until a condition holds. */
interface Waiting {
  key: string;
  condition: { kind: string };
  then: () => void;
}

/** What is told of requests: an objective, or what waits for a condition. */
interface Told<T> {
  of: T;
  definition: ObjectiveDefinition;
  values: ParameterValues;
}

interface RunState {
  world: unknown;
  progress: RunProgress;
}

/** Microseconds of a duration that the loader has checked. */
function micros(text: string): Micros {
  return parseDuration(text) ?? 0;
}

/** What a request's objectives may look at: most look at the events only, so the rest is put together when asked for. */
class SeenAtRequest implements Observations {
  readonly events: Observations['events'];
  readonly totals: Observations['totals'];
  constructor(
    private readonly run: Pick<Run<never>, 'met' | 'observations'>,
    readonly world: SimulatedWorld,
    readonly now: Micros,
    progress: RunProgress,
  ) {
    this.events = progress.events;
    this.totals = progress.totals;
  }
  get met(): Observations['met'] {
    return this.run.met();
  }
  get alerts(): Observations['alerts'] {
    return this.run.observations().alerts;
  }
}

export class Run<I> {
  readonly scenario: Scenario;
  readonly kernel: Kernel;
  readonly world: SimulatedWorld;
  readonly timeline: Timeline<unknown, I>;
  /** Kernel instant at which the learner's run begins. */
  readonly origin: Micros;
  progress: RunProgress = startOfProgress();
  readonly #judged: readonly Entry[];
  readonly #deadline: Micros;
  /** How long it may fail before a pager's alert fires, by the alert's id. */
  readonly #patience: ReadonlyMap<string, Micros>;
  readonly #values = new WeakMap<object, ParameterValues>();
  readonly #secondHandler: HandlerId;
  readonly #eventHandler: HandlerId;
  readonly #hintHandler: HandlerId;
  readonly #faults: FaultSchedule;
  readonly #waiting: readonly Waiting[];

  constructor(private readonly options: RunOptions<I>) {
    this.scenario = options.scenario;
    this.#judged = [...this.scenario.objectives, ...this.scenario.guards];
    this.#deadline = micros(this.scenario.deadline);
    this.#patience = new Map(this.scenario.pager.map(({ id, failing }) => [id, micros(failing)]));
    this.kernel = new Kernel({ seed: options.seed });
    this.world = options.makeWorld(this.kernel);
    this.origin = micros(this.scenario.lab.settle);
    for (const definition of [...FAULTS, ...OBJECTIVES]) definition.register?.(this.world);
    this.#faults = new FaultSchedule(
      this.kernel,
      this.world,
      () => this.progress.phase !== 'won' && this.progress.phase !== 'lost',
    );
    this.#waiting = this.#conditions();
    const prepareHandler = this.kernel.handler<{ host: string; run: string }>(
      'run.prepare',
      ({ host, run }) => findFault('command')?.apply(this.world, { host, run }),
    );
    this.#secondHandler = this.kernel.handler<undefined>('run.second', () => this.#second());
    this.#eventHandler = this.kernel.handler<{ id: string }>('run.event', ({ id }) => this.#happen(id));
    this.#hintHandler = this.kernel.handler<{ index: number }>('run.hint', ({ index }) =>
      this.#showHint(index),
    );
    this.kernel.journal.onAppend((entry) => this.#seen(entry));
    for (const host of this.world.hosts()) this.world.powerOn(host);
    for (const step of this.scenario.lab.prepare)
      this.kernel.schedule(micros(step.at), prepareHandler, { host: step.host, run: step.run });
    this.kernel.runUntil(this.origin);
    this.#begin();
    while (!this.world.quiescent() && this.kernel.step());
    this.timeline = new Timeline<unknown, I>({
      kernel: this.kernel,
      saveState: (before) => {
        const saved = before as RunState | undefined;
        return {
          world: this.world.save(saved?.world),
          progress: clonePlain(this.progress, saved?.progress),
        };
      },
      loadState: (state) => {
        const saved = state as RunState;
        this.world.load(saved.world);
        this.progress = clonePlain(saved.progress);
      },
      quiescent: () => this.world.quiescent(),
      ...(options.checkpointEvery === undefined ? {} : { everyMicros: options.checkpointEvery }),
      apply: (input) => options.applyInput(this, input),
    });
  }

  /** Texts of the scenario's folder, with the variants' values. */
  get files(): Readonly<Record<string, string>> {
    return this.options.files;
  }
  get translations(): Translations {
    return this.options.translations ?? {};
  }
  /** Instant of the run: 0 is where the learner begins. */
  get now(): Micros {
    return this.kernel.now - this.origin;
  }
  /** Runs to an instant of the run. */
  advance(to: Micros): void {
    this.timeline.advance(to + this.origin);
  }
  seek(to: Micros): void {
    this.timeline.seek(Math.max(0, to) + this.origin);
  }

  // ---------------------------------------------------------------- the scenario's timeline
  #begin(): void {
    this.progress.phase = 'running';
    for (const entry of this.#entries()) this.progress.objectives.set(entry.id, this.#startOf(entry));
    for (const { key, condition } of this.#waiting) {
      const definition = findObjective(condition.kind);
      assert(definition !== undefined, `objective kind "${condition.kind}" was checked by the loader`);
      this.progress.conditions.set(key, definition.start(this.#valuesOf(definition, condition)));
    }
    for (const event of this.scenario.timeline)
      if (event.at !== undefined)
        this.kernel.schedule(this.origin + micros(event.at), this.#eventHandler, { id: event.id });
    this.scenario.hints.forEach(({ after }, index) => {
      if (after !== undefined)
        this.kernel.schedule(this.origin + micros(after), this.#hintHandler, { index });
    });
    this.kernel.schedule(this.kernel.now + SECOND, this.#secondHandler, undefined);
    this.world.record('run', 'run.started', { scenario: this.scenario.id, seed: this.kernel.seed });
  }
  #entries(): readonly Entry[] {
    return this.#judged;
  }
  /** Parameter values of an entry, read once: they are asked for at every request. */
  #valuesOf(
    definition: { parameters: readonly Parameter[] },
    entry: Readonly<Record<string, unknown>>,
  ): ParameterValues {
    const known = this.#values.get(entry);
    if (known !== undefined) return known;
    const values = valuesOf(definition.parameters, entry);
    this.#values.set(entry, values);
    return values;
  }
  #startOf(entry: Entry): ObjectiveProgress {
    const definition = findObjective(entry.kind);
    assert(definition !== undefined, `objective kind "${entry.kind}" was checked by the loader`);
    return {
      state: definition.start(this.#valuesOf(definition, entry)),
      verdict: 'waiting',
      progress: 0,
      measured: '',
      at: undefined,
      decided: false,
    };
  }
  #happen(id: string): void {
    const event = this.scenario.timeline.find((entry) => entry.id === id);
    if (event === undefined || this.progress.events.has(id)) return;
    this.progress.events.set(id, this.kernel.now);
    const faults = [...(event.fault === undefined ? [] : [event.fault]), ...event.faults];
    this.kernel.cause = this.world.record('scenario', 'timeline', {
      id,
      ...(faults[0] === undefined ? {} : { fault: faults[0].kind, ...hostOf(faults[0]) }),
      ...(event.hidden ? { hidden: true } : {}),
    });
    if (event.say !== undefined) this.say(event.say.kind, event.say.from, event.say.text);
    for (const fault of faults) this.#faults.begin(fault);
    for (const next of this.scenario.timeline) {
      if (next.after?.event === id)
        this.kernel.after(micros(next.after.delay), this.#eventHandler, { id: next.id });
    }
  }
  /** What waits for a condition: events, hints, and the proof's question what is broken. */
  #conditions(): Waiting[] {
    const { timeline, hints, breaks } = this.scenario;
    const waiting: Waiting[] = [];
    for (const { id, when } of timeline)
      if (when !== undefined)
        waiting.push({ key: `event ${id}`, condition: when, then: () => this.#happen(id) });
    hints.forEach(({ when }, index) => {
      if (when !== undefined)
        waiting.push({ key: `hint ${index}`, condition: when, then: () => this.#showHint(index) });
    });
    if (this.options.watchBreaks === true)
      breaks.forEach((condition, index) =>
        waiting.push({
          key: `breaks ${index}`,
          condition,
          then: () => this.progress.broken.set(index, this.now),
        }),
      );
    return waiting;
  }
  /** A fault that no timeline holds, with the keys that every fault may have (`after`, `for`, …). */
  strike(fault: Readonly<Record<string, unknown>> & { kind: string }): void {
    this.#faults.begin(fault);
  }
  /** What a fault broke is in order again, before its time or though it was to stay. */
  mend(fault: Readonly<Record<string, unknown>> & { kind: string }): void {
    this.#faults.mend(fault);
  }
  /** The learner asks for the next hint. */
  takeHint(): number {
    const index = this.scenario.hints.findIndex((_, at) => !this.progress.hintsShown.includes(at));
    if (index < 0) return this.scenario.hints.length - 1;
    this.progress.hints += 1;
    this.progress.hintsShown.push(index);
    return index;
  }
  #showHint(index: number): void {
    if (this.progress.phase !== 'running' || this.progress.hintsShown.includes(index)) return;
    this.progress.hintsShown.push(index);
    this.world.record('run', 'hint.shown', { index });
  }
  /** The learner names a cause; the first answer counts. */
  answer(question: string, choice: string): void {
    const known = this.scenario.diagnosis.some(({ id }) => id === question);
    if (known && !this.progress.answers.has(question)) this.progress.answers.set(question, choice);
  }
  say(kind: RunProgress['feed'][number]['kind'], from: string, text: string): void {
    const seq = this.world.record('on-call', `feed.${kind}`, { from, text });
    this.progress.feed.push({ seq, at: this.now, kind, from, text });
  }

  // ---------------------------------------------------------------- observing
  #seen(entry: JournalEntry): void {
    if (entry.type === 'learner.line') this.#typed(entry);
    if (entry.type !== 'request' || this.progress.phase === 'preparing') return;
    const data = entry.data as { from: string; ok: boolean; status: number; error: string; micros: number };
    const request: ObservedRequest = {
      at: entry.at,
      from: data.from,
      ok: data.ok,
      status: data.status,
      error: data.error,
      micros: data.micros,
      seq: entry.seq,
    };
    this.#count(request);
    const seen = new SeenAtRequest(this, this.world, this.kernel.now, this.progress);
    const { phase, objectives, conditions } = this.progress;
    const { judged, waiting } = (this.#told ??= this.#whoIsTold());
    if (phase === 'running')
      for (const { of, definition, values } of judged) {
        const progress = objectives.get(of.id);
        if (progress !== undefined && !progress.decided && this.#isOpenNow(of))
          definition.request?.(progress.state, request, values, seen);
      }
    for (const { of, definition, values } of waiting)
      if (conditions.has(of)) definition.request?.(conditions.get(of), request, values, seen);
    if (phase === 'tomorrow') this.#seenTomorrow(request, seen);
  }
  /** Of all that is judged, what wants to know of every request. */
  #told: { judged: Told<Entry>[]; waiting: Told<string>[] } | undefined;
  #whoIsTold(): { judged: Told<Entry>[]; waiting: Told<string>[] } {
    const told = <T>(of: T, entry: { kind: string }): Told<T>[] => {
      const definition = findObjective(entry.kind);
      return definition?.request === undefined
        ? []
        : [{ of, definition, values: this.#valuesOf(definition, entry) }];
    };
    return {
      judged: this.#judged.flatMap((entry) => told(entry, entry)),
      waiting: this.#waiting.flatMap(({ key, condition }) => told(key, condition)),
    };
  }
  #typed({ data }: JournalEntry): void {
    const { text } = data as { text: string };
    this.scenario.hints.forEach((hint, index) => {
      const wrong = hint['when-typed'];
      if (wrong !== undefined && text.includes(wrong)) this.#showHint(index);
    });
  }
  /** A stage opens with the event or objective that its entries wait for. */
  #isOpen({ after }: Entry, seen: Observations): boolean {
    return after === undefined || momentOf(seen, after) !== undefined;
  }
  /** The same at a request, without putting everything together that may be looked at. */
  #isOpenNow({ after }: Entry): boolean {
    if (after === undefined || this.progress.events.has(after)) return true;
    const objective = this.progress.objectives.get(after);
    return objective?.verdict === 'met' && objective.at !== undefined;
  }
  #seenTomorrow(request: ObservedRequest, seen: Observations): void {
    const { startedAt, expect } = this.progress.tomorrow;
    if (startedAt === undefined || request.at - request.micros < startedAt) return;
    this.scenario.tomorrow?.expect.forEach((entry, index) => {
      const definition = findObjective(entry.kind);
      definition?.request?.(expect[index], request, this.#valuesOf(definition, entry), seen);
    });
  }
  #count(request: ObservedRequest): void {
    // What comes after the verdict is no part of the shift.
    if (this.progress.finishedAt === undefined) this.#tally(request);
    const { from, ok } = request;
    for (const pager of this.scenario.pager) if (pager.from === from) this.#page(pager, ok);
  }
  #tally({ from, ok, micros: took }: ObservedRequest): void {
    const { totals, seconds } = this.progress;
    for (const key of ['', from]) {
      const total = totals.get(key) ?? { total: 0, failed: 0 };
      total.total += 1;
      if (!ok) total.failed += 1;
      totals.set(key, total);
    }
    const rows = seconds.get(from) ?? [];
    const second = Math.max(0, Math.floor(this.now / SECOND));
    while (rows.length <= second) rows.push({ ok: 0, failed: 0, slowest: 0 });
    const row = rows[second];
    if (row !== undefined) {
      if (ok) row.ok += 1;
      else row.failed += 1;
      row.slowest = Math.max(row.slowest, took);
    }
    seconds.set(from, rows);
  }
  #page(pager: Scenario['pager'][number], ok: boolean): void {
    const state = this.progress.pagers.get(pager.id) ?? { failingSince: undefined, firing: false };
    this.progress.pagers.set(pager.id, state);
    if (ok) {
      if (state.firing) this.say('resolved', 'pager', pager.title);
      state.failingSince = undefined;
      state.firing = false;
      return;
    }
    state.failingSince ??= this.kernel.now;
    if (state.firing || this.kernel.now - state.failingSince < (this.#patience.get(pager.id) ?? 0)) return;
    state.firing = true;
    this.say('page', 'pager', pager.title);
  }
  observations(): Observations {
    return {
      world: this.world,
      now: this.kernel.now,
      events: this.progress.events,
      totals: this.progress.totals,
      met: this.met(),
      alerts: this.#alerts(),
    };
  }
  /** Put together when a verdict has changed: it is asked for at every request. */
  #met: { of: RunProgress; moments: ReadonlyMap<string, Micros> } | undefined;
  met(): Observations['met'] {
    const { progress } = this;
    if (this.#met?.of === progress) return this.#met.moments;
    const moments = new Map<string, Micros>();
    for (const [id, objective] of progress.objectives)
      if (objective.verdict === 'met' && objective.at !== undefined) moments.set(id, objective.at);
    this.#met = { of: progress, moments };
    return moments;
  }
  #alerts(): Map<string, Micros> {
    const alerts = new Map<string, Micros>();
    for (const [id, { firing, failingSince }] of this.progress.pagers)
      if (firing) alerts.set(id, failingSince ?? this.kernel.now);
    return alerts;
  }

  // ---------------------------------------------------------------- judging
  #second(): void {
    if (this.progress.phase === 'running') this.#judge();
    else if (this.progress.phase === 'tomorrow') this.#judgeTomorrow();
    if (this.progress.phase === 'running' || this.progress.phase === 'tomorrow')
      this.kernel.schedule(this.kernel.now + SECOND, this.#secondHandler, undefined);
  }
  #judge(): void {
    const seen = this.observations();
    this.#lookAtConditions(seen);
    for (const entry of this.#entries()) {
      const progress = this.progress.objectives.get(entry.id);
      const definition = findObjective(entry.kind);
      if (progress === undefined || definition === undefined || progress.decided) continue;
      if (!this.#isOpen(entry, seen)) continue;
      const judgement = definition.sample(progress.state, this.#valuesOf(definition, entry), seen);
      const before = progress.verdict;
      progress.verdict = judgement.state;
      progress.progress = judgement.progress;
      progress.measured = judgement.measured;
      if (before === judgement.state) continue;
      this.#met = undefined;
      this.#changed(entry, progress);
    }
    const lost = this.#entries().find(
      (entry) => this.progress.objectives.get(entry.id)?.verdict === 'failed',
    );
    if (lost !== undefined) this.#end('lost', this.#sentences(lost));
    else if (this.#judged.length === 0)
      return; // Nothing is asked for: it goes on for as long as one likes.
    else if (this.#openObjective() === undefined) this.#getReady();
    else if (this.now >= this.#deadline) this.#end('lost', this.#openObjective()?.why ?? 'Time is over.');
  }
  #lookAtConditions(seen: Observations): void {
    for (const { key, condition, then } of this.#waiting) {
      const state = this.progress.conditions.get(key);
      const definition = findObjective(condition.kind);
      if (definition === undefined || !this.progress.conditions.has(key)) continue;
      if (definition.sample(state, this.#valuesOf(definition, condition), seen).state !== 'met') continue;
      this.progress.conditions.delete(key);
      then();
    }
  }
  /** Everything asked for was reached. Whoever wants to tidy up first, may: tomorrow waits until the deadline. */
  #getReady(): void {
    if (this.scenario.tomorrow === undefined) return this.#end('won', 'Every objective was met.');
    if (this.progress.readyAt === undefined) {
      this.progress.readyAt = this.kernel.now;
      this.world.record('run', 'run.ready', {});
    }
    if (this.now >= this.#deadline) this.letTomorrowCome();
  }
  /** All objectives are met, and tomorrow has not begun. */
  get isReady(): boolean {
    return this.progress.phase === 'running' && this.progress.readyAt !== undefined;
  }
  /** Does it last? Nothing happens before all objectives are met. */
  letTomorrowCome(): void {
    const { tomorrow } = this.scenario;
    if (tomorrow === undefined || !this.isReady) return;
    this.progress.phase = 'tomorrow';
    const delays = tomorrow.faults.map((fault) => micros(String(fault['after'] ?? '0s')));
    this.progress.tomorrow = {
      state: 'measuring',
      measured: '',
      startedAt: this.kernel.now + Math.max(...delays),
      endsAt: this.kernel.now + micros(tomorrow.within),
      expect: tomorrow.expect.map((entry) => {
        const definition = findObjective(entry.kind);
        assert(definition !== undefined, `objective kind "${entry.kind}" was checked by the loader`);
        return definition.start(this.#valuesOf(definition, entry));
      }),
    };
    this.kernel.cause = this.world.record('scenario', 'tomorrow', { id: tomorrow.id });
    for (const fault of tomorrow.faults) this.#faults.begin(fault);
  }
  #judgeTomorrow(): void {
    const { tomorrow } = this.scenario;
    const { progress } = this;
    const { startedAt, endsAt } = progress.tomorrow;
    if (tomorrow === undefined || startedAt === undefined || this.kernel.now < startedAt) return;
    const seen = this.observations();
    const open = tomorrow.expect.flatMap((entry, index) => {
      const definition = findObjective(entry.kind);
      if (definition === undefined) return [];
      const values = this.#valuesOf(definition, entry);
      const judgement = definition.sample(progress.tomorrow.expect[index], values, seen);
      const about = [values['host'], values['from'], values['address']].filter(Boolean).join(' ');
      const said = [about, judgement.measured || 'nothing yet'].filter((part) => part !== '').join(': ');
      return judgement.state === 'met' ? [] : [said];
    });
    progress.tomorrow.measured = open[0] ?? 'as it should be';
    if (open.length === 0) {
      progress.tomorrow.state = 'met';
      this.world.record('run', 'objective.met', { id: tomorrow.id, measured: progress.tomorrow.measured });
      this.#end('won', 'Every objective was met, and it lasts.');
    } else if (this.kernel.now >= (endsAt ?? 0)) {
      progress.tomorrow.state = 'failed';
      this.world.record('run', 'objective.failed', { id: tomorrow.id, measured: progress.tomorrow.measured });
      this.#end('lost', tomorrow.why);
    }
  }
  /** The learner ends the shift. What is open counts as not reached; why it would have failed, nobody has seen. */
  finish(): void {
    this.progress.ended = true;
    if (this.progress.phase === 'running') {
      const open = this.#openObjective();
      this.#end(
        'lost',
        open === undefined
          ? 'The shift was ended before tomorrow.'
          : `The shift was ended before this was reached: ${open.title}.`,
      );
    } else if (this.progress.phase === 'tomorrow')
      this.#end('lost', 'The shift was ended before tomorrow was over.');
  }
  /** Ids of what is not reached, in the scenario's order: failed ones first. */
  unmet(): string[] {
    const { scenario, progress } = this;
    const verdict = (id: string) => progress.objectives.get(id)?.verdict;
    const failed = this.#entries().filter(({ id }) => verdict(id) === 'failed');
    const open = scenario.objectives.filter(({ id }) => !['met', 'failed'].includes(verdict(id) ?? ''));
    const tomorrow =
      scenario.tomorrow !== undefined && progress.tomorrow.state !== 'met' ? [scenario.tomorrow.id] : [];
    return [...failed.map(({ id }) => id), ...open.map(({ id }) => id), ...tomorrow];
  }
  #changed(entry: Entry, progress: ObjectiveProgress): void {
    const isGuard = this.scenario.guards.some(({ id }) => id === entry.id);
    if (progress.verdict !== 'met' && progress.verdict !== 'failed') return;
    progress.at = this.kernel.now;
    this.#met = undefined;
    progress.decided = progress.verdict === 'failed' || !isGuard;
    if (isGuard && progress.verdict === 'met') return;
    this.world.record('run', `objective.${progress.verdict}`, { id: entry.id, measured: progress.measured });
    if (progress.verdict !== 'met') return;
    for (const next of this.scenario.timeline) {
      if (next.after?.objective === entry.id)
        this.kernel.after(micros(next.after.delay), this.#eventHandler, { id: next.id });
    }
  }
  /** Whether it is its turn, and the moments that it is about have come. */
  #hasBegun(entry: Entry): boolean {
    const seen = this.observations();
    const definition = findObjective(entry.kind);
    if (definition === undefined || !this.#isOpen(entry, seen)) return false;
    const values = this.#valuesOf(definition, entry);
    return definition.parameters.every(({ name, type }) => {
      const moment = values[name];
      return type !== 'moment' || typeof moment !== 'string' || momentOf(seen, moment) !== undefined;
    });
  }
  /** Why the run is lost: what failed, and when that is a guard, what was not reached until then. */
  #sentences(lost: Entry): string {
    const isGuard = this.scenario.guards.some(({ id }) => id === lost.id);
    const open = isGuard ? this.#openObjective() : undefined;
    // A goal whose turn has not come is no reason.
    return open === undefined || !this.#hasBegun(open) ? lost.why : `${lost.why} ${open.why}`;
  }
  #openObjective(): Entry | undefined {
    return this.scenario.objectives.find(
      (entry) => this.progress.objectives.get(entry.id)?.verdict !== 'met',
    );
  }
  #end(phase: 'won' | 'lost', verdict: string): void {
    this.progress.phase = phase;
    this.progress.verdict = verdict;
    this.progress.finishedAt = this.now;
    this.world.record('run', `run.${phase}`, { verdict });
  }
}

function hostOf(fault: Readonly<Record<string, unknown>>): { host?: string } {
  return typeof fault['host'] === 'string' ? { host: fault['host'] } : {};
}
