/**
 * Contract of processes: programs (generators that run for a while) and
 * daemons (plain data plus handlers, so that a checkpoint can hold them).
 */
import type { SyslogPriority } from '../protocols/syslog';
import type { Kernel } from '../kernel/kernel';
import type { Micros } from '../std/instant';
import type { Credentials, Errno, FileSystem } from './files.contract';
import type { Host, World } from './world.contract';

/** Plain data as `lib/std/plain` clones it. Unchecked here, so that interfaces fit; a checkpoint refuses what is not plain. */
type Plain = unknown;

export type SignalName =
  | 'HUP'
  | 'INT'
  | 'QUIT'
  | 'ILL'
  | 'TRAP'
  | 'ABRT'
  | 'BUS'
  | 'FPE'
  | 'KILL'
  | 'USR1'
  | 'SEGV'
  | 'USR2'
  | 'PIPE'
  | 'ALRM'
  | 'TERM'
  | 'STKFLT'
  | 'CHLD'
  | 'CONT'
  | 'STOP'
  | 'TSTP'
  | 'TTIN'
  | 'TTOU'
  | 'URG'
  | 'XCPU'
  | 'XFSZ'
  | 'VTALRM'
  | 'PROF'
  | 'WINCH'
  | 'IO'
  | 'PWR'
  | 'SYS';

/**
 * One end of something a program reads or writes: file, pipe, terminal, socket, /dev/null, the unit's journal stream.
 * Runtime object, never part of a checkpoint.
 */
export interface Stream {
  /** Takes what is there: text (at most `max` characters when given), '' at end of file, undefined when one must wait. */
  read(max?: number): string | undefined;
  /** undefined: must wait (pipe full); true: written; Errno: EPIPE, ENOSPC, EIO, EBADF… */
  write(text: string): true | undefined | Errno;
  /** Why nothing can be read: EISDIR of a directory, EBADF of a closed descriptor. `read` gives '' then. */
  readonly readProblem?: Errno | undefined;
  /** Called for each descriptor that refers to it; the last close ends it. */
  retain(): void;
  close(): void;
  /** A terminal (isatty). */
  readonly tty?: string;
  /** For `test -p`, /dev/stdin, error texts: 'file' | 'pipe' | 'tty' | 'null' | 'socket'. */
  readonly kind: string;
  /** Absolute path when it is a file. */
  readonly path?: string;
  /** Inode when it is a file (so that `cat a >> a` can be noticed). */
  readonly ino?: number;
  /** Position handling for files shared between processes (a while-read loop and its children). */
  seek?(offset: number): void;
  /** What this stream becomes when its holder goes on as a daemon (plain data). */
  readonly target?: StdioTarget;
  /** Registers a process to be woken when reading or writing becomes possible. */
  watch(pid: number): void;
}

/** What a program waits for. It is woken by any of them and looks again itself. */
export interface Wait {
  /** Absolute instant. */
  until?: Micros;
  /** Streams that become readable or writable. */
  streams?: readonly Stream[];
  /** Children that end. */
  children?: readonly number[] | 'any';
  /** Keys signalled with `world.wake(key)`, e.g. socket callbacks: `socket:17`. */
  keys?: readonly string[];
  /**
   * The program can be put away here and taken up again: gives what it holds as plain data, or undefined when it
   * cannot. A checkpoint may be taken while it waits so (without `until`, its descriptors terminals or /dev/null);
   * `registry.resumable(kind, …)` makes the program that goes on, which must do nothing before its first wait.
   */
  park?: () => Parked | undefined;
  /** Becomes a daemon: the generator is dropped, the process goes on as plain data through its daemon definition. */
  serve?: true;
}

/** A program that was put away. */
export interface Parked {
  kind: string;
  state: Plain;
}

/** Why a program runs on. `signal` only for signals that it handles itself. */
export interface Wake {
  reason: 'timer' | 'stream' | 'child' | 'key' | 'signal' | 'start';
  signal?: SignalName;
  key?: string;
}

export type ProgramRun = Generator<Wait, number, Wake>;
/** A program's main: runs until it returns its exit code (0–255). */
export type Program = (context: ProgramContext) => ProgramRun;

