/**
 * What crosses the worker boundary: plain data both ways. The page never sees the world; it sees these.
 * Times: `at` are simulated microseconds since the start of the run; `clock` is the simulated wall clock
 * in microseconds since 1970. Kinds and outcomes are words, so that the page needs no knowledge of the world.
 */
import type { Step } from './sandbox/document';
import type { SandboxAsk, SandboxReply, SandboxView } from './sandbox/view';

export type Micros = number;

// ------------------------------------------------------------------ page → worker

/** Every command carries `id`; an answer with the same id comes back when the command has one. */
export type ClientMessage =
  | { type: 'open'; id: number; scenario: ScenarioSource; seed?: number; run?: SavedRun }
  | {
      type: 'transport';
      action:
        | { kind: 'play' }
        | { kind: 'pause' }
        | { kind: 'speed'; speed: Speed }
        | { kind: 'next-event' }
        | { kind: 'seek'; at: Micros }
        | { kind: 'live' }
        | { kind: 'branch' }
        | { kind: 'switch-branch'; branch: number }
        /** Be at this instant, whatever lies ahead: for a run that is shown beside another. `playing`: the other one runs. */
        | { kind: 'follow'; at: Micros; playing: boolean };
    }
  | { type: 'terminal-open'; id: number; host: string; user?: string }
  /** `raw`: keys as they were typed, for a program that wants them one by one. */
  /** `at`: when it was typed, in milliseconds of the page's clock. */
  | { type: 'terminal-line'; terminal: string; text: string; raw?: boolean; at: number }
  | {
      type: 'terminal-key';
      terminal: string;
      key: 'interrupt' | 'end-of-file' | 'suspend' | 'quit';
      at: number;
    }
  | { type: 'terminal-size'; terminal: string; columns: number; rows: number }
  | { type: 'terminal-close'; terminal: string }
  | { type: 'terminal-complete'; id: number; terminal: string; text: string; cursor: number }
  | { type: 'terminal-history'; id: number; terminal: string }
  | { type: 'file-tree'; id: number; host: string; path: string }
  | { type: 'file-read'; id: number; host: string; path: string }
  | { type: 'file-check'; id: number; host: string; path: string; text: string }
  | {
      type: 'file-save';
      id: number;
      host: string;
      path: string;
      text: string /** terminal whose user saves (vi/nano); else root */;
      terminal?: string;
    }
  /** What the page looks at now: only that is sent in detail. */
  | { type: 'watch'; host?: string; panels: string[]; logs?: LogQuery; trace?: number }
  | { type: 'hint'; id: number }
  | { type: 'acknowledge' }
  | { type: 'answer'; id: number; question: string; choice: string }
  /** The learner is done: tomorrow may come. */
  | { type: 'tomorrow' }
  | { type: 'finish'; id: number }
  | { type: 'debrief'; id: number }
  /** `branch`: another course of the run, at the present instant. */
  | { type: 'export'; id: number; branch?: number }
  /** The run as steps of a solution, for scenario.yaml. */
  | { type: 'solution'; id: number }
  /** The latest request that went between two hosts; one that failed before one that did not. */
  | { type: 'last-request'; id: number; between: [string, string] }
  | { type: 'journal'; id: number; from: number; to?: number; filter?: string }
  /** What only a sandbox answers. */
  | { type: 'sandbox'; id: number; ask: SandboxAsk }
  | { type: 'close' };

export type Speed = 0 | 1 | 5 | 20 | 100;
/** Scenario files as text by path relative to the scenario's folder. */
export interface ScenarioSource {
  id: string;
  files: Record<string, string>;
}
export interface LogQuery {
  host: string;
  path?: string;
  unit?: string;
  priority?: string;
  grep?: string;
  limit: number;
}

/** A run as it is saved: everything else is derived from it. */
export interface SavedRun {
  format: 'faultline-run';
  version: 1;
  engine: string;
  scenario: ScenarioSource;
  seed: number;
  inputs: { at: Micros; input: RunInput }[];
  /** Where the run stood. */
  at: Micros;
  savedAt: string;
  title: string;
  /** The present course, when there are others. */
  branch?: BranchView;
  branches?: SavedBranch[];
  /** Journal hash at `at`, to notice that a run was edited or the engine changed. */
  hash: string;
}
/** A course of a run: another one parted from `parent` at `forkedAt`. */
export interface BranchView {
  id: number;
  name: string;
  parent: number;
  forkedAt: Micros;
  /** How far it went. */
  head: Micros;
}
export interface SavedBranch extends BranchView {
  /** So many of the present course's inputs are its own, too; `inputs` follow them. */
  shared: number;
  inputs: { at: Micros; input: RunInput }[];
}
/** Inputs of a run, in the order they were given. */
export type RunInput =
  | { kind: 'terminal-open'; terminal: string; host: string; user: string }
  | { kind: 'line'; terminal: string; text: string; raw?: boolean }
  | { kind: 'key'; terminal: string; key: 'interrupt' | 'end-of-file' | 'suspend' | 'quit' }
  | { kind: 'size'; terminal: string; columns: number; rows: number }
  | { kind: 'terminal-close'; terminal: string }
  | { kind: 'save'; host: string; path: string; text: string; uid: number; gid: number }
  | { kind: 'hint' }
  | { kind: 'acknowledge' }
  | { kind: 'answer'; question: string; choice: string }
  | { kind: 'tomorrow' }
  | { kind: 'finish' }
  | { kind: 'inject'; fault: Record<string, unknown> }
  /** The lab of a sandbox is changed. */
  | { kind: 'edit'; step: Step; way: 'do' | 'undo' | 'redo' };

