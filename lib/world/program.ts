/** One running program: its generator, its descriptors and what it waits for. Implements ProgramContext. */
import type { EventHandle, Kernel } from '../kernel/kernel';
import { assert } from '../std/assert';
import type { Micros } from '../std/instant';
import { diskDelay } from './disk';
import type { Credentials, FileSystem } from './files.contract';
import type {
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
  Wait,
  Wake,
} from './process.contract';
import type { Processes } from './processes';
import type { Host, World } from './world.contract';

/** What reading a block from a device that never ends costs. */
const DEVICE_READ_MICROS = 1_000;
/** Pieces kept of a device that never ends. */
const MOST_DEVICE_PARTS = 1_000;
const START: Wait = Object.freeze({});
/** Thrown inside a program to end it by a signal (a broken pipe, say). */
class EndedBySignal {
  constructor(readonly signal: SignalName) {}
}
export interface StepOutcome {
  done: boolean;
  code: number;
  signal: SignalName | undefined;
  serve: boolean;
}

export class Running implements ProgramContext {
  readonly key: string;
  readonly process: ProcessState;
  waiting: Wait = START;
  /** Raised at each step: a wake-up meant for an earlier wait is recognised by it. */
  token = 0;
  woken = false;
  /** How often it was woken since that instant. */
  wakes = 0;
  countedFrom: Micros = 0;
  heldWake: Wake | undefined;
  timer: EventHandle | undefined;
  readonly pendingSignals: SignalName[] = [];
  #generator: ProgramRun | undefined;
  #ended: number[] = [];

  constructor(
    private readonly table: Processes,
    readonly host: Host,
    readonly pid: number,
    readonly fds: Map<number, Stream>,
  ) {
    this.key = `${host.name}:${pid}`;
    const process = host.state.processes.get(pid);
    assert(process !== undefined, 'a running program has a process');
    this.process = process;
  }
  begin(program: Program): void {
    this.#generator = program(this);
  }
  step(wake: Wake): StepOutcome {
    this.token += 1;
    this.woken = false;
    if (wake.reason === 'signal') this.pendingSignals.shift();
    try {
      const next = this.#generator?.next(wake);
      if (next === undefined || next.done === true)
        return {
          done: true,
          code: typeof next?.value === 'number' ? next.value : 0,
          signal: undefined,
          serve: false,
        };
      this.waiting = next.value;
      return { done: false, code: 0, signal: undefined, serve: next.value.serve === true };
    } catch (problem) {
      if (problem instanceof EndedBySignal)
        return { done: true, code: 0, signal: problem.signal, serve: false };
      throw problem;
    }
  }
  /** The process is gone: the generator is left where it stands. */
  abandon(): void {
    this.#generator = undefined;
  }
  childEnded(pid: number): void {
    this.#ended.push(pid);
  }
  unreaped(): [number, ExitStatus][] {
    const left: [number, ExitStatus][] = [];
    for (const pid of this.#ended) {
      const child = this.host.state.processes.get(pid);
      if (child?.state === 'zombie' && child.exit !== undefined) left.push([pid, child.exit]);
    }
    return left;
  }

