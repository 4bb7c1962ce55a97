/**
 * What the page knows of the run, folded from the worker's messages. Not the
 * world: only what the worker chose to tell. The fold is pure; `run-store.ts`
 * holds the result and `run-client.ts` feeds it.
 */
import type {
  AnswerView,
  BranchView,
  Brief,
  EventItem,
  FeedItem,
  Frame,
  Hint,
  HostDetail,
  HostStatus,
  LinkStatus,
  LogLine,
  Micros,
  ObjectiveView,
  Problem,
  SavedRun,
  ServiceStatus,
  Speed,
  TimelineMark,
  Topology,
  TraceView,
} from '../session/messages';
import type { SandboxView } from '../session/sandbox/view';
import { shareEqual } from './share-equal';

export type Connection =
  | { state: 'idle' }
  | { state: 'opening' }
  | { state: 'open' }
  | { state: 'failed'; title: string; problems: Problem[] }
  /** `recovering`: a new worker is already playing the input log again. */
  | { state: 'crashed'; crash: Crash; recovering: boolean };

export interface Crash {
  message: string;
  stack: string;
  at: Micros;
  run: SavedRun | undefined;
  /** How many times this run has stopped since it was opened. */
  count: number;
}

export interface TimeState {
  at: Micros;
  clock: number;
  head: Micros;
  speed: Speed;
  playing: boolean;
  lookingBack: boolean;
  rate: number;
}

export interface BranchState {
  current: number;
  all: BranchView[];
}

export interface TerminalTab {
  id: string;
  host: string;
  title: string;
  closed: boolean;
}

export interface RunState {
  connection: Connection;
  brief: Brief | undefined;
  topology: Topology;
  time: TimeState;
  branch: BranchState;
  standing: { phase: Frame['phase']; verdict: string | undefined };
  /** Known once the run is finished. */
  won: boolean | undefined;
  hosts: Readonly<Record<string, HostStatus>>;
  links: Readonly<Record<string, LinkStatus>>;
  addresses: readonly { address: string; holders: string[] }[];
  service: ServiceStatus | undefined;
  points: readonly [number, number, number][];
  objectives: readonly ObjectiveView[];
  guards: readonly ObjectiveView[];
  feed: readonly FeedItem[];
  events: readonly EventItem[];
  marks: readonly TimelineMark[];
  terminals: readonly TerminalTab[];
  detail: HostDetail | undefined;
  logs: readonly LogLine[];
  trace: TraceView | undefined;
  hints: readonly Hint[];
  answers: readonly AnswerView[];
  edit: { host: string; path: string; terminal: string } | undefined;
  /** Of a sandbox. */
  sandbox: SandboxView | undefined;
}

export const EMPTY_RUN: RunState = {
  connection: { state: 'idle' },
  brief: undefined,
  topology: { zones: [], hosts: [], links: [] },
  time: { at: 0, clock: 0, head: 0, speed: 0, playing: false, lookingBack: false, rate: 0 },
  branch: { current: 0, all: [] },
  standing: { phase: 'running', verdict: undefined },
  won: undefined,
  hosts: {},
  links: {},
  addresses: [],
  service: undefined,
  points: [],
  objectives: [],
  guards: [],
  feed: [],
  events: [],
  marks: [],
  terminals: [],
  detail: undefined,
  logs: [],
  trace: undefined,
  hints: [],
  answers: [],
  edit: undefined,
  sandbox: undefined,
};

/** Enough for a shift of several hours; the journal itself can be asked for more. */
const MOST_EVENTS = 4000;
const MOST_LOG_LINES = 2000;

/** The state after one frame. What the frame does not mention keeps its identity, so that nothing else renders. */
export function foldFrame(before: RunState, frame: Frame): RunState {
  const base = frame.branch === before.branch.current ? before : forgetAfter(before, frame);
  return {
    ...base,
    time: timeOf(frame),
    branch: sameOr(base.branch, { current: frame.branch, all: frame.branches ?? base.branch.all }),
    standing: sameOr(base.standing, { phase: frame.phase, verdict: frame.verdict }),
    hosts: mergeById(base.hosts, frame.hosts),
    links: mergeById(base.links, frame.links),
    addresses: frame.addresses === undefined ? base.addresses : sameOr(base.addresses, frame.addresses),
    service: frame.service ?? base.service,
    points: frame.service === undefined ? base.points : mergePoints(base.points, frame.service.points),
    objectives: frame.objectives === undefined ? base.objectives : sameOr(base.objectives, frame.objectives),
    guards: frame.guards === undefined ? base.guards : sameOr(base.guards, frame.guards),
    feed: appendBySeq(base.feed, frame.feed, MOST_EVENTS),
    events: appendBySeq(base.events, frame.events, MOST_EVENTS),
    marks: appendBySeq(base.marks, frame.marks, MOST_EVENTS),
    terminals: foldTerminals(base.terminals, frame),
    topology: frame.topology === undefined ? base.topology : shareEqual(base.topology, frame.topology),
    detail: frame.detail === undefined ? base.detail : foldDetail(base.detail, frame.detail),
    logs: frame.logs === undefined ? base.logs : foldLogs(base.logs, frame.logs),
    trace: frame.trace ?? base.trace,
    hints: frame.hintsShown === undefined ? base.hints : sameOr(base.hints, frame.hintsShown),
    answers: frame.answers === undefined ? base.answers : sameOr(base.answers, frame.answers),
    edit: frame.edit ?? base.edit,
    sandbox: frame.sandbox === undefined ? base.sandbox : shareEqual(base.sandbox, frame.sandbox),
  };
}