// ------------------------------------------------------------------ worker → page

/** A saved file that what runs has not read: a daemon goes on with the text it has, the kernel with its rules. */
export interface PendingFile {
  state: 'not-reloaded' | 'not-loaded' | 'invalid' | 'missing';
  /** What makes the host read it; undefined where nothing can be named. */
  command?: string;
}

export type WorkerMessage =
  | { type: 'opened'; id: number; brief: Brief; topology: Topology; terminals: TerminalInfo[]; frame: Frame }
  | { type: 'failed'; id: number; title: string; problems: Problem[] }
  | { type: 'frame'; frame: Frame }
  | { type: 'answer'; id: number; answer: Answer }
  /** Something in the worker broke: what, where, and the seed and inputs to reproduce it. */
  | { type: 'crashed'; message: string; stack: string; at: Micros; run: SavedRun | undefined };
export interface Problem {
  severity: 'error' | 'warning';
  file?: string;
  line?: number;
  column?: number;
  message: string;
}
export type Answer =
  | { kind: 'terminal'; terminal: TerminalInfo }
  | { kind: 'completions'; from: number; words: string[] }
  | { kind: 'history'; lines: string[] }
  | {
      kind: 'tree';
      entries: {
        name: string;
        path: string;
        kind: 'file' | 'directory' | 'symlink';
        size: number;
        mode: string;
        owner: string;
        changed: boolean;
      }[];
    }
  | {
      kind: 'file';
      text: string;
      language: string;
      writable: boolean;
      running?: string;
      runningSince?: Micros;
      /** The saved text is not what is in force. */
      pending?: PendingFile;
      diagnostics: FileDiagnostic[];
      checker?: string;
      original?: string;
    }
  | {
      kind: 'diagnostics';
      diagnostics: FileDiagnostic[];
      output: string;
      exit: number | undefined;
      command: string | undefined;
    }
  | { kind: 'saved'; diagnostics: FileDiagnostic[] }
  | { kind: 'hint'; hint: Hint | undefined; left: number }
  | { kind: 'finished'; debrief: Debrief }
  | { kind: 'debrief'; debrief: Debrief }
  | { kind: 'export'; run: SavedRun }
  | { kind: 'solution'; name: string; text: string }
  | { kind: 'last-request'; trace: number | undefined }
  | { kind: 'journal'; entries: EventItem[]; total: number }
  | { kind: 'done' }
  | { kind: 'sandbox'; reply: SandboxReply }
  | { kind: 'refused'; message: string };
export interface FileDiagnostic {
  severity: 'error' | 'warning' | 'notice';
  /** From 1; 0 when it is about the whole file. */
  line: number;
  column?: number;
  endColumn?: number;
  message: string /** "not modelled" notes are ours, everything else is the daemon's own text */;
  ours?: boolean;
}

/** What the learner is told before and during the run. */
export interface Brief {
  scenario: string;
  title: string;
  track: string;
  difficulty: number;
  minutes: number;
  /** Markdown. */
  text: string;
  teaches: string[];
  /** The scenario's own first. */
  languages: string[];
  /** The brief in each language, where it was translated. */
  texts?: Record<string, string>;
  /** By language: the scenario's other texts, and how they read there. */
  translations?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the learner should know before. */
  needs?: string[];
  objectives: ObjectiveView[];
  hints: number;
  /** Several: all right choices must be named, ids with commas between. */
  questions: { id: string; text: string; several?: boolean; choices: { id: string; text: string }[] }[];
  slo: { availability: number; windowText: string } | undefined;
  seed: number;
  /** Where the learner's first terminal opens. */
  start: { host: string; user: string };
}

