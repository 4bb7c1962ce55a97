/**
 * Contract of the world: what exists, and the registries that plug programs, daemons and virtual files in.
 * State is plain data (`world.state`, `host.state`); everything else here is rebuilt from code.
 */
import type { PolicyRouting } from './network/policy-store';
import type { Kernel } from '../kernel/kernel';
import type { Micros } from '../std/instant';
import type { Diagnostic } from '../text/diagnostic';
import type { FileWatch } from './file-watches';
import type { FileError, FileSpec, FileSystem, Inode } from './files.contract';
import type {
  ConntrackEntry,
  Hop,
  InterfaceAddress,
  Neighbour,
  Network,
  Route,
  SocketEvent,
} from './network.contract';
import type { Ruleset } from './packet-filter.contract';
import type { Streams } from './streams';
import type { Terminals, TerminalState } from './terminals';
import type {
  DaemonContext,
  DaemonDefinition,
  ExitStatus,
  ProcessState,
  Program,
  ProgramContext,
  ProgramRun,
  SignalName,
  SpawnError,
  SpawnOptions,
  Stream,
  SyslogPriority,
} from './process.contract';

/** Plain data as `lib/std/plain` clones it. Unchecked here, so that interfaces fit; a checkpoint refuses what is not plain. */
type Plain = unknown;

export interface World {
  readonly kernel: Kernel;
  readonly registry: Registry;
  readonly network: Network;
  state: WorldState;
  /** Throws BrokenPromise for an unknown name; see findHost. */
  host(name: string): Host;
  findHost(name: string): Host | undefined;
  hosts(): Host[];
  addHost(setup: HostSetup): Host;
  addSegment(
    name: string,
    subnet: { network: number; prefix: number },
    options?: { latencyMicros?: number; zone?: string },
  ): void;

  /** Starts a process. With `path` or argv[0] as a file: permission, #! and registry of programs decide, as execve(2) does. */
  spawn(host: Host, options: SpawnOptions): number | SpawnError;
  kill(host: Host, pid: number, signal: SignalName, by?: { uid: number }): undefined | 'ESRCH' | 'EPERM';
  /** Ends a process now, as exit(2). */
  exit(host: Host, pid: number, status: ExitStatus): void;
  /** Wakes programs that wait for this key. */
  wake(key: string): void;
  /** True while no generator program is in the middle: a checkpoint may be taken. */
  quiescent(): boolean;

  /** Named function for socket callbacks and the like; kept by name in plain state. Called with the callback's data and the event. */
  callback<D = Plain, E = SocketEvent>(
    name: string,
    run: (context: { world: World; host: Host; pid: number; data: D }, event: E) => void,
  ): void;
  /** Runs a callback if its process still lives (pid 0: always); holds it back while the process is stopped. */
  invoke(host: Host, callback: { name: string; pid: number; data: Plain }, event: unknown): void;

  /** Timer of a process by name (pid 0: of the host itself): set again it is replaced; runs the callback with event undefined; held back while stopped or frozen, gone with the process. */
  timer(host: Host, pid: number, name: string, at: Micros, callback: { name: string; data: Plain }): void;
  clearTimer(host: Host, pid: number, name: string): void;

  /** Powers on and boots from the files on disk (init is /sbin/init when present). */
  powerOn(host: Host): void;
  powerOff(host: Host): void;
  /** Orderly reboot: init stops everything, then the machine starts again. */
  reboot(host: Host): void;
  /** The kernel hangs: nothing runs, nothing answers, until resume. */
  freeze(host: Host, frozen: boolean): void;

  /** Appends to the run's journal with the host as source. Returns seq. */
  record(source: string, type: string, data: Plain, options?: { cause?: number; rule?: string }): number;
  /** Starts a trace (a request's way through the system); 0 when traces are off. */
  startTrace(label: string | (() => string)): number;
  /** Number of the trace that was started last, kept or not: what is written down must not depend on traces. */
  readonly lastTrace: number;
  /** With `at`, `hop` is a template that several traces share: it must not change afterwards. `ports`: those of this packet, where the template's are another's. */
  hop(trace: number, hop: Hop, at?: Micros, sport?: number, dport?: number): void;
  trace(id: number): { id: number; label: string; hops: Hop[] } | undefined;

  /** Plain copies for checkpoints. */
  save(): Plain;
  load(state: Plain): void;
}