export interface ProgramContext {
  readonly world: World;
  readonly kernel: Kernel;
  readonly host: Host;
  readonly fs: FileSystem;
  readonly pid: number;
  /** The plain record of this process (credentials, cwd, env, unit …). Mutable through the setters below only. */
  readonly process: ProcessState;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly who: Credentials;
  cwd: string;
  umask: number;
  /** Open descriptors; 0, 1, 2 always there unless closed on purpose. */
  readonly fds: Map<number, Stream>;
  readonly stdin: Stream;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Absolute path of `path` seen from cwd (not resolving symlinks). */
  resolve(path: string): string;
  /** Writes to stdout or stderr; a broken pipe ends the program with SIGPIPE as the real one would. */
  out(text: string): Generator<Wait, void, Wake>;
  err(text: string): Generator<Wait, void, Wake>;
  /** Reads one line with its newline ('' at end of file). */
  readLine(stream?: Stream): Generator<Wait, string, Wake>;
  /** Reads up to the end. */
  readAll(stream?: Stream): Generator<Wait, string, Wake>;
  /** Returns early (true) when a handled signal arrived. */
  sleep(micros: Micros): Generator<Wait, boolean, Wake>;
  /** Starts a child: see World.spawn. The child inherits cwd, env, credentials, umask, unit, tty, process group unless given. */
  spawn(options: SpawnOptions): number | SpawnError;
  /** execve(2) in place: same pid, new program; `return yield* context.exec(…)`. An error is returned, nothing has changed then. */
  exec(options: SpawnOptions): Generator<Wait, number, Wake> | SpawnError;
  /** Waits for a child and reaps it. */
  wait(pid: number): Generator<Wait, ExitStatus, Wake>;
  /** Handles a signal itself ('handle': it arrives as Wake.signal), ignores it, or gets the default back. */
  signal(name: SignalName, action: 'handle' | 'ignore' | 'default'): void;
  /** sd_notify(3): 'READY=1', 'RELOADING=1', 'STOPPING=1', 'STATUS=…', 'MAINPID=…'; root may speak for another process. */
  notify(message: string, pid?: number): void;
  /** syslog(3) of this process. */
  syslog(entry: { facility?: string; priority: SyslogPriority; tag?: string; text: string }): void;
  /** Goes on as a daemon: sets kind and state; follow with `return yield* context.serve()`. */
  become(kind: string, state: Plain): void;
  serve(): Generator<Wait, number, Wake>;
}

export type { SyslogPriority };

export interface ExitStatus {
  code: number | undefined;
  signal: SignalName | undefined;
}

export interface SpawnOptions {
  argv: readonly string[];
  /** File to execute when it is not argv[0]. No PATH search here: callers search. */
  path?: string;
  /** Runs this instead of an executable file: used by the shell for subshells and pipeline parts. */
  program?: Program;
  env?: ReadonlyMap<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  groups?: readonly number[];
  umask?: number;
  nice?: number;
  limits?: ProcessState['limits'];
  fds?: ReadonlyMap<number, Stream>;
  /** systemd unit whose control group it joins. */
  unit?: string;
  tty?: string;
  /** New process group (job control) or session. */
  group?: 'inherit' | 'new';
  session?: boolean;
  /** Signal this process gets when its parent dies (PR_SET_PDEATHSIG). */
  parentDeathSignal?: SignalName;
  parent?: number;
  comm?: string;
  /** Standard output and error go to the journal under this identifier (systemd's services). */
  journal?: Omit<JournalTarget, 'kind'>;
  /** Longer than the usual start-up time of a program (default about 0.5 ms). */
  startAfter?: Micros;
}
export interface SpawnError {
  errno: Errno;
  path: string /** interpreter named by #! that is missing */;
  interpreter?: string;
}

/** journald takes what is written line by line, under this name. */
export interface JournalTarget {
  kind: 'journal';
  identifier: string;
  /** What the lines are, unless `<3>` says otherwise; `daemon` and `info` when nothing else is set. */
  facility?: string;
  priority?: SyslogPriority;
  /** Less urgent lines are not kept. */
  most?: SyslogPriority;
}
/** Where a daemon's standard output and error go, once it is plain data. */
export type StdioTarget =
  | { kind: 'null' }
  | JournalTarget
  | { kind: 'terminal'; id: string }
  | { kind: 'file'; path: string }
  | { kind: 'capture'; id: string };

