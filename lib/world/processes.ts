/**
 * The process table of every host: spawning, waiting, signals, exit.
 * A program is a generator that runs while the simulation goes on; a daemon is
 * plain state whose definition reacts to signals, timers and sockets.
 */
import type { HandlerId, Kernel } from '../kernel/kernel';
import { groupIsFull } from './memory';
import { SYSLOG_PRIORITIES } from '../protocols/syslog';
import { assert, BrokenPromise } from '../std/assert';
import { MILLISECOND, type Micros, SECOND } from '../std/instant';
import { findExecutable } from './executable';
import { diskDelay } from './disk';
import type { Credentials } from './files.contract';
import type {
  DaemonContext,
  ExitStatus,
  JournalTarget,
  ProcessState,
  Program,
  SignalName,
  SpawnError,
  SpawnOptions,
  StdioTarget,
  Stream,
  Wake,
} from './process.contract';
import { ownerOf, ProcessContext } from './process-context';
import { Running } from './program';
import { defaultAction } from './signals';
import type { Host, World } from './world.contract';

const START_MICROS = 500;
/** Accesses to the disk until a program runs: the file itself, its libraries, its configuration. */
const READS_AT_START = 12;
/** A process is told of its parent's death only when it runs next: process 1 may act first. */
const DEATH_SIGNAL_MICROS = 1_000;
const MOST_PROCESSES = 3_800;
const HIGHEST_PID = 4_194_304;
const WAKES_PER_INSTANT = 20_000;
/** A program that is woken more often in a second is one of two that feed each other without end. */
const WAKES_PER_SECOND = 4_000;

/** What the rest of the world gives to the process table. */
export interface ProcessPorts {
  world: World;
  kernel: Kernel;
  notify(host: Host, pid: number, message: string): void;
}

export class Processes {
  readonly #running = new Map<string, Running>();
  readonly #wakeHandler: HandlerId;
  readonly #childHandler: HandlerId;
  readonly #timerHandler: HandlerId;
  readonly #orphanHandler: HandlerId;
  /** Made once for a process: daemons are called many times a second. No part of the state. */
  readonly #contexts = new WeakMap<ProcessState, ProcessContext>();
  readonly #waitingForKey = new Map<string, Set<Running>>();
  #instant: Micros = -1;
  #wakesNow = 0;