  // ---------------------------------------------------------------- ProgramContext
  get world(): World {
    return this.host.world;
  }
  get kernel(): Kernel {
    return this.host.world.kernel;
  }
  get fs(): FileSystem {
    return this.host.fs;
  }
  get argv(): readonly string[] {
    return this.process.argv;
  }
  get env(): ReadonlyMap<string, string> {
    return this.process.env;
  }
  get who(): Credentials {
    return this.process;
  }
  get cwd(): string {
    return this.process.cwd;
  }
  set cwd(path: string) {
    this.process.cwd = path;
  }
  get umask(): number {
    return this.process.umask;
  }
  set umask(mask: number) {
    this.process.umask = mask;
  }
  get stdin(): Stream {
    return this.#fd(0);
  }
  get stdout(): Stream {
    return this.#fd(1);
  }
  get stderr(): Stream {
    return this.#fd(2);
  }
  #fd(number: number): Stream {
    const stream = this.fds.get(number);
    return stream ?? this.host.streams.closed();
  }
  resolve(path: string): string {
    // The process that asks is itself.
    if (path.startsWith('/proc/self/') && path !== '/proc/self/mounts')
      return `/proc/${this.pid}${path.slice('/proc/self'.length)}`;
    return path.startsWith('/') ? path : this.cwd === '/' ? `/${path}` : `${this.cwd}/${path}`;
  }
  *out(text: string): Generator<Wait, void, Wake> {
    yield* this.#write(this.stdout, text);
  }
  *err(text: string): Generator<Wait, void, Wake> {
    yield* this.#write(this.stderr, text);
  }
  *#write(stream: Stream, text: string): Generator<Wait, void, Wake> {
    if (text === '') return;
    for (;;) {
      const delay = stream.kind === 'file' ? diskDelay(this.host) : 0;
      if (delay > 0) yield* this.sleep(delay);
      const result = stream.write(text);
      if (result === undefined) {
        yield { streams: [stream] };
        continue;
      }
      if (result === 'EPIPE' && this.process.signals.get('PIPE') === undefined)
        throw new EndedBySignal('PIPE');
      return;
    }
  }
  *readLine(stream: Stream = this.stdin): Generator<Wait, string, Wake> {
    let line = '';
    for (;;) {
      const next = stream.read(1);
      if (next === undefined) {
        const wake = yield { streams: [stream] };
        if (wake.reason === 'signal') return line;
        continue;
      }
      line += next;
      if (next === '' || next === '\n') return line;
    }
  }
  *readAll(stream: Stream = this.stdin): Generator<Wait, string, Wake> {
    const parts: string[] = [];
    for (;;) {
      const next = stream.read();
      if (next === undefined) yield { streams: [stream] };
      else if (next === '') return parts.join('');
      else {
        // A device that never ends is read as long as time goes on, not at once; nobody will see what came.
        const endless = stream.kind === 'character';
        if (!endless || parts.length < MOST_DEVICE_PARTS) parts.push(next);
        if (endless) yield { until: this.kernel.now + DEVICE_READ_MICROS };
      }
    }
  }
  *sleep(micros: Micros): Generator<Wait, boolean, Wake> {
    const until = this.kernel.now + Math.max(0, Math.round(micros));
    while (this.kernel.now < until) {
      const wake = yield { until };
      if (wake.reason === 'signal') return true;
    }
    return false;
  }
  spawn(options: SpawnOptions): number | SpawnError {
    return this.table.spawn(this.host, { parent: this.pid, ...options });
  }
  exec(options: SpawnOptions): Generator<Wait, number, Wake> | SpawnError {
    const resolved = this.table.resolve(this.host, options, this.who, options.cwd ?? this.cwd);
    if ('errno' in resolved) return resolved;
    const { process } = this;
    process.argv = resolved.argv;
    process.comm = resolved.comm;
    if (resolved.exe !== '') process.exe = resolved.exe;
    if (options.env !== undefined) process.env = new Map(options.env);
    if (options.cwd !== undefined) process.cwd = options.cwd;
    if (options.uid !== undefined) process.uid = options.uid;
    if (options.gid !== undefined) process.gid = options.gid;
    if (options.groups !== undefined) process.groups = [...options.groups];
    for (const [name, action] of [...process.signals]) if (action === 'handle') process.signals.delete(name);
    if (options.fds !== undefined) this.#replaceDescriptors(options.fds);
    return resolved.program(this);
  }
  #replaceDescriptors(fds: ReadonlyMap<number, Stream>): void {
    for (const stream of fds.values()) stream.retain();
    for (const stream of this.fds.values()) stream.close();
    this.fds.clear();
    for (const [fd, stream] of fds) this.fds.set(fd, stream);
  }
  *wait(pid: number): Generator<Wait, ExitStatus, Wake> {
    for (;;) {
      const status = this.table.reap(this.host, this.pid, pid);
      if (status === 'ECHILD') return { code: 127, signal: undefined };
      if (status !== undefined) return status;
      yield { children: [pid] };
    }
  }
  signal(name: SignalName, action: 'handle' | 'ignore' | 'default'): void {
    if (action === 'default') this.process.signals.delete(name);
    else this.process.signals.set(name, action);
  }
  notify(message: string, pid = this.pid): void {
    this.table.notify(this.host, pid, message);
  }
  syslog(entry: { facility?: string; priority: SyslogPriority; tag?: string; text: string }): void {
    const { process } = this;
    this.host.syslog({
      facility: entry.facility ?? 'user',
      priority: entry.priority,
      tag: entry.tag ?? process.comm,
      pid: this.pid,
      text: entry.text,
      transport: 'syslog',
      uid: process.uid,
      ...(process.unit === undefined ? {} : { unit: process.unit }),
    });
  }
  become(kind: string, state: unknown): void {
    this.process.daemon = { kind, state };
  }
  *serve(): Generator<Wait, number, Wake> {
    yield { serve: true };
    return 0;
  }
}