export interface Registry {
  /** Binaries by registry name: 'coreutils/ls', 'haproxy/haproxy'. */
  program(name: string, program: Program): void;
  findProgram(name: string): Program | undefined;
  programs(): string[];
  /** How a program that was put away (`Wait.park`) goes on. */
  resumable(kind: string, resume: (context: ProgramContext, state: Plain) => ProgramRun): void;
  findResumable(kind: string): ((context: ProgramContext, state: Plain) => ProgramRun) | undefined;
  daemon<S>(definition: DaemonDefinition<S>): void;
  findDaemon(kind: string): DaemonDefinition<Plain> | undefined;
  /** A package: the files it puts on a host (binaries, unit files, default configuration). */
  package(name: string, files: Record<string, FileSpec>): void;
  packageFiles(name: string): Record<string, FileSpec> | undefined;
  packages(): string[];
  /** A configuration language and its test. */
  checker(checker: FileChecker): void;
  findChecker(path: string): FileChecker | undefined;
  /** Files that a command loads into a host. */
  loadedFiles(files: LoadedFiles): void;
  findLoadedFiles(path: string): LoadedFiles | undefined;
  /** Who knows the units of a host: its init. */
  unitLister(list: (host: Host) => UnitRow[]): void;
  /** The units that a host's init has loaded; none without an init. */
  units(host: Host): UnitRow[];
  /** Files whose content is computed: /proc, /sys. The longest matching prefix answers. */
  virtualFiles(prefix: string, provider: VirtualFiles): void;
  findVirtualFiles(path: string): VirtualFiles | undefined;
}
/** A unit as `systemctl` lists it. */
export interface UnitRow {
  name: string;
  active: string;
  sub: string;
  enabled: string;
}
/** A configuration language as the editor sees it: which files it is for, and what the daemon's own test says of a text. */
export interface FileChecker {
  /** Name of the language for colours: `haproxy`, `keepalived`, `nftables`, … */
  language: string;
  matches(path: string): boolean;
  /** The command that somebody would type to test the file, e.g. `haproxy -c -f /etc/haproxy/haproxy.cfg`. */
  command(path: string): string;
  /** What that command would print and return on this host if the file had this text. Nothing is changed. */
  check(host: Host, path: string, text: string): CheckedFile;
}
export interface CheckedFile {
  exit: number;
  output: string;
  diagnostics: readonly Diagnostic[];
}
/**
 * Files that a command loads into a host and whose text no process keeps: packet filter rules, kernel settings,
 * units.
 */
export interface LoadedFiles {
  matches(path: string): boolean;
  /**
   * Whether the host is as the saved file asks, and the command that loads it. Undefined where that cannot be said:
   * the file is refused, or nothing was ever to be loaded from it.
   */
  standing(host: Host, path: string): { isLoaded: boolean; command: string } | undefined;
}
export interface VirtualFiles {
  read(host: Host, path: string): string | undefined;
  write?(host: Host, path: string, text: string): undefined | 'EINVAL' | 'EACCES' | 'EPERM';
  list?(host: Host, path: string): string[] | undefined;
  /** Where it points, if it is a symbolic link. */
  link?(host: Host, path: string): string | undefined;
  /** Whose it is and who may look, when it is not root's and everybody's. A link is read by its owner and root alone. */
  owner?(host: Host, path: string): { uid: number; gid: number; mode?: number } | undefined;
}

export interface HostSetup {
  name: string;
  zone?: string;
  interfaces: {
    name: string;
    segment: string;
    addresses: InterfaceAddress[];
    mac?: string;
    up?: boolean;
    peer?: number;
    alternatives?: readonly string[];
  }[];
  /** Routes in force without any boot (labs without init). With init the files decide. */
  routes?: Route[];
  sysctl?: Record<string, string>;
  packages?: readonly string[];
  files?: Record<string, FileSpec>;
  /** No init: interfaces, routes and sysctl are in force from the start (the recorded namespace labs). */
  init?: boolean;
  cores?: number;
  memoryMiB?: number;
  diskMiB?: number;
  users?: {
    name: string;
    uid: number;
    gid: number;
    groups?: string[];
    home: string;
    shell: string;
    sudo?: boolean;
    /** Without it the account has none. */
    password?: string;
  }[];
  /** For the canvas: 'router' | 'load-balancer' | 'proxy' | 'app' | 'bastion' | 'clients' | 'probe' | 'server'. */
  kind?: string;
}

