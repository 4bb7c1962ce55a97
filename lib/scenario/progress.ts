/**
 * How a run stands, as plain data: what happened on the scenario's timeline,
 * what the people outside saw, how each objective is doing, what was said to
 * the learner. Part of every checkpoint.
 */
import type { Micros } from '../std/instant';

export interface ObjectiveProgress {
  state: unknown;
  verdict: 'waiting' | 'measuring' | 'met' | 'failed';
  progress: number;
  measured: string;
  /** Instant of the verdict met or failed. */
  at: Micros | undefined;
  /** The kind works no more: a verdict `failed`, or a goal that was met. */
  decided: boolean;
}
export interface FeedEntry {
  seq: number;
  at: Micros;
  kind: 'page' | 'chat' | 'resolved' | 'info' | 'drill';
  from: string;
  text: string;
}
/** Requests of one second, and how slow they were. */
export interface SecondCount {
  ok: number;
  failed: number;
  slowest: Micros;
}
export interface PagerState {
  failingSince: Micros | undefined;
  firing: boolean;
}
export interface RunProgress {
  /** `tomorrow`: all objectives are met and the trigger came again, with nobody at the keyboard. */
  phase: 'preparing' | 'running' | 'tomorrow' | 'won' | 'lost';
  verdict: string;
  events: Map<string, Micros>;
  totals: Map<string, { total: number; failed: number }>;
  /** By traffic source, then by second of the run. */
  seconds: Map<string, SecondCount[]>;
  objectives: Map<string, ObjectiveProgress>;
  feed: FeedEntry[];
  pagers: Map<string, PagerState>;
  /** How many hints were asked for: these cost. */
  hints: number;
  /** Which hints are shown, in the order in which they came. */
  hintsShown: number[];
  /** Conditions that something waits for, by what waits: state of each until it holds. */
  conditions: Map<string, unknown>;
  /** When each thing that the faults should break was seen broken, by its place in the scenario. */
  broken: Map<number, Micros>;
  /** The first answer to each question. */
  answers: Map<string, string>;
  acknowledgedAt: Micros | undefined;
  finishedAt: Micros | undefined;
  /** The learner has ended the shift: nothing goes on after that. */
  ended: boolean;
  /** Since when all objectives are met and the learner may say that tomorrow can come. */
  readyAt: Micros | undefined;
  tomorrow: {
    state: 'waiting' | 'measuring' | 'met' | 'failed';
    measured: string;
    /** When its last fault strikes: from then on it is observed. */
    startedAt: Micros | undefined;
    endsAt: Micros | undefined;
    /** State of each expectation, in the scenario's order. */
    expect: unknown[];
  };
}

export function startOfProgress(): RunProgress {
  return {
    phase: 'preparing',
    verdict: '',
    events: new Map(),
    totals: new Map([['', { total: 0, failed: 0 }]]),
    seconds: new Map(),
    objectives: new Map(),
    feed: [],
    pagers: new Map(),
    hints: 0,
    hintsShown: [],
    conditions: new Map(),
    broken: new Map(),
    answers: new Map(),
    acknowledgedAt: undefined,
    finishedAt: undefined,
    ended: false,
    readyAt: undefined,
    tomorrow: { state: 'waiting', measured: '', startedAt: undefined, endsAt: undefined, expect: [] },
  };
}
