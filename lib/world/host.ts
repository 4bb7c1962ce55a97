/** One machine: its files, users, clock, log, processors. State is plain; this is the handle on it. */
import type { Micros } from '../std/instant';
import { type FileSpec, FileError } from './files.contract';
import { Files, ROOT } from './files';
import { acceptsSysctl, coupledSysctl } from './kernel-settings';
import type { DaemonContext, ProcessState, Stream } from './process.contract';
import type { Processes } from './processes';
import { Streams } from './streams';
import { Terminals } from './terminals';
import type {
  Host,
  HostState,
  LoggedEntry,
  SyslogEntry,
  UserRecord,
  World,
  WorldState,
} from './world.contract';

const MOST_LOG_ENTRIES = 40_000;
/** How soon who watches a file hears of what happens to it. */
const WATCH_MICROS = 60;
interface Accounts {
  text: string;
  users: UserRecord[];
  groups: { name: string; gid: number; members: string[] }[];
}

export class SimulatedHost implements Host {
  readonly fs: Files;
  readonly streams: Streams;
  readonly terminals: Terminals;
  #accounts: Accounts | undefined;
  /** What wakes those who follow the log. */
  readonly #logKey: string;

  constructor(
    readonly world: World,
    readonly name: string,
    private readonly processTable: Processes,
  ) {
    this.#logKey = `log:${name}`;
    this.fs = new Files({
      state: () => this.state,
      clock: () => this.clock(),
      registry: world.registry,
      host: () => this,
      record: (type, data) => void world.record(name, type, data),
      watched: ({ pid, name: watch, callback }) =>
        world.timer(this, pid, `watch:${watch}:${callback.name}`, world.kernel.now + WATCH_MICROS, callback),
    });
    this.streams = new Streams(this, (host, pid) => processTable.wakeStream(host, pid));
    this.terminals = new Terminals(this, (pid) => processTable.wakeStream(this, pid));
  }
  // Looked up once for each state of the world: it is asked for a hundred times with each request.
  #state: HostState | undefined;
  #worldState: WorldState | undefined;
  get state(): HostState {
    const { state } = this.world;
    if (this.#worldState === state && this.#state !== undefined) return this.#state;
    const found = state.hosts.get(this.name);
    if (found === undefined) throw new Error(`host ${this.name} has no state`);
    this.#worldState = state;
    this.#state = found;
    return found;
  }
  set state(next: HostState) {
    this.world.state.hosts.set(this.name, next);
    this.#state = undefined;
  }
  process(pid: number): ProcessState | undefined {
    return this.state.processes.get(pid);
  }
  processes(): ProcessState[] {
    return [...this.state.processes.values()].sort((a, b) => a.pid - b.pid);
  }
  descriptors(pid: number): ReadonlyMap<number, Stream> | undefined {
    return this.processTable.running(this, pid)?.fds;
  }
  daemonContext(pid: number): DaemonContext<unknown> | undefined {
    const process = this.process(pid);
    return process?.daemon === undefined ? undefined : this.processTable.daemonContext(this, process);
  }
  clock(): number {
    return (
      this.world.state.epoch + this.world.kernel.now + (this.world.state.hosts.get(this.name)?.clockSkew ?? 0)
    );
  }

  // ---------------------------------------------------------------- kernel settings
  sysctl(key: string): string | undefined {
    return this.state.sysctl.get(key);
  }
  setSysctl(key: string, value: string): undefined | 'ENOENT' | 'EINVAL' {
    const { sysctl } = this.state;
    if (!sysctl.has(key)) return 'ENOENT';
    if (!acceptsSysctl(key, value)) return 'EINVAL';
    const clean = value.trim();
    const before = sysctl.get(key);
    sysctl.set(key, clean);
    for (const [other, coupled] of coupledSysctl(key, clean, sysctl)) sysctl.set(other, coupled);
    if (key === 'kernel.hostname') this.state.hostname = clean;
    if (before !== clean) this.world.record(this.name, 'sysctl', { key, value: clean, before: before ?? '' });
    return undefined;
  }

  // ---------------------------------------------------------------- log
  syslog(entry: SyslogEntry): void {
    const { state } = this;
    const log = state.log;
    const seq = (log[log.length - 1]?.seq ?? 0) + 1;
    const comm = entry.pid === undefined ? undefined : state.processes.get(entry.pid)?.comm;
    log.push(logged(entry, { at: entry.at ?? this.clock(), boot: state.bootId, seq, comm }));
    if (log.length > MOST_LOG_ENTRIES) log.splice(0, MOST_LOG_ENTRIES / 4);
    this.world.wake(this.#logKey);
  }

  // ---------------------------------------------------------------- files and users
  install(path: string, spec: FileSpec): undefined | FileError {
    return this.fs.install(path, spec);
  }
  user(nameOrUid: string | number): UserRecord | undefined {
    return this.#read().users.find((user) => user.name === nameOrUid || user.uid === nameOrUid);
  }
  group(nameOrGid: string | number): { name: string; gid: number; members: string[] } | undefined {
    return this.#read().groups.find((group) => group.name === nameOrGid || group.gid === nameOrGid);
  }
  #read(): Accounts {
    const passwd = this.fs.readFile('/etc/passwd', ROOT);
    const group = this.fs.readFile('/etc/group', ROOT);
    const text = `${passwd instanceof FileError ? '' : passwd}\0${group instanceof FileError ? '' : group}`;
    if (this.#accounts?.text !== text) this.#accounts = parseAccounts(text);
    return this.#accounts;
  }

  /** A state was loaded: what only running programs held is void. */
  forgetRuntime(): void {
    this.#accounts = undefined;
    this.fs.forgetOpened();
    delete this.state.watches;
    this.terminals.forget();
  }

  // ---------------------------------------------------------------- processor
  /** Earliest free core takes the work; with none free it waits its turn. */
  compute(pid: number, micros: Micros): Micros {
    const { state } = this;
    const { now } = this.world.kernel;
    let core = 0;
    for (let i = 1; i < state.coreBusyUntil.length; i++)
      if ((state.coreBusyUntil[i] ?? 0) < (state.coreBusyUntil[core] ?? 0)) core = i;
    const done = Math.max(now, state.coreBusyUntil[core] ?? 0) + micros;
    state.coreBusyUntil[core] = done;
    state.cpuMicros += micros;
    const process = state.processes.get(pid);
    if (process !== undefined) process.cpuMicros += micros;
    return done;
  }
}

/** Field by field: a frozen copy by spreading takes fifty times as long, and there is one for each request. */
function logged(
  entry: SyslogEntry,
  own: { at: number; boot: string; seq: number; comm: string | undefined },
): LoggedEntry {
  const made: LoggedEntry = {
    at: own.at,
    boot: own.boot,
    seq: own.seq,
    facility: entry.facility,
    priority: entry.priority,
    tag: entry.tag,
    text: entry.text,
    transport: entry.transport,
  };
  if (entry.pid !== undefined) made.pid = entry.pid;
  if (own.comm !== undefined) made.comm = own.comm;
  if (entry.uid !== undefined) made.uid = entry.uid;
  if (entry.unit !== undefined) made.unit = entry.unit;
  if (entry.about !== undefined) made.about = entry.about;
  if (entry.job !== undefined) made.job = entry.job;
  if (entry.bare !== undefined) made.bare = entry.bare;
  if (entry.invocation !== undefined) made.invocation = entry.invocation;
  return Object.freeze(made);
}

function parseAccounts(text: string): Accounts {
  const [passwd = '', group = ''] = text.split('\0');
  const groups = group
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => {
      const [name = '', , gid = '', members = ''] = line.split(':');
      return { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') };
    });
  const users = passwd
    .split('\n')
    .filter((line) => line.split(':').length >= 7)
    .map((line) => {
      const [name = '', , uid = '', gid = '', gecos = '', home = '', shell = ''] = line.split(':');
      const primary = Number(gid);
      const rest = groups
        .filter((entry) => entry.members.includes(name) && entry.gid !== primary)
        .map((entry) => entry.gid);
      return { name, uid: Number(uid), gid: primary, gecos, home, shell, groups: [primary, ...rest] };
    });
  return { text, users, groups };
}
