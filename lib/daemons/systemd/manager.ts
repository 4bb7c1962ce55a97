/**
 * systemd's manager on one host: loaded units, their states, log lines,
 * garbage collection. A handle on plain state; made anew for each event.
 */
import { SYSLOG_PRIORITIES } from '../../protocols/syslog';
import type { Micros } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import type { DaemonContext, SyslogPriority } from '../../world/process.contract';
import type { Host, LoggedEntry } from '../../world/world.contract';
import { isDown, isUp } from './active';
import { Graph } from './graph';
import { Jobs } from './jobs';
import { isHeard } from './journal-store';
import { priorityNamed } from './journalctl/match';
import { Services } from './service/services';
import type { ActiveState, Definition, ManagerState, UnitState } from './state';
import { generateMounts } from './generators';
import { Mounts } from './mounts';
import { Paths } from './paths';
import { FRESH_LIMIT, oneMore } from './rate-limit';
import { Sockets } from './sockets';
import { Timers } from './timers';
import { loadDefinition } from './unit-file/load';
import { definitionIsStale, dropInFoldersOf, withListing } from './unit-file/search';
import { typeOf } from './unit-file/names';

const graphs = new WeakMap<ManagerState, Graph>();
/** PID 1 needs time for what it does; log lines get their own microseconds by it. */
const MICROS_PER_MESSAGE = 50;
const JOURNAL_LAG = 10;
/** So much of the manager's own time one event may borrow from the next. */
const MOST_OVERLAP = 100_000;
/** Settings that are read and have no effect here. */
const NOT_MODELLED =
  /^(Service\.(Memory(?!Max|Limit|Accounting)|CPU|IO|Limit|Private|Protect|Restrict|Capabilit|Ambient|SystemCall|Root|Dynamic|Socket|Sockets|OOM|Nice|IPAddress|RuntimeMax.*Extra|FileDescriptor|BusName)|Unit\.(JobTimeout|StartLimitAction|FailureAction|JoinsNamespaceOf|StopWhenUnneeded)|Socket\.(?!ListenStream|Accept|Service|Backlog|TriggerLimit|MaxConnections$)|Automount\.)/;
const UNIT_TIMER = 'systemd.unit-timer';
/** A unit that others uphold may be down. */
export const UPHELD = 'systemd.upheld';
const UPHOLD_LIMIT = { interval: 10_000_000, burst: 16 };

export class Manager {
  readonly jobs: Jobs;
  readonly services: Services;
  readonly timers: Timers;
  readonly paths: Paths;
  readonly sockets: Sockets;
  readonly mounts: Mounts;
  /** Time spent within this event, added to what the clock says. */
  #spent = 0;

  constructor(readonly daemon: DaemonContext<ManagerState>) {
    this.jobs = new Jobs(this);
    this.services = new Services(this);
    this.timers = new Timers(this);
    this.paths = new Paths(this);
    this.sockets = new Sockets(this);
    this.mounts = new Mounts(this);
  }
  get state(): ManagerState {
    return this.daemon.state;
  }
  get host(): Host {
    return this.daemon.host;
  }
  get now(): Micros {
    return this.daemon.kernel.now;
  }
  /** Wall clock within this event. */
  clock(): number {
    return this.host.clock() + this.#spent;
  }
  spend(micros: Micros): void {
    this.#spent += micros;
  }

