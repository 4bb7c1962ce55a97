/**
 * Plays a scenario without a page: a list of steps typed on a terminal, as a
 * learner would, each after the prompt has come back. Used by the proofs, by
 * `faultline run`, and by tests.
 */
import type { Run } from '../scenario/run';
import type { ScenarioStep } from '../scenario/schema';
import { MINUTE, type Micros, parseDuration, SECOND } from '../std/instant';
import { farEnd, learnerTerminals, terminalOf } from './learner';
import type { RunInput } from './messages';

const TERMINAL = 't1';
const SHELLS = /^-?(?:ba|da)?sh$/;
const PROMPT_WITHIN = 3 * MINUTE;
const LOOK_EVERY: Micros = 20_000;
/** Beyond the deadline, so that "tomorrow" is seen to its end. */
const GRACE = 15 * MINUTE;

export interface Outcome {
  won: boolean;
  verdict: string;
  /** Ids of what was not reached. */
  unmet: string[];
  /** Simulated, from the beginning of the shift to the verdict. */
  finishedAt: Micros;
  requests: number;
  failed: number;
  /** Steps that could not be played as written, for instance a prompt that never came. */
  trouble: string[];
}

export class Player {
  readonly trouble: string[] = [];
  /** All that the terminal printed. */
  output = '';

  constructor(readonly run: Run<RunInput>) {}

  /** Won or lost. */
  get isOver(): boolean {
    return this.run.progress.phase === 'won' || this.run.progress.phase === 'lost';
  }
  input(input: RunInput): void {
    this.run.timeline.input(input);
  }
  wait(micros: Micros): void {
    this.run.advance(this.run.now + micros);
    this.#drain();
  }
  /** Runs until `test` holds; false when it did not within `atMost`. */
  waitUntil(test: () => boolean, atMost: Micros, every: Micros = LOOK_EVERY): boolean {
    const until = this.run.now + atMost;
    while (!test()) {
      if (this.run.now >= until) return false;
      this.wait(Math.min(every, until - this.run.now));
    }
    return true;
  }
  /** Types a line at the prompt and waits for the next one. Returns what was printed. */
  type(text: string, terminal = TERMINAL): string {
    this.#open(terminal);
    if (this.#isPaged(terminal)) this.input({ kind: 'line', terminal, text: 'q', raw: true });
    if (!this.waitUntil(() => this.#isAwaited(terminal), PROMPT_WITHIN))
      this.trouble.push(`no prompt within ${PROMPT_WITHIN / MINUTE} min before: ${text}`);
    this.#drain();
    const before = this.output.length;
    this.input({ kind: 'line', terminal, text });
    this.wait(LOOK_EVERY);
    if (!this.waitUntil(() => this.#isAwaited(terminal) || this.#isPaged(terminal), PROMPT_WITHIN))
      this.trouble.push(`no prompt within ${PROMPT_WITHIN / MINUTE} min after: ${text}`);
    this.#drain();
    return this.output.slice(before);
  }
  /** Goes to a host by ssh, types a line there and comes back. */
  typeOn(host: string, text: string, terminal = TERMINAL): string {
    this.#open(terminal);
    if (farEnd(this.run.world, terminal)?.host.name === host) return this.type(text, terminal);
    this.type(`ssh ${host}`, terminal);
    if (farEnd(this.run.world, terminal)?.host.name !== host) {
      this.trouble.push(`ssh ${host} does not lead there, before: ${text}`);
      return '';
    }
    const output = this.type(text, terminal);
    if (farEnd(this.run.world, terminal)?.host.name === host) this.type('exit', terminal);
    return output;
  }
  step(step: ScenarioStep): void {
    const { terminal = TERMINAL } = step;
    if (step['wait-for'] !== undefined) {
      const id = step['wait-for'];
      const atMost = parseDuration(step['at-most'] ?? '0') ?? 0;
      if (!this.waitUntil(() => this.#hasHappened(id) || this.isOver, atMost, SECOND / 4))
        this.trouble.push(`${id} did not happen within ${step['at-most'] ?? '0'}`);
    } else if (step.run !== undefined) {
      if (step.on === undefined) this.type(step.run, terminal);
      else this.typeOn(step.on, step.run, terminal);
    } else if (step.type !== undefined) {
      this.#open(terminal);
      this.input({ kind: 'line', terminal, text: step.type });
      this.wait(LOOK_EVERY);
    } else if (step.save !== undefined) {
      this.input({
        kind: 'save',
        host: step.on ?? '',
        path: step.save,
        text: step.text ?? '',
        uid: 0,
        gid: 0,
      });
      this.wait(LOOK_EVERY);
    } else if (step.key !== undefined) {
      this.input({ kind: 'key', terminal, key: step.key });
      this.wait(LOOK_EVERY);
    } else if (step.answer !== undefined) this.input({ kind: 'answer', ...step.answer });
    else if (step.acknowledge === true) this.input({ kind: 'acknowledge' });
    else this.wait(parseDuration(step.wait ?? '0') ?? 0);
  }
  /** Plays the steps, then lets time go on to the verdict. */
  play(steps: readonly ScenarioStep[]): Outcome {
    for (const step of steps) if (!this.isOver) this.step(step);
    return this.finish();
  }
  /** Lets time go on to the verdict, or to `until`. */
  finish(until: Micros = (parseDuration(this.run.scenario.deadline) ?? 0) + GRACE): Outcome {
    while (!this.isOver && this.run.now < until) {
      if (this.run.isReady) this.input({ kind: 'tomorrow' });
      this.wait(Math.min(SECOND, until - this.run.now));
    }
    return this.outcome();
  }
  outcome(): Outcome {
    const { run } = this;
    const totals = run.progress.totals.get('') ?? { total: 0, failed: 0 };
    return {
      won: run.progress.phase === 'won',
      verdict: run.progress.verdict,
      unmet: run.unmet(),
      finishedAt: run.progress.finishedAt ?? run.now,
      requests: totals.total,
      failed: totals.failed,
      trouble: this.trouble,
    };
  }

  #open(terminal: string): void {
    const { host, user } = this.run.scenario.start;
    if (terminalOf(this.run.world, terminal) === undefined)
      this.input({ kind: 'terminal-open', terminal, host, user });
  }
  #isAwaited(terminal: string): boolean {
    const far = farEnd(this.run.world, terminal);
    if (far === undefined || !far.terminal.isAwaited || far.busy) return false;
    // A command that reads what is typed (ssh without a terminal of its own does) is no prompt.
    const front = far.host.process(far.terminal.state?.foreground ?? 0);
    return front !== undefined && SHELLS.test(front.comm);
  }
  /** A pager, or another program that takes single keys, waits for one: q leaves it. */
  #isPaged(terminal: string): boolean {
    const far = farEnd(this.run.world, terminal)?.terminal;
    return far !== undefined && far.state?.canonical === false && far.isAwaited;
  }
  #hasHappened(id: string): boolean {
    const { progress } = this.run;
    return progress.events.has(id) || progress.objectives.get(id)?.verdict === 'met';
  }
  #drain(): void {
    for (const id of learnerTerminals(this.run.world).keys())
      this.output += terminalOf(this.run.world, id)?.takeOutput() ?? '';
  }
}
