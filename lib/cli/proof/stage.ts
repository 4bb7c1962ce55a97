/** One scenario with one seed, played again and again from its beginning. */
import type { Scenario, ScenarioStep } from '../../scenario/schema';
import { makeRun } from '../../session/make-run';
import type { RunInput, ScenarioSource } from '../../session/messages';
import type { Run } from '../../scenario/run';
import { DAY, type Micros } from '../../std/instant';
import { type Played, Plays } from './plays';

/** What should have come out, and what did. */
export interface Claim {
  seed: number;
  name: string;
  /** undefined: it came out as the scenario says. */
  wrong: string | undefined;
  said: string;
  /** Of processor time. */
  seconds: number;
}
export interface FirstFault {
  /** Instant of the run. */
  at: Micros;
  event: string;
}

export class Stage {
  readonly scenario: Scenario;
  readonly claims: Claim[] = [];
  readonly plays: Plays;

  private constructor(
    readonly run: Run<RunInput>,
    readonly seed: number,
  ) {
    this.scenario = run.scenario;
    this.plays = new Plays(run);
  }
  /** Problems that keep it from being played are told as texts with their place. */
  static open(source: ScenarioSource, seed: number): Stage | string[] {
    const made = makeRun(source, { seed, traces: false, watchBreaks: true, checkpointEvery: DAY });
    const told = made.loaded.problems.map(
      ({ file, line, column, severity, message }) => `${file}:${line}:${column}: ${severity}: ${message}`,
    );
    if (told.length > 0 || !made.ok) return told;
    return new Stage(made.run, seed);
  }
  /** Lets something be tried, and keeps what came of it. */
  claim(name: string, attempt: () => { wrong: string | undefined; said: string }): void {
    const before = secondsUsed();
    const { wrong, said } = attempt();
    this.claims.push({
      seed: this.seed,
      name,
      wrong,
      said,
      seconds: secondsUsed() - before,
    });
  }
  mustWin(outcome: Played): { wrong: string | undefined; said: string } {
    const [trouble] = outcome.trouble;
    if (outcome.won && trouble === undefined) return { wrong: undefined, said: 'wins' };
    return {
      wrong:
        trouble !== undefined
          ? `${trouble}${outcome.won ? '' : `; and it loses: ${outcome.verdict}`}`
          : `should win, but ${outcome.open} is not met: ${outcome.verdict || 'the run is not decided'}`,
      said: '',
    };
  }
  /** By which objective, when the scenario says so; and what the learner is told. */
  mustLose(
    outcome: Pick<Played, 'won' | 'verdict'>,
    by: string | undefined,
    says?: string,
  ): { wrong: string | undefined; said: string } {
    const said = `loses: ${outcome.verdict}`;
    if (outcome.won) return { wrong: 'should lose, but wins', said };
    if (outcome.verdict === '') return { wrong: 'should lose, but the run is not decided', said };
    const { tomorrow, objectives, guards } = this.scenario;
    const judged = [...objectives, ...guards, ...(tomorrow === undefined ? [] : [tomorrow])];
    const why = judged.find(({ id }) => id === by)?.why;
    if (why !== undefined && !outcome.verdict.includes(why))
      return { wrong: `should lose by ${by ?? ''}, but: ${outcome.verdict}`, said };
    if (says !== undefined && !outcome.verdict.includes(says))
      return { wrong: `should say "${says}", but: ${outcome.verdict}`, said };
    return { wrong: undefined, said };
  }
  /** Where the first fault struck in what was just played. */
  firstFault(): FirstFault | undefined {
    const found = this.run.kernel.journal
      .entries()
      .find(({ type, data }) => type === 'timeline' && (data as { fault?: string }).fault !== undefined);
    return found === undefined
      ? undefined
      : { at: found.at - this.run.origin, event: (found.data as { id: string }).id };
  }
}

/** Processor time of this process: how long a play takes on a machine that does other things too says little. */
export function secondsUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** In one line, for a table. */
export function stepText(step: ScenarioStep): string {
  const text = step.run ?? step.type ?? step.save ?? step.key ?? step['wait-for'] ?? step.wait ?? '';
  const line = text.split('\n')[0] ?? '';
  return line.length > 48 ? `${line.slice(0, 47)}…` : line;
}