  // ---------------------------------------------------------------- units
  unit(name: string): UnitState | undefined {
    return this.state.units.get(this.state.aliases.get(name) ?? name);
  }
  /** Loads a unit and everything it refers to. */
  load(name: string): UnitState {
    const known = this.unit(name);
    if (known !== undefined && known.definition.load !== 'not-found') return known;
    if (known !== undefined && !definitionIsStale(this.host, known.definition)) return known;
    withListing(this.host, () => this.#loadAll(name));
    this.state.dropInFolders = dropInFoldersOf(this.host);
    this.forgetGraph();
    const loaded = this.unit(name);
    if (loaded === undefined) throw new Error(`unit ${name} was not loaded`);
    return loaded;
  }
  #loadAll(name: string): void {
    const queue = [name];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const present = this.unit(next);
      if (present !== undefined && (present.definition.load !== 'not-found' || next !== name)) continue;
      const definition = loadDefinition(this.host, next);
      if (next !== definition.name) this.state.aliases.set(next, definition.name);
      for (const alias of definition.aliases) this.state.aliases.set(alias, definition.name);
      const other = this.state.units.get(definition.name);
      if (other !== undefined && other.definition.load !== 'not-found') continue;
      this.state.units.set(
        definition.name,
        other === undefined ? freshUnit(definition) : { ...other, definition },
      );
      this.#tellProblems(definition);
      for (const others of Object.values(definition.dependencies)) queue.push(...others);
    }
  }
  /** Complaints go to the host's journal; what is not modelled of an administrator's unit, to the run's. */
  #tellProblems(definition: Definition): void {
    for (const { priority, text } of definition.problems) this.log(priority, text, definition.name);
    const isOwn = [definition.fragment ?? '', ...definition.dropIns].some((path) => path.startsWith('/etc/'));
    const settings = definition.raw.map(([key]) => key).filter((key) => NOT_MODELLED.test(key));
    if (isOwn && settings.length > 0)
      this.daemon.world.record(this.host.name, 'unit.not-modelled', {
        unit: definition.name,
        settings: [...new Set(settings)],
      });
  }
  /** `systemctl daemon-reload`: definitions anew, states kept. */
  reload(): void {
    this.log('info', 'Reloading.');
    generateMounts(this.host);
    withListing(this.host, () => this.#reloadAll());
    this.state.dropInFolders = dropInFoldersOf(this.host);
    this.collect();
    this.timers.rearmAll();
    this.paths.rearmAll();
    this.sockets.keepConfigured();
  }
  #reloadAll(): void {
    const { state } = this;
    state.aliases.clear();
    const names = [...state.units.keys()];
    for (const name of names) {
      const unit = state.units.get(name);
      const isBuiltIn =
        unit?.definition.sources.length === 0 &&
        unit.definition.load === 'loaded' &&
        unit.definition.type !== 'mount';
      if (unit === undefined || isBuiltIn) continue;
      const definition = loadDefinition(this.host, name);
      for (const alias of definition.aliases) state.aliases.set(alias, definition.name);
      if (definition.name !== name) continue;
      unit.definition = definition;
      // Neither the start limit nor how earlier commands ended survives a reload (systemd 252).
      unit.starts = { begin: -1, count: 0 };
      if (unit.service !== undefined)
        unit.service.statuses = unit.service.statuses.filter(({ code }) => code === 0);
      this.#tellProblems(definition);
    }
    this.forgetGraph();
    for (const unit of [...state.units.values()])
      for (const others of Object.values(unit.definition.dependencies))
        for (const other of others) if (this.unit(other) === undefined) this.load(other);
    this.forgetGraph();
  }
  /** Whether a unit's files have changed since they were read, as far as the manager would notice. */
  isStale({ definition }: UnitState): boolean {
    const folders = this.state.dropInFolders;
    return definitionIsStale(this.host, definition, (path) => folders.includes(path));
  }
  graph(): Graph {
    let graph = graphs.get(this.state);
    if (graph === undefined) {
      graph = new Graph(this.state);
      graphs.set(this.state, graph);
    }
    return graph;
  }
  forgetGraph(): void {
    graphs.delete(this.state);
  }
  /** Unloads units that nothing needs and that hold no state. Source: systemd 252 `unit_may_gc`. */
  collect(): void {
    const { units } = this.state;
    const graph = this.graph();
    const kept = new Set<string>();
    const queue: string[] = [];
    for (const [name, unit] of units) if (this.#isBusy(unit)) queue.push(name);
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (kept.has(name)) continue;
      kept.add(name);
      for (const other of graph.references.get(name) ?? []) if (!kept.has(other)) queue.push(other);
      // How the one ended that has this one started is told to it.
      if (units.get(name)?.job !== 0) queue.push(...graph.any(name, ['OnFailureOf', 'OnSuccessOf']));
    }
    let dropped = 0;
    for (const [name, unit] of units) {
      if (kept.has(name)) continue;
      units.delete(name);
      dropped += 1;
      for (const alias of unit.definition.aliases) this.state.aliases.delete(alias);
      if (unit.transient && unit.definition.fragment !== undefined)
        this.host.fs.unlink(unit.definition.fragment, { uid: 0, gid: 0, groups: [] });
    }
    if (dropped > 0) {
      for (const [alias, name] of this.state.aliases) if (!units.has(name)) this.state.aliases.delete(alias);
      this.forgetGraph();
    }
  }
  #isBusy(unit: UnitState): boolean {
    if (unit.job !== 0) return true;
    const { active, definition } = unit;
    if (active === 'inactive')
      return (
        definition.name === '-.slice' ||
        definition.name === '-.mount' ||
        definition.name === 'init.scope' ||
        (unit.service !== undefined && this.isPopulated(definition.name))
      );
    return !(active === 'failed' && definition.collectFailed);
  }
  /** Whether a process is left in the unit's control group. */
  isPopulated(name: string): boolean {
    for (const process of this.host.state.processes.values())
      if (process.unit === name && process.state !== 'zombie') return true;
    return false;
  }
  /** The processes of the unit's control group, the oldest number first. */
  members(name: string): number[] {
    const pids: number[] = [];
    for (const process of this.host.state.processes.values())
      if (process.unit === name && process.state !== 'zombie') pids.push(process.pid);
    return pids.sort((a, b) => a - b);
  }

  // ---------------------------------------------------------------- states
  /** A unit's state changes: times are kept, jobs and dependent units hear of it. */
  setState(
    unit: UnitState,
    active: ActiveState,
    sub: string,
    options: { reloadFailed?: boolean; willRestart?: boolean } = {},
  ): void {
    const before = unit.active;
    const name = unit.definition.name;
    if (before !== active || unit.sub !== sub)
      this.daemon.world.record(this.host.name, 'unit.state', { unit: name, from: unit.sub, to: sub, active });
    unit.active = active;
    unit.sub = sub;
    if (before !== active) {
      const at = this.clock();
      unit.changedAt = at;
      if (isDown(before) && !isDown(active)) unit.inactiveExitAt = at;
      if (!isDown(before) && isDown(active)) unit.inactiveEnterAt = at;
      if (!isUp(before) && isUp(active)) unit.activeEnterAt = at;
      if (isUp(before) && !isUp(active)) unit.activeExitAt = at;
    }
    this.#followTrigger(unit);
    this.jobs.unitChanged(unit, before, options.reloadFailed === true);
    this.paths.notify(name);
    this.sockets.notify(name);
    if (!isUp(before) && isUp(active)) this.timers.serviceChanged(name);
    if (isUp(active)) for (const other of this.graph().get(name, 'Upholds')) this.#uphold(other);
    if (isDown(active)) this.#uphold(name);
    // Whoever is refused its next start fails as well, though it was down before.
    if (active === 'failed' && before !== 'failed' && options.willRestart !== true) this.#tellFailure(name);
    if (!isDown(before) && isDown(active)) {
      this.timers.serviceChanged(name);
      this.#wentDown(unit, before, options.willRestart === true);
    }
    if (unit.definition.name === 'systemd-journald.service' && isUp(active) && !isUp(before)) this.spend(0);
  }
  /** Has it looked at, once this event is over, whether a unit that is down has to run. */
  #uphold(name: string): void {
    if (this.graph().get(name, 'UpheldBy').size > 0)
      this.daemon.setTimer(`upheld:${name}`, this.now, UPHELD, { unit: name });
  }
  /** `Upholds=`: who is active has the other started whenever it is down. Source: `manager_dispatch_start_when_upheld_queue`. */
  startUpheld(unit: UnitState): void {
    const { name } = unit.definition;
    if (!isDown(unit.active) || unit.job !== 0) return;
    const upholder = [...this.graph().get(name, 'UpheldBy')].find((other) => {
      const holder = this.unit(other);
      return holder !== undefined && holder.job === 0 && isUp(holder.active);
    });
    if (upholder === undefined) return;
    const starts = oneMore(unit.upheld ?? FRESH_LIMIT, { ...UPHOLD_LIMIT, now: this.now });
    if (starts === undefined) {
      this.log(
        'warning',
        `${name}: Unit needs to be started because active unit ${upholder} upholds it, but not starting since we tried this too often recently.`,
        name,
      );
      return;
    }
    unit.upheld = starts;
    this.jobs.enqueue('start', name, 'fail');
  }
  /** Whether what a unit is to trigger is there; if not, its start has failed. Source: `unit_test_trigger_loaded`. */
  triggerIsLoaded({ definition: { name } }: UnitState, trigger: string): boolean {
    if (this.load(trigger).definition.load === 'loaded') return true;
    this.log('warning', `${name}: Refusing to start, unit ${trigger} to trigger not loaded.`, name);
    const job = this.jobs.jobOf(name);
    if (job !== undefined) this.jobs.finish(job, 'failed');
    return false;
  }
  /** A socket runs while the service behind it does, and listens again afterwards. Source: `socket_trigger_notify`. */
  #followTrigger(unit: UnitState): void {
    const { name, type } = unit.definition;
    const pairs =
      type === 'socket'
        ? [...this.graph().get(name, 'Triggers')].map((other) => [unit, this.unit(other)] as const)
        : type === 'service'
          ? [...this.graph().get(name, 'TriggeredBy')].map((other) => [this.unit(other), unit] as const)
          : [];
    for (const [socket, service] of pairs) {
      if (socket?.definition.socket?.accept !== false || socket.active !== 'active' || service === undefined)
        continue;
      if (service.sub === 'running') socket.sub = 'running';
      else if (isDown(service.active) || service.sub === 'auto-restart') socket.sub = 'listening';
    }
  }
  #tellFailure(name: string): void {
    for (const other of this.graph().get(name, 'OnFailure')) {
      this.log('info', `${name}: Triggering OnFailure= dependencies.`, name);
      this.jobs.enqueue('start', other, 'replace');
    }
  }
  #wentDown(unit: UnitState, before: ActiveState, willRestart: boolean): void {
    const { name } = unit.definition;
    const graph = this.graph();
    if (unit.cpuMicros >= 1_000_000)
      this.log('info', `${name}: Consumed ${formatCpu(unit.cpuMicros)} CPU time.`, name);
    if (unit.active === 'inactive' && before !== 'inactive' && !willRestart)
      for (const other of graph.get(name, 'OnSuccess')) {
        this.log('info', `${name}: Triggering OnSuccess= dependencies.`, name);
        this.jobs.enqueue('start', other, 'replace');
      }
    if (unit.job === 0 || this.state.jobs.get(unit.job)?.type !== 'stop') {
      for (const other of graph.get(name, 'BoundBy')) {
        const bound = this.unit(other);
        if (bound === undefined || isDown(bound.active) || bound.job !== 0) continue;
        if (!graph.get(other, 'After').has(name) && !isUp(bound.active)) continue;
        this.jobs.enqueue('stop', other, 'replace');
      }
    }
    if (unit.definition.successAction !== 'none' && unit.active === 'inactive')
      this.jobs.shutdownReached(unit);
    this.jobs.wakeQueue();
  }

  // ---------------------------------------------------------------- log, timers, files
  log(priority: SyslogPriority, text: string, about?: string, job?: LoggedEntry['job']): void {
    if (about !== undefined && this.#isTooQuiet(about, priority)) return;
    if (!isHeard(this.host)) return this.spend(MICROS_PER_MESSAGE);
    this.host.syslog({
      at: this.#stamp(),
      facility: 'daemon',
      priority,
      tag: 'systemd',
      pid: 1,
      text,
      unit: 'init.scope',
      uid: 0,
      transport: 'journal',
      ...(about === undefined ? {} : { about }),
      ...(job === undefined ? {} : { job }),
    });
    this.spend(MICROS_PER_MESSAGE);
  }
  /** `LogLevelMax=` holds for what the manager says of the unit as well. */
  #isTooQuiet(name: string, priority: SyslogPriority): boolean {
    const raw = this.unit(name)?.definition.raw;
    const most = priorityNamed(raw?.findLast(([key]) => key === 'Service.LogLevelMax')?.[1] ?? '');
    return most !== undefined && SYSLOG_PRIORITIES.indexOf(priority) > SYSLOG_PRIORITIES.indexOf(most);
  }
  /** Messages of one boot keep their order, also when one event spent the time of the next. */
  #stamp(): number {
    const { log, bootId } = this.host.state;
    const at = this.clock() + JOURNAL_LAG;
    const last = log[log.length - 1];
    return last !== undefined && last.boot === bootId && last.at >= at && last.at - at < MOST_OVERLAP
      ? last.at + 1
      : at;
  }
  setTimer(unit: string, at: Micros): void {
    this.daemon.setTimer(`unit:${unit}`, at, UNIT_TIMER, { unit });
  }
  clearTimer(unit: string): void {
    this.daemon.clearTimer(`unit:${unit}`);
  }
  /**
   * When a timer with this accuracy fires: wake-ups of a boot are gathered on a grid.
   * Source: sd-event's `sleep_between` with its perturbation by boot id.
   */
  coalesce(earliest: Micros, accuracy: Micros): Micros {
    const { host } = this;
    const boot = host.state.bootedAt;
    const latest = earliest + accuracy - boot;
    const least = earliest - boot;
    const perturb = Number.parseInt(host.state.bootId.slice(0, 8), 16) % 60_000_000;
    for (const step of [60_000_000, 10_000_000, 1_000_000, 250_000]) {
      let c = Math.floor(latest / step) * step + (perturb % step);
      if (c >= latest) c -= step;
      if (c >= least) return c + boot;
    }
    return latest + boot;
  }
  readFile(path: string): string | undefined {
    const text = this.host.fs.readFile(path, { uid: 0, gid: 0, groups: [] });
    return text instanceof FileError ? undefined : text;
  }
}