// ---- topology (sent again only when it changes)
export interface Topology {
  zones: ZoneView[];
  hosts: HostView[];
  links: LinkView[];
}
export interface ZoneView {
  id: string;
  label: string;
  subnet: string;
  tone: 'internet' | 'dmz' | 'app' | 'data' | 'office' | 'neutral';
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface HostView {
  id: string;
  zone: string;
  kind: 'router' | 'load-balancer' | 'proxy' | 'app' | 'bastion' | 'clients' | 'probe' | 'server';
  label: string;
  address: string;
  x: number;
  y: number;
  description: string;
  interfaces: { name: string; address: string; segment: string; mac: string }[];
}
/** A wire on the canvas: who talks to whom. */
export interface LinkView {
  id: string;
  from: string;
  to: string;
  kind: 'traffic' | 'vrrp' | 'management';
  label?: string;
}

// ---- frames (about 10 a second; only what changed where marked with ?)
export interface Frame {
  at: Micros;
  clock: number;
  speed: Speed;
  playing: boolean;
  /** Furthest instant reached on this branch; `at` < `head` while looking back. */
  head: Micros;
  lookingBack: boolean;
  branch: number;
  branches?: BranchView[];
  /** Simulated seconds per real second lately. */
  rate: number;
  /** How the run stands. `ready`: all objectives are met, tomorrow waits for the learner. */
  phase: 'running' | 'ready' | 'tomorrow' | 'won' | 'lost' | 'finished';
  verdict?: string;
  hosts?: HostStatus[];
  links?: LinkStatus[];
  /** Who holds each virtual address now (as seen on the hosts). */
  addresses?: { address: string; holders: string[] }[];
  requests?: RequestBatch;
  service?: ServiceStatus;
  objectives?: ObjectiveView[];
  guards?: ObjectiveView[];
  feed?: FeedItem[];
  events?: EventItem[];
  marks?: TimelineMark[];
  terminals?: TerminalOutput[];
  topology?: Topology;
  detail?: HostDetail;
  logs?: LogLine[];
  trace?: TraceView;
  /** A terminal's vi/nano asks the page to open a file. */
  edit?: { host: string; path: string; terminal: string };
  hintsShown?: Hint[];
  /** The questions that are answered. */
  answers?: AnswerView[];
  saved?: { at: Micros };
  /** Of a sandbox, when it changed. */
  sandbox?: SandboxView;
}
export interface HostStatus {
  id: string;
  power: 'off' | 'booting' | 'on' | 'frozen';
  health: 'ok' | 'risk' | 'broken' | 'off';
  /** Listed in the card: unit or process with its state. */
  services: { name: string; state: 'ok' | 'risk' | 'broken' | 'off'; text: string }[];
  /** 0–1 each. */
  cpu: number;
  memory: number;
  disk: number;
  /** e.g. "MASTER", "40 req/s", "8% errors", "200 · 12 ms". */
  note: string;
  here: boolean;
}
export interface LinkStatus {
  id: string;
  up: boolean;
  rate: number;
  failing: number;
  /** How long a leg takes on it, while somebody wants to know. */
  micros?: number;
}
/** Requests that moved since the last frame, for dots on the canvas. Columns of one table. */
export interface RequestBatch {
  /** One row per leg: request id, from host index, to host index (into `hosts`), start and end instant, outcome. */
  hosts: string[];
  id: number[];
  from: number[];
  to: number[];
  start: number[];
  end: number[];
  /** 0 on its way, 1 ok, 2 slow, 3 error status, 4 refused, 5 timeout/unreachable/reset */
  outcome: number[];
}
export interface ServiceStatus {
  /** Share of requests that were answered well over the whole run so far, 0–1, and the objective. */
  availability: number;
  target: number | undefined;
  p95Micros: number;
  ratePerSecond: number;
  total: number;
  failed: number;
  /** Left of the error budget, 0–1 (negative when overspent). */
  budget: number | undefined;
  /** One point per simulated second, only the new ones: [second, ok, failed]. */
  points: [number, number, number][];
  lastFailure: string | undefined;
}
export interface ObjectiveView {
  id: string;
  title: string;
  detail: string;
  state: 'waiting' | 'measuring' | 'met' | 'failed';
  /** 0–1 while measuring. */
  progress: number;
  /** e.g. "done 14:02:51", "gap 2.6 s of 5 s". */
  measured: string;
  /** Sentence said when it was failed. */
  why?: string;
  rule?: string;
}
export interface FeedItem {
  seq: number;
  at: Micros;
  clock: number;
  kind: 'page' | 'chat' | 'resolved' | 'info' | 'drill';
  from: string;
  text: string;
}
export interface EventItem {
  seq: number;
  at: Micros;
  clock: number;
  source: string;
  type: string;
  text: string;
  tone: 'ok' | 'risk' | 'broken' | 'active' | 'neutral' | 'learner';
  cause: number;
  rule?: string;
  /** One of the many steps of an ordinary boot, or of systemd's own targets and sockets: listed when all is asked for. */
  routine?: true;
}
export interface TimelineMark {
  seq: number;
  at: Micros;
  kind: 'fault' | 'learner' | 'objective' | 'holder' | 'state' | 'feed' | 'hint';
  text: string;
  tone: 'ok' | 'risk' | 'broken' | 'active' | 'neutral' | 'learner';
}
export interface TerminalInfo {
  id: string;
  host: string;
  user: string;
  title: string;
}
/** Text to append; `reset` means: clear and write `text` (after a seek). `prompt` is what stands before the cursor when input is awaited. */
export interface TerminalOutput {
  id: string;
  title: string;
  host: string;
  text: string;
  reset: boolean;
  awaiting: boolean;
  prompt: string;
  echo: boolean;
  /** A program takes single keys (top): nothing is edited or kept back. */
  raw?: boolean;
  closed: boolean;
}
export interface LogLine {
  seq: number;
  clock: number;
  host: string;
  unit: string;
  priority: string;
  text: string;
}
export interface TraceView {
  id: number;
  label: string;
  outcome: string;
  startedAt: Micros;
  micros: Micros;
  hops: {
    at: Micros /** since the start */;
    after: Micros;
    host: string;
    what: string;
    text: string;
    verdict: string;
    outcome: 'ok' | 'wait' | 'bad';
    rule?: { table: string; chain: string; handle: number; text: string };
    line?: { path: string; line: number };
    /** The packet as it came to this step and as it left it; none where a program holds the request. */
    packet?: PacketFieldView[];
  }[];
}
export interface PacketFieldView {
  name: string;
  before: string;
  after: string;
}
export interface HostDetail {
  id: string;
  overview?: { name: string; value: string; tone?: 'ok' | 'risk' | 'broken' | 'active' }[];
  units?: {
    name: string;
    description: string;
    active: string;
    sub: string;
    enabled: string;
    tone: 'ok' | 'risk' | 'broken' | 'off';
    mainPid: number | undefined;
  }[];
  processes?: { pid: number; user: string; cpu: number; rssKiB: number; command: string }[];
  sockets?: { protocol: string; local: string; peer: string; state: string; process: string }[];
  files?: {
    path: string;
    language: string;
    state: 'running' | 'not-reloaded' | 'not-loaded' | 'invalid' | 'missing' | 'plain';
    text: string;
    /** What makes the host read the file again. */
    command?: string;
  }[];
  firewall?: {
    table: string;
    chain: string;
    hook: string;
    policy: string;
    rules: { handle: number; text: string; packets: number; bytes: number }[];
  }[];
  charts?: {
    id: string;
    chart: string;
    states: string[];
    transitions: { from: string; to: string }[];
    current: string;
    since: Micros;
    facts: { name: string; value: string }[];
  }[];
}
/** What the learner answered: the first answer counts. */
export interface AnswerView {
  question: string;
  chosen: string[];
  right: boolean;
  /** Why what was chosen is right or wrong. */
  why: string;
}
export interface Hint {
  index: number;
  text: string;
  highlight: string[];
}

// ---- debrief
export interface Debrief {
  scenario: string;
  title: string;
  won: boolean;
  verdict: string;
  score: number;
  seed: number;
  minutes: number;
  hash: string;
  times: { detect: Micros | undefined; acknowledge: Micros | undefined; restore: Micros | undefined };
  availability: {
    total: number;
    target: number | undefined;
    lost: number;
    lostByLearner: number;
    requests: number;
  };
  /** One point per simulated second. */
  points: { second: number; ok: number; failed: number; p95Micros: number }[];
  marks: TimelineMark[];
  outages: { from: Micros; to: Micros; failed: number; cause: string; byLearner: boolean }[];
  objectives: ObjectiveView[];
  guards: ObjectiveView[];
  /** From the first cause to the symptom, each the journal's own entry. */
  chains: {
    title: string;
    links: { seq: number; at: Micros; source: string; text: string; rule?: string }[];
  }[];
  actions: {
    at: Micros;
    clock: number;
    terminal: string;
    host: string;
    kind: 'command' | 'save' | 'hint' | 'acknowledge';
    text: string;
    effect?: Pick<EventItem, 'text' | 'tone'>;
  }[];
  diffs: { host: string; path: string; before: string; after: string }[];
  hintsUsed: number;
  /** What the learner named as the cause, and what could have been seen. */
  diagnosis?: {
    question: string;
    /** Text of what was chosen; '' when nothing was. */
    chosen: string;
    right: boolean;
    /** Why what was chosen is right or wrong. */
    why: string;
    answer: string;
    evidence: string[];
    points: number;
    of: number;
  }[];
  /** The mechanism in a few sentences, and where it is written down. */
  mechanism?: string;
  sources?: { title: string; url?: string }[];
  /** Markdown of the scenario's debrief. */
  text: string;
  /** The same in each language. */
  texts?: Record<string, string>;
}