/** One process. Plain data. */
export interface ProcessState {
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  uid: number;
  gid: number;
  groups: number[];
  /** argv as `ps` shows it (a daemon may change it). */
  argv: string[];
  /** At most 15 characters, as in /proc/PID/comm. */
  comm: string;
  exe: string;
  cwd: string;
  env: Map<string, string>;
  umask: number;
  unit: string | undefined;
  tty: string | undefined;
  startedAt: Micros;
  state: 'running' | 'stopped' | 'zombie';
  exit: ExitStatus | undefined;
  parentDeathSignal: SignalName | undefined;
  signals: Map<SignalName, 'handle' | 'ignore'>;
  /** Set once it serves as a daemon. */
  daemon: { kind: string; state: Plain } | undefined;
  stdout: StdioTarget;
  stderr: StdioTarget;
  /** Niceness, -20 to 19; 0 unless given. */
  nice?: number;
  /** Limits that differ from the host's, by their line of /proc/PID/limits: soft and hard. */
  limits?: Readonly<Record<string, readonly [string, string]>>;
  /** Microseconds of processor used. */
  cpuMicros: number;
  /** Resident memory in KiB. */
  rssKiB: number;
}

/** A daemon kind: how plain daemon state reacts. Registered once per world; handlers hold no state of their own. */
export interface DaemonDefinition<S = Plain> {
  kind: string;
  /** Called once per world so that kernel handlers and socket callbacks can be registered by name. */
  register?(world: World): void;
  /** A signal that is not KILL or STOP. Return 'default' for the default action (usually: terminate). */
  onSignal?(daemon: DaemonContext<S>, signal: SignalName): 'handled' | 'default';
  /** A child of this process ended (it is reaped by the world). */
  onChildExit?(daemon: DaemonContext<S>, pid: number, status: ExitStatus): void;
  /** The process is going away (exit, kill -9, power loss): only bookkeeping outside the host, no last words. */
  onGone?(daemon: DaemonContext<S>): void;
  /** SIGCONT after SIGSTOP: timers and socket events held back while stopped are delivered after this. */
  onContinue?(daemon: DaemonContext<S>): void;
  /** Live state charts for the State panel: one per instance (a VRRP instance, a server's health check, …). */
  charts?(daemon: DaemonContext<S>): ChartView[];
  /** What the machine is by this daemon, in a word for its card (`MASTER`); asked ten times a second. */
  roles?(daemon: DaemonContext<S>): string[];
  /** Configuration files read by the process as it runs (path and the text it was started or reloaded with), for "not reloaded" marks and diffs. */
  runningFiles?(daemon: DaemonContext<S>): { path: string; text: string }[];
}

/** What a daemon's handlers get. */
export interface DaemonContext<S = Plain> {
  readonly world: World;
  readonly kernel: Kernel;
  readonly host: Host;
  readonly process: ProcessState;
  state: S;
  /** Owner name for kernel.setTimer: cleared when the process ends. Timers of a stopped process are delivered on SIGCONT. */
  readonly owner: string;
  /** Timer of this process, by name (set again: replaced); runs the named world callback with `data` and event undefined. Held back while the process is stopped or the host frozen, cleared when it ends. Prefer it to kernel.setTimer. */
  setTimer(name: string, at: Micros, callback: string, data?: Plain): void;
  clearTimer(name: string): void;
  /** Ends the process. */
  exit(code: number): void;
  print(stream: 'stdout' | 'stderr', text: string): void;
  syslog(entry: { facility?: string; priority: SyslogPriority; tag?: string; text: string }): void;
  notify(message: string): void;
  /** Starts a program as a child (a check script, a notify script): see SpawnOptions. */
  spawn(options: SpawnOptions): number | SpawnError;
}

/** A state chart as the learner sees it. */
export interface ChartView {
  /** e.g. `VI_1`, `app/app1`. */
  id: string;
  /** e.g. `vrrp`, `health-check`, `unit`. */
  chart: string;
  states: string[];
  transitions: { from: string; to: string }[];
  current: string;
  since: Micros;
  /** Facts beside the chart: priority 150, rise 1/2 … */
  facts: { name: string; value: string }[];
}