function formatCpu(micros: number): string {
  const text = (Math.floor(micros / 1000) / 1000).toFixed(3);
  const minutes = Math.floor(micros / 60_000_000);
  return minutes === 0 ? `${text}s` : `${minutes}min ${((micros % 60_000_000) / 1_000_000).toFixed(3)}s`;
}
export function freshUnit(definition: UnitState['definition']): UnitState {
  const isBuiltIn = ['-.mount', '-.slice', 'init.scope', 'system.slice'].includes(definition.name);
  return {
    definition,
    active: isBuiltIn ? 'active' : 'inactive',
    sub: isBuiltIn
      ? definition.type === 'mount'
        ? 'mounted'
        : definition.type === 'scope'
          ? 'running'
          : 'active'
      : 'dead',
    changedAt: 0,
    inactiveExitAt: 0,
    activeEnterAt: 0,
    activeExitAt: 0,
    inactiveEnterAt: 0,
    invocation: '',
    job: 0,
    conditionMet: false,
    conditionAt: 0,
    conditionFailed: '',
    assertMet: false,
    starts: { begin: -1, count: 0 },
    service:
      typeOf(definition.name) === 'service'
        ? {
            mainPid: 0,
            controlPid: 0,
            mainPidKnown: false,
            control: undefined,
            mainCommand: undefined,
            result: 'success',
            reloadResult: 'success',
            restarts: 0,
            flushRestarts: false,
            forbidRestart: false,
            willRestart: false,
            statuses: [],
            main: undefined,
            statusText: '',
            statusErrno: 0,
            oomKilled: false,
          }
        : undefined,
    timer: typeOf(definition.name) === 'timer' ? { nextAt: 0, lastAt: 0, result: 'success' } : undefined,
    path:
      typeOf(definition.name) === 'path'
        ? { result: 'success', existed: [], triggers: FRESH_LIMIT }
        : undefined,
    socket:
      typeOf(definition.name) === 'socket'
        ? {
            result: 'success',
            listeners: [],
            triggers: FRESH_LIMIT,
            accepted: 0,
            refused: 0,
            connections: new Map(),
          }
        : undefined,
    cpuMicros: 0,
    transient: definition.fragment?.startsWith('/run/systemd/transient/') === true,
  };
}