  constructor(private readonly ports: ProcessPorts) {
    this.#wakeHandler = ports.kernel.handler<{ key: string; wake: Wake; token: number }>(
      'process.wake',
      ({ key, wake, token }) => this.#woken(key, wake, token),
    );
    this.#childHandler = ports.kernel.handler<{
      host: string;
      parent: number;
      pid: number;
      status: ExitStatus;
    }>('process.child-exit', (event) => this.#childExit(event));
    this.#orphanHandler = ports.kernel.handler<{ host: string; pid: number; signal: SignalName }>(
      'process.parent-death',
      (event) => {
        const host = ports.world.findHost(event.host);
        if (host !== undefined) this.kill(host, event.pid, event.signal);
      },
    );
    this.#timerHandler = ports.kernel.handler<{
      host: string;
      callback: { name: string; pid: number; data: unknown };
    }>('process.timer', ({ host, callback }) => {
      const on = ports.world.findHost(host);
      if (on !== undefined) ports.world.invoke(on, callback, undefined);
    });
  }

  get world(): World {
    return this.ports.world;
  }
  get kernel(): Kernel {
    return this.ports.kernel;
  }
  /** True when every program that runs can be put away as it stands. */
  quiescent(): boolean {
    for (const running of this.#running.values()) if (parkedOf(running) === undefined) return false;
    return true;
  }
  /** The programs that run, put away: part of a checkpoint. */
  park(): ParkedProgram[] {
    return [...this.#running.values()].flatMap((running) => {
      const parked = parkedOf(running);
      return parked === undefined ? [] : [parked];
    });
  }
  /** Takes up what `park` put away; the world's state is the one of that moment. */
  resume(programs: readonly ParkedProgram[]): void {
    for (const { host: name, pid, kind, state, fds, token } of programs) {
      const host = this.world.host(name);
      const resume = this.world.registry.findResumable(kind);
      assert(resume !== undefined, `a program of kind "${kind}" cannot be taken up again`);
      const streams = new Map(fds.map(([fd, target]) => [fd, host.streams.target(target)]));
      for (const stream of streams.values()) stream.retain();
      const running = new Running(this, host, pid, streams);
      this.#running.set(running.key, running);
      running.begin((context) => resume(context, state));
      const outcome = running.step({ reason: 'start' });
      assert(
        !outcome.done && !outcome.serve,
        `a program of kind "${kind}" did not wait when it was taken up`,
      );
      running.token = token;
      this.#arm(running);
    }
  }
  /** Programs that run now, for messages: `host/pid argv`. */
  runningPrograms(): string[] {
    return [...this.#running.values()].map(
      (running) => `${running.host.name}/${running.pid} ${running.process.argv.join(' ')}`,
    );
  }

  // ---------------------------------------------------------------- spawn
  spawn(host: Host, options: SpawnOptions): number | SpawnError {
    const parent = options.parent === undefined ? undefined : host.state.processes.get(options.parent);
    const group = options.unit ?? parent?.unit;
    if (host.state.processes.size >= MOST_PROCESSES || (group !== undefined && groupIsFull(host, group)))
      return { errno: 'EAGAIN', path: options.path ?? options.argv[0] ?? '' };
    const who: Credentials = {
      uid: options.uid ?? parent?.uid ?? 0,
      gid: options.gid ?? parent?.gid ?? 0,
      groups: options.groups ?? parent?.groups ?? [],
    };
    const cwd = options.cwd ?? parent?.cwd ?? '/';
    const resolved = this.resolve(host, options, who, cwd);
    if ('errno' in resolved) return resolved;
    const process = this.#admit(host, { options, parent, who, cwd, resolved });
    const running = new Running(this, host, process.pid, this.#descriptors(host, process, options, parent));
    this.#running.set(running.key, running);
    running.begin(resolved.program);
    this.wakeRunning(
      running,
      { reason: 'start' },
      (options.startAfter ?? (options.program === undefined ? START_MICROS : 0)) +
        (options.program === undefined ? READS_AT_START * diskDelay(host) : 0),
    );
    return process.pid;
  }
  resolve(
    host: Host,
    options: SpawnOptions,
    who: Credentials,
    cwd: string,
  ): { program: Program; argv: string[]; exe: string; comm: string } | SpawnError {
    if (options.program !== undefined)
      return {
        program: options.program,
        argv: [...options.argv],
        exe: '',
        comm: (options.comm ?? options.argv[0] ?? '').slice(0, 15),
      };
    const path = options.path ?? options.argv[0] ?? '';
    const found = findExecutable(host, path.startsWith('/') ? path : `${cwd}/${path}`, options.argv, who, {
      given: path,
    });
    return 'errno' in found ? { ...found, path } : { ...found, comm: options.comm ?? found.comm };
  }
  #admit(
    host: Host,
    made: {
      options: SpawnOptions;
      parent: ProcessState | undefined;
      who: Credentials;
      cwd: string;
      resolved: { argv: string[]; exe: string; comm: string };
    },
  ): ProcessState {
    const { options, parent, who, resolved } = made;
    const { state } = host;
    let pid = state.nextPid;
    while (state.processes.has(pid)) pid += 1;
    state.nextPid = pid + 1 > HIGHEST_PID ? 300 : pid + 1;
    const nice = options.nice ?? parent?.nice;
    const limits = options.limits ?? parent?.limits;
    const process: ProcessState = {
      pid,
      ppid: parent?.pid ?? (state.processes.has(1) ? 1 : 0),
      pgid: options.group === 'new' || options.session === true || parent === undefined ? pid : parent.pgid,
      sid: options.session === true || parent === undefined ? pid : parent.sid,
      uid: who.uid,
      gid: who.gid,
      groups: [...who.groups],
      argv: resolved.argv,
      comm: resolved.comm,
      exe: resolved.exe === '' ? (parent?.exe ?? '') : resolved.exe,
      cwd: made.cwd,
      env: new Map(options.env ?? parent?.env ?? []),
      umask: options.umask ?? parent?.umask ?? 0o022,
      unit: options.unit ?? parent?.unit,
      tty: options.tty ?? (options.session === true ? undefined : parent?.tty),
      startedAt: this.kernel.now,
      state: 'running',
      exit: undefined,
      parentDeathSignal: options.parentDeathSignal,
      signals: new Map([...(parent?.signals ?? [])].filter(([, action]) => action === 'ignore')),
      daemon: undefined,
      stdout: { kind: 'null' },
      stderr: { kind: 'null' },
      ...(nice === undefined ? {} : { nice }),
      ...(limits === undefined ? {} : { limits }),
      cpuMicros: 0,
      rssKiB: 1_800,
    };
    state.processes.set(pid, process);
    return process;
  }
  #descriptors(
    host: Host,
    process: ProcessState,
    options: SpawnOptions,
    parent: ProcessState | undefined,
  ): Map<number, Stream> {
    const fds = new Map<number, Stream>();
    const inherited = parent === undefined ? undefined : this.#running.get(keyOf(host, parent.pid))?.fds;
    for (const [fd, stream] of options.fds ?? inherited ?? []) {
      // journald asks the socket who writes: each line carries the pid of its own process.
      const { target } = stream;
      fds.set(fd, target?.kind === 'journal' ? this.#targetStream(host, target, process) : stream);
    }
    if (options.fds === undefined && inherited === undefined) {
      if (parent !== undefined) {
        fds.set(1, this.#targetStream(host, parent.stdout, process));
        fds.set(2, this.#targetStream(host, parent.stderr, process));
      }
    }
    if (options.journal !== undefined) {
      const target: JournalTarget = { kind: 'journal', ...options.journal };
      fds.set(1, this.#targetStream(host, target, process));
      fds.set(2, this.#targetStream(host, target, process));
    }
    for (let fd = 0; fd < 3; fd++)
      if (!fds.has(fd) && options.fds === undefined) fds.set(fd, host.streams.null());
    for (const stream of fds.values()) stream.retain();
    return fds;
  }
  #targetStream(host: Host, target: StdioTarget, process: ProcessState): Stream {
    if (target.kind !== 'journal') return host.streams.target(target);
    let partial = '';
    return host.streams.sink(
      'socket',
      (text) => {
        const lines = (partial + text).split('\n');
        partial = lines.pop() ?? '';
        for (const line of lines) this.#journalLine(host, process, target, line);
      },
      target,
      () => this.#journalLine(host, process, target, partial),
    );
  }
  #journalLine(host: Host, process: ProcessState, target: JournalTarget, line: string): void {
    // journald drops lines that hold nothing.
    if (line.trim() === '') return;
    const level = /^<([0-7])>/.exec(line);
    const priority = (level === null ? target.priority : SYSLOG_PRIORITIES[Number(level[1])]) ?? 'info';
    if (
      target.most !== undefined &&
      SYSLOG_PRIORITIES.indexOf(priority) > SYSLOG_PRIORITIES.indexOf(target.most)
    )
      return;
    host.syslog({
      facility: target.facility ?? 'daemon',
      priority,
      tag: target.identifier,
      pid: process.pid,
      text: level === null ? line : line.slice(3),
      transport: 'stdout',
      uid: process.uid,
      ...(process.unit === undefined ? {} : { unit: process.unit }),
    });
  }
  /** Text that a daemon prints. */
  print(host: Host, process: ProcessState, stream: 'stdout' | 'stderr', text: string): void {
    const target = process[stream];
    if (target.kind === 'journal') {
      for (const line of text.replace(/\n$/, '').split('\n')) this.#journalLine(host, process, target, line);
      return;
    }
    host.streams.target(target).write(text);
  }

  // ---------------------------------------------------------------- running programs
  /** Wakes a running program after `delay`; a later wake of the same wait is dropped. */
  wakeRunning(running: Running, wake: Wake, delay: Micros = 0): void {
    if (running.woken) return;
    running.woken = true;
    this.kernel.after(delay + this.#patience(running), this.#wakeHandler, {
      key: running.key,
      wake,
      token: running.token,
    });
  }
  /** Programs that wake each other without end let time go on. */
  #patience(running: Running): Micros {
    if (this.kernel.now - running.countedFrom >= SECOND) {
      running.countedFrom = this.kernel.now;
      running.wakes = 0;
    }
    running.wakes += 1;
    if (this.kernel.now !== this.#instant) {
      this.#instant = this.kernel.now;
      this.#wakesNow = 0;
    }
    this.#wakesNow += 1;
    return this.#wakesNow > WAKES_PER_INSTANT || running.wakes > WAKES_PER_SECOND ? MILLISECOND : 0;
  }
  #woken(key: string, wake: Wake, token: number): void {
    const running = this.#running.get(key);
    if (running === undefined || running.token !== token) return;
    if (running.host.state.frozen || running.process.state === 'stopped') {
      running.heldWake = wake;
      return;
    }
    this.#advance(running, wake);
  }
  #advance(running: Running, wake: Wake): void {
    this.#forgetKeys(running);
    let outcome: ReturnType<Running['step']> | undefined;
    try {
      this.world.network.settle();
      outcome = running.step(wake);
    } catch (problem) {
      if (problem instanceof BrokenPromise) throw problem;
      // Too deep a recursion ends a real program so, too.
      outcome = isStackUsedUp(problem) ? { done: true, code: 0, signal: 'SEGV', serve: false } : undefined;
      outcome ??= this.#crashed(running, problem);
    }
    if (!this.#running.has(running.key)) return;
    if (outcome.done) {
      if (outcome.signal !== undefined)
        this.exit(running.host, running.pid, { code: undefined, signal: outcome.signal });
      else this.exit(running.host, running.pid, { code: outcome.code & 255, signal: undefined });
      return;
    }
    if (outcome.serve) {
      this.#becomeDaemon(running);
      return;
    }
    this.#arm(running);
  }
  /** A bug of ours in a program must not be silent, nor end the run. */
  #crashed(
    running: Running,
    problem: unknown,
  ): { done: true; code: number; signal: undefined; serve: false } {
    const text =
      problem instanceof Error ? `${problem.message}\n${problem.stack ?? ''}` : JSON.stringify(problem);
    this.world.record(running.host.name, 'engine.error', {
      pid: running.pid,
      argv: running.process.argv,
      text: text.slice(0, 600),
    });
    running.fds
      .get(2)
      ?.write(`${running.process.comm}: internal error of the simulator: ${text.split('\n')[0] ?? ''}\n`);
    return { done: true, code: 70, signal: undefined, serve: false };
  }
  #arm(running: Running): void {
    const wait = running.waiting;
    // What is taken up from a checkpoint counts anew: so does what could have been put away.
    if (wait.park !== undefined) running.wakes = 0;
    if (running.pendingSignals.length > 0) {
      this.wakeRunning(running, { reason: 'signal', signal: running.pendingSignals[0] ?? 'TERM' });
      return;
    }
    for (const stream of wait.streams ?? []) stream.watch(running.pid);
    for (const key of wait.keys ?? []) {
      const set = this.#waitingForKey.get(key) ?? new Set();
      this.#waitingForKey.set(key, set.add(running));
    }
    if (wait.children !== undefined && this.#hasZombie(running)) {
      this.wakeRunning(running, { reason: 'child' });
      return;
    }
    if (wait.until !== undefined) {
      // A wait that the run's clock cannot hold never ends.
      const at = Math.min(Math.max(wait.until, this.kernel.now), Number.MAX_SAFE_INTEGER);
      running.timer = this.kernel.schedule(at, this.#wakeHandler, {
        key: running.key,
        wake: { reason: 'timer' },
        token: running.token,
      });
    }
  }
  #hasZombie(running: Running): boolean {
    const { children } = running.waiting;
    for (const process of running.host.state.processes.values()) {
      if (
        process.ppid === running.pid &&
        process.state === 'zombie' &&
        (children === 'any' || children?.includes(process.pid) === true)
      )
        return true;
    }
    return false;
  }
  #forgetKeys(running: Running): void {
    for (const key of running.waiting.keys ?? []) {
      const set = this.#waitingForKey.get(key);
      set?.delete(running);
      if (set?.size === 0) this.#waitingForKey.delete(key);
    }
    if (running.timer !== undefined) this.kernel.cancel(running.timer);
    running.timer = undefined;
  }
  wakeKey(key: string): void {
    for (const running of this.#waitingForKey.get(key) ?? [])
      this.wakeRunning(running, { reason: 'key', key });
  }
  wakeStream(host: Host, pid: number): void {
    const running = this.#running.get(keyOf(host, pid));
    if (running !== undefined) this.wakeRunning(running, { reason: 'stream' });
  }
  running(host: Host, pid: number): Running | undefined {
    return this.#running.get(keyOf(host, pid));
  }
  #becomeDaemon(running: Running): void {
    const { process } = running;
    process.stdout = running.fds.get(1)?.target ?? { kind: 'null' };
    process.stderr = running.fds.get(2)?.target ?? { kind: 'null' };
    this.#running.delete(running.key);
    for (const stream of running.fds.values()) stream.close();
    for (const [pid, status] of running.unreaped()) this.#tellParent(running.host, pid, status);
    for (const signal of running.pendingSignals) this.kill(running.host, running.pid, signal);
  }

  // ---------------------------------------------------------------- ending
  exit(host: Host, pid: number, status: ExitStatus): void {
    const process = host.state.processes.get(pid);
    if (process === undefined || process.state === 'zombie') return;
    if (process.daemon !== undefined || status.signal !== undefined || process.unit !== undefined)
      this.#recordExit(host, process, status);
    const causeBefore = this.kernel.cause;
    this.#drop(host, process, 'exit');
    process.state = 'zombie';
    process.exit = status;
    process.daemon = undefined;
    for (const child of [...host.state.processes.values()]) {
      if (child.ppid !== pid) continue;
      child.ppid = host.state.processes.has(1) && pid !== 1 ? 1 : 0;
      if (child.state === 'zombie') this.#tellParent(host, child.pid, child.exit ?? status);
      else if (child.parentDeathSignal !== undefined)
        // Pending, not delivered: a SIGKILL that comes first wins.
        this.kernel.after(DEATH_SIGNAL_MICROS, this.#orphanHandler, {
          host: host.name,
          pid: child.pid,
          signal: child.parentDeathSignal,
        });
    }
    this.#tellParent(host, pid, status);
    this.wakeKey(`exit:${host.name}:${pid}`);
    this.kernel.cause = causeBefore;
  }
  #recordExit(host: Host, process: ProcessState, status: ExitStatus): void {
    if (process.daemon === undefined && status.code === 0) return;
    this.kernel.cause = this.world.record(host.name, 'process.exit', {
      pid: process.pid,
      command: process.comm,
      ...(process.unit === undefined ? {} : { unit: process.unit }),
      ...(status.signal === undefined ? { code: status.code ?? 0 } : { signal: status.signal }),
    });
  }
  /** Everything that goes with a process, without telling anyone on the host. */
  #drop(host: Host, process: ProcessState, how: 'exit' | 'vanish'): void {
    const running = this.#running.get(keyOf(host, process.pid));
    if (running !== undefined) {
      this.#forgetKeys(running);
      this.#running.delete(running.key);
      running.abandon();
      for (const stream of running.fds.values()) stream.close();
    }
    if (process.daemon !== undefined) {
      const context = this.daemonContext(host, process);
      this.world.registry.findDaemon(process.daemon.kind)?.onGone?.(context);
    }
    this.kernel.clearTimers(ownerOf(host, process.pid));
    host.state.held = host.state.held.filter((held) => held.callback.pid !== process.pid);
    this.world.network.releaseProcess(host, process.pid, how);
  }
  /** Another state is loaded: programs that ran belong to a time that is gone. */
  abandonAll(): void {
    for (const running of this.#running.values()) running.abandon();
    this.#running.clear();
    this.#waitingForKey.clear();
  }
  /** Power is gone: nothing gets a last word. */
  vanishAll(host: Host): void {
    for (const process of [...host.state.processes.values()]) {
      this.#drop(host, process, 'vanish');
      host.state.processes.delete(process.pid);
    }
  }
  #tellParent(host: Host, pid: number, status: ExitStatus): void {
    const process = host.state.processes.get(pid);
    if (process === undefined) return;
    const parent = host.state.processes.get(process.ppid);
    if (parent === undefined || parent.state === 'zombie') {
      host.state.processes.delete(pid);
      return;
    }
    const running = this.#running.get(keyOf(host, parent.pid));
    if (running === undefined) {
      this.kernel.after(0, this.#childHandler, { host: host.name, parent: parent.pid, pid, status });
      return;
    }
    const { children } = running.waiting;
    if (children === 'any' || children?.includes(pid) === true)
      this.wakeRunning(running, { reason: 'child' });
    running.childEnded(pid);
  }
  #childExit(event: { host: string; parent: number; pid: number; status: ExitStatus }): void {
    const host = this.world.findHost(event.host);
    const parent = host?.state.processes.get(event.parent);
    const child = host?.state.processes.get(event.pid);
    if (host === undefined || child === undefined || child.state !== 'zombie' || child.ppid !== event.parent)
      return;
    host.state.processes.delete(event.pid);
    if (parent?.daemon === undefined) return;
    if (parent.state === 'stopped' || host.state.frozen) {
      host.state.held.push({
        callback: {
          name: 'process.child-exit',
          pid: event.parent,
          data: { pid: event.pid, status: event.status },
        },
        event: undefined,
      });
      return;
    }
    this.childExitNow(host, parent, event.pid, event.status);
  }
  childExitNow(host: Host, parent: ProcessState, pid: number, status: ExitStatus): void {
    if (parent.daemon === undefined) return;
    this.world.registry
      .findDaemon(parent.daemon.kind)
      ?.onChildExit?.(this.daemonContext(host, parent), pid, status);
  }
  /** wait(2): takes a zombie child away. */
  reap(host: Host, parent: number, pid: number): ExitStatus | undefined | 'ECHILD' {
    const child = host.state.processes.get(pid);
    if (child === undefined || child.ppid !== parent) return 'ECHILD';
    if (child.state !== 'zombie') return undefined;
    host.state.processes.delete(pid);
    return child.exit ?? { code: 0, signal: undefined };
  }

  // ---------------------------------------------------------------- signals
  kill(host: Host, pid: number, signal: SignalName, by?: { uid: number }): undefined | 'ESRCH' | 'EPERM' {
    const process = host.state.processes.get(pid);
    if (process === undefined) return 'ESRCH';
    if (by !== undefined && by.uid !== 0 && by.uid !== process.uid) return 'EPERM';
    if (process.state === 'zombie') return undefined;
    // Nobody on the host can kill or stop its first process. Source: kill(2) "NOTES".
    if (pid === 1 && by !== undefined && (signal === 'KILL' || signal === 'STOP')) return undefined;
    if (signal === 'KILL') {
      this.exit(host, pid, { code: undefined, signal });
      return undefined;
    }
    if (signal === 'CONT') this.#continue(host, process);
    if (signal === 'STOP') process.state = 'stopped';
    if (signal === 'STOP' || (process.state === 'stopped' && signal !== 'CONT')) {
      if (signal !== 'STOP')
        host.state.held.push({
          callback: { name: 'process.signal', pid, data: { signal } },
          event: undefined,
        });
      else this.#tellStopped(host, process);
      return undefined;
    }
    this.deliver(host, process, signal);
    return undefined;
  }
  /** A signal reaches a process that runs. */
  deliver(host: Host, process: ProcessState, signal: SignalName): void {
    if (process.signals.get(signal) === 'ignore') return;
    const running = this.#running.get(keyOf(host, process.pid));
    if (running !== undefined && process.signals.get(signal) === 'handle') {
      running.pendingSignals.push(signal);
      this.wakeRunning(running, { reason: 'signal', signal });
      return;
    }
    if (running === undefined && process.daemon !== undefined) {
      const handled = this.world.registry
        .findDaemon(process.daemon.kind)
        ?.onSignal?.(this.daemonContext(host, process), signal);
      if (handled === 'handled') return;
    }
    switch (defaultAction(signal)) {
      case 'terminate':
        this.exit(host, process.pid, { code: undefined, signal });
        return;
      case 'stop':
        process.state = 'stopped';
        this.#tellStopped(host, process);
        return;
      case 'ignore':
      case 'continue':
        return;
    }
  }
  /** A shell in the foreground learns that its child stopped. */
  #tellStopped(host: Host, process: ProcessState): void {
    const parent = this.#running.get(keyOf(host, process.ppid));
    if (parent !== undefined) this.wakeRunning(parent, { reason: 'child' });
  }
  #continue(host: Host, process: ProcessState): void {
    if (process.state !== 'stopped') return;
    process.state = 'running';
    this.release(host, process);
    if (process.daemon !== undefined)
      this.world.registry.findDaemon(process.daemon.kind)?.onContinue?.(this.daemonContext(host, process));
  }
  /** Delivers what was held back while a process was stopped or its host frozen. */
  release(host: Host, process: ProcessState): void {
    const running = this.#running.get(keyOf(host, process.pid));
    if (running?.heldWake !== undefined) {
      const wake = running.heldWake;
      running.heldWake = undefined;
      running.woken = false;
      this.wakeRunning(running, wake);
    }
    const mine = host.state.held.filter((held) => held.callback.pid === process.pid);
    host.state.held = host.state.held.filter((held) => held.callback.pid !== process.pid);
    for (const held of mine) {
      if (!host.state.processes.has(process.pid)) return;
      this.world.invoke(host, held.callback, held.event);
    }
  }

  // ---------------------------------------------------------------- daemons
  daemonContext(host: Host, process: ProcessState): DaemonContext<unknown> {
    const known = this.#contexts.get(process);
    if (known?.serving === process.daemon && known?.host === host) return known;
    const made = new ProcessContext(this, host, process);
    this.#contexts.set(process, made);
    return made;
  }
  timer(host: Host, pid: number, name: string, at: Micros, callback: { name: string; data: unknown }): void {
    const process = host.state.processes.get(pid);
    const owner = process === undefined ? ownerOf(host, pid) : this.daemonContext(host, process).owner;
    this.kernel.setTimer(owner, name, Math.max(at, this.kernel.now), this.#timerHandler, {
      host: host.name,
      callback: { name: callback.name, pid, data: callback.data },
    });
  }
  notify(host: Host, pid: number, message: string): void {
    this.ports.notify(host, pid, message);
  }
}

/** A program that waits where it can be put away. Plain data. */
export interface ParkedProgram {
  host: string;
  pid: number;
  kind: string;
  state: unknown;
  fds: [number, StdioTarget][];
  token: number;
}

function parkedOf(running: Running): ParkedProgram | undefined {
  const { waiting, fds, host, pid, token } = running;
  if (waiting.park === undefined || waiting.until !== undefined) return undefined;
  if (running.woken || running.pendingSignals.length > 0 || running.heldWake !== undefined) return undefined;
  const targets: [number, StdioTarget][] = [];
  for (const [fd, stream] of fds) {
    const target = stream.kind === 'null' ? ({ kind: 'null' } as const) : stream.target;
    if (target === undefined || (target.kind !== 'null' && target.kind !== 'terminal')) return undefined;
    targets.push([fd, target]);
  }
  const parked = waiting.park();
  return parked === undefined ? undefined : { host: host.name, pid, ...parked, fds: targets, token };
}

function isStackUsedUp(problem: unknown): boolean {
  return problem instanceof Error && /call stack|too much recursion/.test(problem.message);
}
export function keyOf(host: Host, pid: number): string {
  return `${host.name}:${pid}`;
}