export interface Host {
  readonly name: string;
  readonly world: World;
  readonly fs: FileSystem;
  /** Makes streams: pipes, opened files, terminals, sinks. See lib/world/streams. */
  readonly streams: Streams;
  /** Terminals of this host: `lib/world/terminals`. */
  readonly terminals: Terminals;
  state: HostState;
  process(pid: number): ProcessState | undefined;
  processes(): ProcessState[];
  /** Open descriptors of a running program, for lsof; a daemon's are its sockets, which the network lists. */
  descriptors(pid: number): ReadonlyMap<number, Stream> | undefined;
  daemonContext(pid: number): DaemonContext<Plain> | undefined;
  sysctl(key: string): string | undefined;
  setSysctl(key: string, value: string): undefined | 'ENOENT' | 'EINVAL';
  /** This host's wall clock, microseconds since 1970. */
  clock(): number;
  syslog(entry: SyslogEntry): void;
  /** Root-owned set-up write that makes parents. */
  install(path: string, spec: FileSpec): undefined | FileError;
  user(nameOrUid: string | number): UserRecord | undefined;
  group(nameOrGid: string | number): { name: string; gid: number; members: string[] } | undefined;
  /** Uses processor time: returns when the work would be done given what else runs on its cores. */
  compute(pid: number, micros: Micros): Micros;
}
export interface UserRecord {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
  gecos: string;
  groups: number[];
}
export interface SyslogEntry {
  at?: number;
  facility: string;
  priority: SyslogPriority;
  tag: string;
  pid?: number;
  text: string;
  unit?: string /** systemd's UNIT= field of messages about a unit */;
  about?: string;
  invocation?: string;
  /** systemd's JOB_ID= and JOB_RESULT= fields of messages about a job. */
  job?: { id: number; result?: string };
  uid?: number;
  /** Sent without the process id that syslog(3) adds with LOG_PID (logger without -i). */
  bare?: boolean;
  transport: 'syslog' | 'stdout' | 'journal' | 'kernel';
}

export interface HostState {
  name: string;
  zone: string | undefined;
  kind: string;
  power: 'off' | 'booting' | 'on';
  frozen: boolean;
  bootedAt: Micros;
  bootId: string;
  boots: number;
  /** It was carried away: nothing finds it any more. */
  removed?: boolean;
  /** Microseconds this host's clock is ahead of the true one. */
  clockSkew: number;
  hostname: string;
  cores: number;
  memoryMiB: number;
  diskMiB: number;
  interfaces: Map<string, InterfaceState>;
  routes: Route[];
  /** rules and tables beside main; absent: none were ever made */
  policy?: PolicyRouting;
  neighbours: Map<string, Neighbour>;
  terminals: Map<string, TerminalState>;
  ruleset: Ruleset;
  conntrack: Map<string, ConntrackEntry>;
  sysctl: Map<string, string>;
  processes: Map<number, ProcessState>;
  nextPid: number;
  inodes: Map<number, Inode>;
  nextInode: number;
  /** inotify(7): who watches which inode; absent while nobody does. */
  watches?: Map<number, readonly FileWatch[]>;
  /** Everything journald holds, all boots (when persistent) or this boot. */
  log: LoggedEntry[];
  /** Instants until which each core is busy. */
  coreBusyUntil: Micros[];
  /** Processor time used so far, for gauges. */
  cpuMicros: number;
  packages: string[];
  mounts: MountState[];
  /** Timers and events of stopped processes (or of a frozen host), in order, delivered on SIGCONT. */
  held: { callback: { name: string; pid: number; data: Plain }; event: Plain }[];
  /** Plain state of plug-ins that belong to the host and not to a process (systemd's units, apt state …), lost at power loss unless on disk. */
  extra: Map<string, Plain>;
}
/** A mounted file system. Sizes in bytes; `used` counts what is in it beside the modelled files too. */
export interface MountState {
  source: string;
  point: string;
  type: string;
  options: string[];
  size: number;
  used: number;
  inodes: number;
  inodesUsed: number;
  /** The last write found no room: that is told once, not for each write. */
  full?: boolean;
  /** How much longer than usual each access takes: a dying disk. */
  accessMicros?: Micros;
  /** The directory that shows again when it is unmounted; only mounts made while the host runs can be. */
  covered?: number;
  /** A bind mount: the mount that its files are on, and what of it is shown. */
  bound?: { mount: string; path: string };
}
export interface LoggedEntry extends SyslogEntry {
  at: number;
  /** Name of the program that sent it. */
  comm?: string;
  boot: string;
  seq: number;
}
export interface InterfaceState {
  name: string;
  index: number;
  mac: string;
  /** veth(4): index of the other end, in another network namespace. */
  peer?: number;
  /** Other names, by slot and path. */
  alternatives?: readonly string[];
  segment: string | undefined;
  addresses: InterfaceAddress[];
  up: boolean;
  carrier: boolean;
  /** Flags that were set by hand: PROMISC, ALLMULTI. */
  flags?: readonly string[];
  /** MAC addresses of cards that the switch no longer connects with this one. */
  cut?: string[];
  mtu: number;
  /** Frames and bytes received, frames and bytes sent, frames dropped on arrival (in an array: they change with every packet). */
  counters: Float64Array;
  impairment:
    | { lossPpm: number; latencyMicros: number; jitterMicros: number; direction: 'in' | 'out' | 'both' }
    | undefined;
}
export interface WorldState {
  /** Wall clock at instant 0, microseconds since 1970. */
  epoch: number;
  segments: Map<
    string,
    { name: string; network: number; prefix: number; latencyMicros: number; zone: string | undefined }
  >;
  hosts: Map<string, HostState>;
  /** Owned by the network. */
  net: Plain;
  extra: Map<string, Plain>;
}