function timeOf(frame: Frame): TimeState {
  const { at, clock, head, speed, playing, lookingBack, rate } = frame;
  return { at, clock, head, speed, playing, lookingBack, rate };
}

/** On another branch everything after the fork is another story. */
function forgetAfter(before: RunState, frame: Frame): RunState {
  const kept = <Item extends { at: Micros }>(items: readonly Item[]) =>
    items.filter((item) => item.at <= frame.at);
  return {
    ...before,
    feed: kept(before.feed),
    events: kept(before.events),
    marks: kept(before.marks),
    points: before.points.filter(([second]) => second * 1_000_000 <= frame.at),
    trace: undefined,
    logs: [],
  };
}

/** `next`, unless it says the same as `before`. */
function sameOr<Value>(before: Value, next: Value): Value {
  return JSON.stringify(before) === JSON.stringify(next) ? before : next;
}

export function mergeById<Item extends { id: string }>(
  before: Readonly<Record<string, Item>>,
  changed: readonly Item[] | undefined,
): Readonly<Record<string, Item>> {
  if (changed === undefined) return before;
  let merged: Record<string, Item> | undefined;
  for (const item of changed) {
    const known = before[item.id];
    const next = shareEqual(known, item);
    if (next !== known) (merged ??= copyOf(before))[item.id] = next;
  }
  return merged ?? before;
}

/** Key by key: an engine copies a record of hundreds of keys three times as fast like this as by spreading it. */
function copyOf<Item>(record: Readonly<Record<string, Item>>): Record<string, Item> {
  const copy: Record<string, Item> = {};
  for (const key in record) copy[key] = record[key] as Item;
  return copy;
}

/**
 * Items are known by `seq`. Usually only new ones arrive and are appended; a
 * frame that repeats known ones (after a seek) replaces from the first repeated.
 */
export function appendBySeq<Item extends { seq: number }>(
  before: readonly Item[],
  news: readonly Item[] | undefined,
  most: number,
): readonly Item[] {
  const first = news?.[0];
  if (news === undefined || first === undefined) return before;
  const last = before.at(-1);
  const kept =
    last !== undefined && last.seq >= first.seq ? before.filter((item) => item.seq < first.seq) : before;
  const joined = [...kept, ...news];
  return joined.length > most ? joined.slice(-most) : joined;
}

/** The watched query's lines: either all of them, or only those that are new. */
function foldLogs(before: readonly LogLine[], lines: readonly LogLine[]): readonly LogLine[] {
  const last = before.at(-1);
  const first = lines[0];
  const continues =
    last !== undefined && first !== undefined && first.seq > last.seq && first.host === last.host;
  return continues ? [...before, ...lines].slice(-MOST_LOG_LINES) : sameOr(before, lines);
}

function mergePoints(
  before: RunState['points'],
  news: readonly [number, number, number][],
): RunState['points'] {
  const first = news[0];
  if (first === undefined) return before;
  return [...before.filter(([second]) => second < first[0]), ...news];
}

function foldDetail(before: HostDetail | undefined, next: HostDetail): HostDetail {
  return before?.id === next.id ? { ...before, ...next } : next;
}

function foldTerminals(before: readonly TerminalTab[], frame: Frame): readonly TerminalTab[] {
  let terminals = before;
  for (const output of frame.terminals ?? []) {
    const tab = { id: output.id, host: output.host, title: output.title, closed: output.closed };
    const known = terminals.find((terminal) => terminal.id === output.id);
    if (known === undefined) terminals = [...terminals, tab];
    else if (JSON.stringify(known) !== JSON.stringify(tab))
      terminals = terminals.map((terminal) => (terminal === known ? tab : terminal));
  }
  return terminals;
}
