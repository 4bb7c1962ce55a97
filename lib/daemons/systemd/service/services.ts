/**
 * Services: the states of systemd.service(5) and what moves a unit between
 * them. Source: systemd 252 `src/core/service.c`; the function names follow it.
 */
import type { ExitStatus } from '../../../world/process.contract';
import { kernelKills, limitGroup } from '../../../world/memory';
import { hasUnifiedGroups } from '../conditions';
import { isDown } from '../active';
import type { Manager } from '../manager';
import { oneMore } from '../rate-limit';
import type {
  ActiveState,
  ExecKind,
  Result,
  ServiceSettings,
  ServiceState,
  ServiceSub,
  UnitState,
} from '../state';
import { FOREVER, formatTimeSpan } from '../unit-file/time-span';
import { makeDirectories, removeRuntimeDirectories } from './directories';
import { closeStatus, exitText, resultOf, shallRestart } from './exits';
import { killUnit, leftOver } from './kill';
import { runCommand } from './spawn';

/** Service timers fire within this much after they are due. */
const ACCURACY = 250_000;
const PID_FILE_LOOK = 50_000;
type Service = UnitState & { service: ServiceState };

const ACTIVE_OF: Readonly<Record<ServiceSub, ActiveState>> = {
  dead: 'inactive',
  condition: 'activating',
  'start-pre': 'activating',
  start: 'activating',
  'start-post': 'activating',
  running: 'active',
  exited: 'active',
  reload: 'reloading',
  stop: 'deactivating',
  'stop-watchdog': 'deactivating',
  'stop-sigterm': 'deactivating',
  'stop-sigkill': 'deactivating',
  'stop-post': 'deactivating',
  'final-sigterm': 'deactivating',
  'final-sigkill': 'deactivating',
  failed: 'failed',
  'auto-restart': 'activating',
};
const TIMED: ReadonlySet<ServiceSub> = new Set([
  'condition',
  'start-pre',
  'start',
  'start-post',
  'reload',
  'stop',
  'stop-watchdog',
  'stop-sigterm',
  'stop-sigkill',
  'stop-post',
  'final-sigterm',
  'final-sigkill',
  'auto-restart',
]);

/** In which the watchdog watches. */
const WATCHED: ReadonlySet<ServiceSub> = new Set(['start-post', 'running', 'reload']);
const watchdogOf = (unit: UnitState): string => `watchdog:${unit.definition.name}`;

export class Services {
  constructor(private readonly manager: Manager) {}

  #settings(unit: UnitState): ServiceSettings {
    const settings = unit.definition.service;
    if (settings === undefined) throw new Error(`${unit.definition.name} has no service settings`);
    return settings;
  }
  #as(unit: UnitState | undefined): Service | undefined {
    // The unit's type says that there is service state.
    return unit?.service === undefined ? undefined : (unit as Service);
  }
  #set(
    unit: Service,
    sub: ServiceSub,
    options: { reloadFailed?: boolean; willRestart?: boolean } = {},
  ): void {
    if (!TIMED.has(sub)) this.manager.clearTimer(unit.definition.name);
    if (!WATCHED.has(sub)) this.manager.daemon.clearTimer(watchdogOf(unit));
    if (sub === 'dead' || sub === 'failed' || sub === 'auto-restart') {
      unit.service.mainPid = 0;
      unit.service.controlPid = 0;
    }
    this.manager.setState(unit, ACTIVE_OF[sub], sub, options);
  }
  /** Starts or winds up the watchdog. Debian's own services that have one are taken to keep it quiet. */
  #windUp(unit: Service): void {
    const { watchdogMicros } = this.#settings(unit);
    const { name, fragment, dropIns } = unit.definition;
    const isDebians = fragment?.startsWith('/lib/') === true && dropIns.length === 0;
    if (watchdogMicros > 0 && watchdogMicros < FOREVER && !isDebians)
      this.manager.daemon.setTimer(watchdogOf(unit), this.manager.now + watchdogMicros, 'systemd.watchdog', {
        unit: name,
      });
  }
  /** It has not said in time that it lives. Source: `service_dispatch_watchdog`. */
  watchdogElapsed(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined || !WATCHED.has(unit.sub as ServiceSub)) return;
    const { name } = unit.definition;
    const limit = formatTimeSpan(this.#settings(unit).watchdogMicros);
    this.manager.log('err', `${name}: Watchdog timeout (limit ${limit})!`, name);
    this.#enterSignal(unit, 'stop-watchdog', 'watchdog');
  }
  #arm(unit: UnitState, span: number): void {
    if (span >= FOREVER) this.manager.clearTimer(unit.definition.name);
    else
      this.manager.setTimer(unit.definition.name, this.manager.coalesce(this.manager.now + span, ACCURACY));
  }

  // ---------------------------------------------------------------- starting
  /** The start limit. Source: systemd 252 `service_can_start`, `unit_test_start_limit`. */
  mayStart(state: UnitState): boolean {
    const unit = this.#as(state);
    if (unit === undefined) return false;
    const { startLimitMicros, startLimitBurst, name } = unit.definition;
    const starts = oneMore(unit.starts, {
      interval: startLimitMicros,
      burst: startLimitBurst,
      now: this.manager.now,
    });
    unit.startLimitHit = starts === undefined;
    if (starts !== undefined) {
      unit.starts = starts;
      return true;
    }
    this.manager.log('warning', `${name}: Start request repeated too quickly.`, name);
    this.#enterDead(unit, 'start-limit-hit', false);
    return false;
  }
  start(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    const { service } = unit;
    service.result = 'success';
    service.reloadResult = 'success';
    service.mainPidKnown = false;
    service.forbidRestart = false;
    service.statuses = [];
    service.main = undefined;
    service.statusText = '';
    service.statusErrno = 0;
    service.oomKilled = false;
    service.isReloading = false;
    this.#limit(unit);
    service.control = undefined;
    service.mainCommand = undefined;
    if (service.flushRestarts) {
      service.restarts = 0;
      service.flushRestarts = false;
    }
    unit.cpuMicros = 0;
    unit.invocation = this.#invocation();
    this.#arm(unit, this.#settings(unit).timeoutStartMicros);
    this.#enterControl(unit, 'condition', 'ExecCondition', () => this.#enterStartPre(unit));
  }
  /** The kernel is told what the control group may have. */
  #limit(unit: Service): void {
    const { memoryMax, tasksMax } = this.#settings(unit);
    const { host } = this.manager;
    const { name } = unit.definition;
    limitGroup(host, name, {
      ...(memoryMax === undefined ? {} : { memoryKiB: memoryMax / 1024 }),
      ...(tasksMax === undefined ? {} : { tasks: tasksMax }),
    });
    unit.service.kernelKills = kernelKills(host, name);
  }
  /** OOMPolicy=stop: whoever of the unit the kernel ended, the whole unit goes. */
  #noticeKill(unit: Service): void {
    const { service } = unit;
    const { name } = unit.definition;
    const kills = kernelKills(this.manager.host, name);
    if (kills === (service.kernelKills ?? 0) || !hasUnifiedGroups(this.manager.host)) return;
    service.kernelKills = kills;
    service.oomKilled = true;
    this.manager.log('warning', `${name}: A process of this unit has been killed by the OOM killer.`, name);
  }
  #invocation(): string {
    const random = this.manager.daemon.kernel.random(`systemd:${this.manager.host.name}`);
    return Array.from({ length: 4 }, () => random.nextUint32().toString(16).padStart(8, '0')).join('');
  }
  /** Runs the commands of one kind as control processes in a state of their own; with none, goes on. */
  #enterControl(unit: Service, sub: ServiceSub, kind: ExecKind, otherwise: () => void): void {
    if (this.#settings(unit).exec[kind].length === 0) {
      otherwise();
      return;
    }
    if (this.#runControl(unit, kind, 0)) this.#set(unit, sub);
  }
  #runControl(unit: Service, kind: ExecKind, index: number): boolean {
    const pid = runCommand(this.manager, unit, kind, index);
    if (typeof pid !== 'number') {
      this.#resources(unit, kind);
      return false;
    }
    unit.service.controlPid = pid;
    unit.service.control = { kind, index };
    return true;
  }
  /** Nothing could be started at all. */
  #resources(unit: Service, kind: ExecKind): void {
    const { name } = unit.definition;
    const task = {
      ExecCondition: 'start-condition',
      ExecStartPre: 'start-pre',
      ExecStart: 'start',
      ExecStartPost: 'start-post',
      ExecReload: 'reload',
      ExecStop: 'stop',
      ExecStopPost: 'stop-post',
    }[kind];
    this.manager.log('warning', `${name}: Failed to run '${task}' task: No such file or directory`, name);
    switch (kind) {
      case 'ExecReload':
        unit.service.reloadResult = 'resources';
        this.#enterRunning(unit, 'success');
        break;
      case 'ExecStop':
        this.#enterSignal(unit, 'stop-sigterm', 'resources');
        break;
      case 'ExecStopPost':
        this.#enterSignal(unit, 'final-sigterm', 'resources');
        break;
      case 'ExecStartPost':
        this.#enterStop(unit, 'resources');
        break;
      default:
        this.#enterDead(unit, 'resources', true);
    }
  }
  #enterStartPre(unit: Service): void {
    if (this.#settings(unit).exec.ExecStartPre.length > 0) this.#warnOfLeftOver(unit);
    makeDirectories(this.manager, unit);
    this.#enterControl(unit, 'start-pre', 'ExecStartPre', () => this.#enterStart(unit));
  }
  #warnOfLeftOver({ definition: { name } }: Service): void {
    for (const { pid, comm } of leftOver(this.manager, name)) {
      const found = `Found left-over process ${pid} (${comm}) in control group while starting unit. Ignoring.`;
      this.manager.log('warning', `${name}: ${found}`, name);
      this.manager.log(
        'warning',
        'This usually indicates unclean termination of a previous run, or service implementation deficiencies.',
        name,
      );
    }
  }
  #enterStart(unit: Service): void {
    this.#warnOfLeftOver(unit);
    const settings = this.#settings(unit);
    const { service } = unit;
    if (settings.exec.ExecStart.length === 0) {
      this.#set(unit, 'start');
      this.#enterStartPost(unit);
      return;
    }
    if (settings.type === 'forking') {
      if (this.#runControl(unit, 'ExecStart', 0)) this.#set(unit, 'start');
      return;
    }
    const pid = runCommand(this.manager, unit, 'ExecStart', 0);
    if (typeof pid !== 'number') {
      this.#resources(unit, 'ExecStart');
      return;
    }
    service.mainCommand = 0;
    service.mainPid = pid;
    service.mainPidKnown = true;
    switch (settings.type) {
      case 'simple':
      case 'idle':
        this.#enterStartPost(unit);
        break;
      // A bus name is not modelled: dbus services count as ready when they run.
      case 'dbus':
        this.#enterStartPost(unit);
        break;
      case 'exec':
        this.#set(unit, 'start');
        if (service.main?.code === 0 && !this.#failsToExec(pid)) this.#enterStartPost(unit);
        break;
      default:
        this.#set(unit, 'start');
    }
  }
  /** The child that only reports why it could not execute has no program of its own. */
  #failsToExec(pid: number): boolean {
    return this.manager.host.process(pid)?.comm.startsWith('(') === true;
  }
  #enterStartPost(unit: Service): void {
    const settings = this.#settings(unit);
    this.#windUp(unit);
    this.#arm(unit, settings.timeoutStartMicros);
    this.#enterControl(unit, 'start-post', 'ExecStartPost', () => this.#enterRunning(unit, 'success'));
  }
  #enterRunning(unit: Service, result: Result): void {
    const { service } = unit;
    const settings = this.#settings(unit);
    if (service.result === 'success') service.result = result;
    const reloadFailed = unit.sub === 'reload' && service.reloadResult !== 'success';
    if (service.result !== 'success') this.#enterSignal(unit, 'stop-sigterm', result);
    else if (this.#isGood(unit) && service.isReloading === true && !reloadFailed) {
      // It said RELOADING=1 itself: the reload lasts until it says READY=1 (`service_enter_reload_by_notify`).
      this.#arm(unit, settings.timeoutStartMicros);
      this.#set(unit, 'reload');
    } else if (this.#isGood(unit)) {
      this.#set(unit, 'running', { reloadFailed });
      if (settings.runtimeMaxMicros < FOREVER) this.#arm(unit, settings.runtimeMaxMicros);
    } else if (settings.remainAfterExit) this.#set(unit, 'exited', { reloadFailed });
    else this.#enterStop(unit, 'success');
  }
  #isGood(unit: Service): boolean {
    const { service } = unit;
    if (service.mainPidKnown) return service.mainPid !== 0;
    return this.#settings(unit).type === 'dbus' || this.manager.isPopulated(unit.definition.name);
  }

  // ---------------------------------------------------------------- reloading and stopping
  reload(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    unit.service.reloadResult = 'success';
    unit.service.statuses = unit.service.statuses.filter(({ kind }) => kind !== 'ExecReload');
    this.#arm(unit, this.#settings(unit).timeoutStartMicros);
    if (this.#runControl(unit, 'ExecReload', 0)) this.#set(unit, 'reload');
  }
  /** Whether somebody must end or a command must run before it is down. */
  stopTakesTime(unit: UnitState): boolean {
    if (unit.definition.type === 'mount') return true;
    const settings = unit.definition.service;
    // Who stops while it starts or reloads stops without a word (`service_stop`).
    if (settings === undefined || (unit.sub !== 'running' && unit.sub !== 'exited')) return false;
    return settings.exec.ExecStop.length > 0 || this.manager.isPopulated(unit.definition.name);
  }
  stop(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    unit.service.forbidRestart = true;
    switch (unit.sub as ServiceSub) {
      case 'auto-restart':
        this.#set(unit, 'dead');
        break;
      case 'condition':
      case 'start-pre':
      case 'start':
      case 'start-post':
      case 'reload':
        this.#enterSignal(unit, 'stop-sigterm', 'success');
        break;
      case 'running':
      case 'exited':
        this.#enterStop(unit, 'success');
        break;
      default:
        break;
    }
  }
  #enterStop(unit: Service, result: Result): void {
    const { service } = unit;
    if (service.result === 'success') service.result = result;
    if (this.#settings(unit).exec.ExecStop.length === 0) {
      this.#enterSignal(unit, 'stop-sigterm', 'success');
      return;
    }
    this.#arm(unit, this.#settings(unit).timeoutStopMicros);
    if (this.#runControl(unit, 'ExecStop', 0)) this.#set(unit, 'stop');
  }
  #enterSignal(
    unit: Service,
    sub: 'stop-watchdog' | 'stop-sigterm' | 'stop-sigkill' | 'final-sigterm' | 'final-sigkill',
    result: Result,
  ): void {
    const { service } = unit;
    const settings = this.#settings(unit);
    if (service.result === 'success') service.result = result;
    const isKill = sub === 'stop-sigkill' || sub === 'final-sigkill';
    const how = isKill ? 'kill' : sub === 'stop-watchdog' ? 'watchdog' : 'terminate';
    if (killUnit(this.manager, unit, how)) {
      this.#arm(unit, settings.timeoutStopMicros);
      this.#set(unit, sub);
    } else if ((sub === 'stop-sigterm' || sub === 'stop-watchdog') && settings.sendSigkill)
      this.#enterSignal(unit, 'stop-sigkill', 'success');
    else if (sub.startsWith('stop-')) this.#enterStopPost(unit, 'success');
    else if (sub === 'final-sigterm' && settings.sendSigkill)
      this.#enterSignal(unit, 'final-sigkill', 'success');
    else this.#enterDead(unit, 'success', true);
  }
  #enterStopPost(unit: Service, result: Result): void {
    const { service } = unit;
    if (service.result === 'success') service.result = result;
    if (this.#settings(unit).exec.ExecStopPost.length === 0) {
      this.#enterSignal(unit, 'final-sigterm', 'success');
      return;
    }
    this.#arm(unit, this.#settings(unit).timeoutStopMicros);
    if (this.#runControl(unit, 'ExecStopPost', 0)) this.#set(unit, 'stop-post');
  }
  #enterDead(unit: Service, result: Result, allowRestart: boolean): void {
    const { manager } = this;
    const { service } = unit;
    const { name } = unit.definition;
    const settings = this.#settings(unit);
    const stopping = manager.jobs.jobOf(name)?.type;
    const allowed = allowRestart && stopping !== 'stop' && stopping !== 'restart';
    if (service.result === 'success') service.result = result;
    const failed = service.result !== 'success' && service.result !== 'exec-condition';
    if (failed) manager.log('warning', `${name}: Failed with result '${service.result}'.`, name);
    else
      manager.log(
        'info',
        service.result === 'success'
          ? `${name}: Deactivated successfully.`
          : `${name}: Skipped due to '${service.result}'.`,
        name,
      );
    for (const { pid, comm } of leftOver(manager, name))
      manager.log(
        'notice',
        `${name}: Unit process ${pid} (${comm}) remains running after unit stopped.`,
        name,
      );
    const willRestart = allowed && shallRestart(settings, service);
    service.controlPid = 0;
    service.control = undefined;
    this.#set(unit, failed ? 'failed' : 'dead', { willRestart });
    if (willRestart) {
      this.#arm(unit, settings.restartMicros);
      this.#set(unit, 'auto-restart');
    } else service.flushRestarts = true;
    service.forbidRestart = false;
    if (settings.pidFile !== undefined)
      manager.host.fs.unlink(settings.pidFile, { uid: 0, gid: 0, groups: [] });
    if (
      settings.keepRuntimeDirectory === 'no' ||
      (settings.keepRuntimeDirectory === 'restart' && !willRestart)
    )
      removeRuntimeDirectories(manager, unit);
  }
  // ---------------------------------------------------------------- what happens to it
  /** A timer of the service fired. Source: `service_dispatch_timer`. */
  elapsed(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    const { name } = unit.definition;
    const settings = this.#settings(unit);
    const say = (text: string): void => this.manager.log('warning', `${name}: ${text}`, name);
    switch (unit.sub as ServiceSub) {
      case 'condition':
      case 'start-pre':
      case 'start':
      case 'start-post':
        say(`${unit.sub} operation timed out. Terminating.`);
        this.#enterSignal(unit, 'stop-sigterm', 'timeout');
        break;
      case 'running':
        say('Service reached runtime time limit. Stopping.');
        this.#enterStop(unit, 'timeout');
        break;
      case 'reload':
        say('Reload operation timed out. Killing reload process.');
        if (unit.service.controlPid !== 0)
          this.manager.daemon.world.kill(this.manager.host, unit.service.controlPid, 'KILL');
        unit.service.reloadResult = 'timeout';
        unit.service.controlPid = 0;
        unit.service.isReloading = false;
        this.#enterRunning(unit, 'success');
        break;
      case 'stop':
        say('Stopping timed out. Terminating.');
        this.#enterSignal(unit, 'stop-sigterm', 'timeout');
        break;
      case 'stop-watchdog':
        say(`State 'stop-watchdog' timed out. ${settings.sendSigkill ? 'Killing.' : 'Skipping SIGKILL.'}`);
        if (settings.sendSigkill) this.#enterSignal(unit, 'stop-sigkill', 'timeout');
        else this.#enterStopPost(unit, 'timeout');
        break;
      case 'stop-sigterm':
        if (settings.sendSigkill) {
          say("State 'stop-sigterm' timed out. Killing.");
          this.#enterSignal(unit, 'stop-sigkill', 'timeout');
        } else {
          say("State 'stop-sigterm' timed out. Skipping SIGKILL.");
          this.#enterStopPost(unit, 'timeout');
        }
        break;
      case 'stop-sigkill':
        say('Processes still around after SIGKILL. Ignoring.');
        this.#enterStopPost(unit, 'timeout');
        break;
      case 'stop-post':
        say("State 'stop-post' timed out. Terminating.");
        this.#enterSignal(unit, 'final-sigterm', 'timeout');
        break;
      case 'final-sigterm':
        if (settings.sendSigkill) {
          say("State 'final-sigterm' timed out. Killing.");
          this.#enterSignal(unit, 'final-sigkill', 'timeout');
        } else {
          say("State 'final-sigterm' timed out. Skipping SIGKILL. Entering failed mode.");
          this.#enterDead(unit, 'timeout', false);
        }
        break;
      case 'final-sigkill':
        say('Processes still around after final SIGKILL. Entering failed mode.');
        this.#enterDead(unit, 'timeout', true);
        break;
      case 'auto-restart':
        this.#restart(unit);
        break;
      default:
        break;
    }
  }
  #restart(unit: Service): void {
    const { name } = unit.definition;
    if (this.manager.jobs.jobOf(name)?.type === 'stop') return;
    const queued = this.manager.jobs.enqueue('restart', name, 'replace');
    if (!('job' in queued)) {
      this.manager.log('warning', `${name}: Failed to schedule restart job: ${queued.text}`, name);
      this.#enterDead(unit, 'resources', false);
      return;
    }
    unit.service.restarts += 1;
    unit.service.flushRestarts = false;
    this.manager.log(
      'info',
      `${name}: Scheduled restart job, restart counter is at ${unit.service.restarts}.`,
      name,
    );
  }
  /** A child of the manager ended. Source: `service_sigchld_event`. */
  childExited(state: UnitState, pid: number, status: ExitStatus): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    const { service } = unit;
    const settings = this.#settings(unit);
    const isMain = pid === service.mainPid;
    const isControl = pid === service.controlPid;
    const record =
      service.statuses.findLast((entry) => entry.pid === pid && entry.code === 0) ??
      (isMain ? service.main : undefined);
    if (record !== undefined) closeStatus(record, status, this.manager.clock());
    if (!isMain && !isControl) {
      this.groupChanged(unit);
      return;
    }
    if (status.signal === 'KILL') this.#noticeKill(unit);
    const isCondition = isControl && service.control?.kind === 'ExecCondition';
    let result = resultOf(settings, service, status, settings.type !== 'oneshot');
    const command =
      isControl && service.control !== undefined
        ? settings.exec[service.control.kind][service.control.index]
        : settings.exec.ExecStart[service.mainCommand ?? 0];
    const ignored = command?.ignoreFailure === true;
    // A condition that ends with 1 to 254 was not met, which is no failure.
    if (isCondition && result === 'exit-code' && (status.code ?? 0) < 255) {
      result = 'exec-condition';
      unit.conditionMet = false;
    } else if (result !== 'success' && !ignored) {
      const { name } = unit.definition;
      const which = isMain ? 'Main process' : isCondition ? 'Condition check process' : 'Control process';
      this.manager.log(
        status.signal === undefined ? 'notice' : 'warning',
        `${name}: ${which} exited, ${exitText(status)}`,
        name,
      );
    }
    if (ignored) result = 'success';
    if (isMain) this.#mainExited(unit, result, pid, status);
    else this.#controlExited(unit, result);
  }
  #mainExited(unit: Service, result: Result, pid: number, status: ExitStatus): void {
    const { service } = unit;
    const settings = this.#settings(unit);
    service.mainPid = 0;
    service.main ??= { pid, kind: 'ExecStart', index: 0, startedAt: 0, endedAt: 0, code: 0, status: 0 };
    closeStatus(service.main, status, this.manager.clock());
    if (service.result === 'success') service.result = result;
    const next = (service.mainCommand ?? 0) + 1;
    if (
      settings.type === 'oneshot' &&
      result === 'success' &&
      unit.sub === 'start' &&
      next < settings.exec.ExecStart.length
    ) {
      const started = runCommand(this.manager, unit, 'ExecStart', next);
      if (typeof started !== 'number') this.#resources(unit, 'ExecStart');
      else {
        service.mainCommand = next;
        service.mainPid = started;
      }
      return;
    }
    service.mainCommand = undefined;
    switch (unit.sub as ServiceSub) {
      case 'start-post':
      case 'reload':
        if (service.controlPid === 0) this.#enterStop(unit, result);
        break;
      case 'start':
        if (settings.type === 'oneshot') {
          if (result === 'success') this.#enterStartPost(unit);
          else this.#enterSignal(unit, 'stop-sigterm', result);
        } else if (settings.type === 'notify') {
          if (result !== 'success') this.#enterSignal(unit, 'stop-sigterm', result);
          else if (!settings.remainAfterExit || settings.notifyAccess === 'main')
            this.#enterSignal(unit, 'stop-sigterm', 'protocol');
        } else this.#enterRunning(unit, result);
        break;
      case 'running':
        this.#enterRunning(unit, result);
        break;
      case 'stop-watchdog':
      case 'stop-sigterm':
      case 'stop-sigkill':
        if (service.controlPid === 0) this.#enterStopPost(unit, result);
        break;
      case 'final-sigterm':
      case 'final-sigkill':
        if (service.controlPid === 0) this.#enterDead(unit, result, true);
        break;
      default:
        break;
    }
  }
  #controlExited(unit: Service, result: Result): void {
    const { service } = unit;
    const settings = this.#settings(unit);
    const { control } = service;
    service.controlPid = 0;
    service.control = undefined;
    if (unit.sub !== 'reload' && service.result === 'success') service.result = result;
    if (
      control !== undefined &&
      result === 'success' &&
      control.index + 1 < settings.exec[control.kind].length &&
      !(settings.type === 'forking' && control.kind === 'ExecStart')
    ) {
      this.#runControl(unit, control.kind, control.index + 1);
      return;
    }
    switch (unit.sub as ServiceSub) {
      case 'condition':
        if (result === 'success') this.#enterStartPre(unit);
        else if (result === 'exec-condition') this.#enterStopPost(unit, result);
        else this.#enterSignal(unit, 'stop-sigterm', result);
        break;
      case 'start-pre':
        if (result === 'success') this.#enterStart(unit);
        else this.#enterSignal(unit, 'stop-sigterm', result);
        break;
      case 'start':
        if (settings.type !== 'forking') break;
        if (result !== 'success') this.#enterSignal(unit, 'stop-sigterm', result);
        else this.#forked(unit, true);
        break;
      case 'start-post':
        if (result === 'success') this.#enterRunning(unit, 'success');
        else this.#enterSignal(unit, 'stop-sigterm', result);
        break;
      case 'reload':
        if (result === 'success') this.#loadPidFile(unit, false);
        service.reloadResult = result;
        this.#enterRunning(unit, 'success');
        break;
      case 'stop':
        this.#enterSignal(unit, 'stop-sigterm', result);
        break;
      case 'stop-watchdog':
      case 'stop-sigterm':
      case 'stop-sigkill':
        if (service.mainPid === 0) this.#enterStopPost(unit, result);
        break;
      case 'stop-post':
        this.#enterSignal(unit, 'final-sigterm', result);
        break;
      case 'final-sigterm':
      case 'final-sigkill':
        if (service.mainPid === 0) this.#enterDead(unit, result, true);
        break;
      default:
        break;
    }
  }
  /** The forking command has ended well: which process is the main one? */
  #forked(unit: Service, isFirst: boolean): void {
    const settings = this.#settings(unit);
    const { name } = unit.definition;
    if (settings.pidFile !== undefined) {
      if (!this.#loadPidFile(unit, isFirst)) {
        if (!this.manager.isPopulated(name)) {
          this.manager.log('warning', `${name}: Daemon never wrote its PID file. Failing.`, name);
          this.#enterSignal(unit, 'stop-sigterm', 'protocol');
        } else
          this.manager.daemon.setTimer(
            `pid-file:${name}`,
            this.manager.now + PID_FILE_LOOK,
            'systemd.pid-file',
            { unit: name },
          );
        return;
      }
    } else if (settings.guessMainPid) {
      const orphans = this.manager.members(name).filter((pid) => this.manager.host.process(pid)?.ppid === 1);
      if (orphans.length === 1 && orphans[0] !== undefined) this.#adopt(unit, orphans[0]);
    }
    this.#enterStartPost(unit);
  }
  /** Looks again for a PID file that was not there yet. */
  lookForPidFile(state: UnitState): void {
    const unit = this.#as(state);
    if (unit?.sub === 'start' && unit.service.controlPid === 0) this.#forked(unit, false);
  }
  #loadPidFile(unit: Service, mayWarn: boolean): boolean {
    const { pidFile } = this.#settings(unit);
    if (pidFile === undefined) return false;
    const { name } = unit.definition;
    const text = this.manager.readFile(pidFile);
    const pid = text === undefined ? Number.NaN : Number(text.trim());
    if (text === undefined || !Number.isInteger(pid)) {
      if (mayWarn && text === undefined)
        this.manager.log(
          'notice',
          `${name}: Can't open PID file ${pidFile} (yet?) after start: No such file or directory`,
          name,
        );
      return false;
    }
    const process = this.manager.host.process(pid);
    if (process === undefined || process.state === 'zombie') {
      if (mayWarn)
        this.manager.log(
          'notice',
          `${name}: PID ${pid} read from file ${pidFile} does not exist or is a zombie.`,
          name,
        );
      return false;
    }
    if (unit.service.mainPid !== pid) this.#adopt(unit, pid);
    return true;
  }
  #adopt(unit: Service, pid: number): void {
    const { service } = unit;
    service.mainPid = pid;
    service.mainPidKnown = true;
    service.main = {
      pid,
      kind: 'ExecStart',
      index: 0,
      startedAt: this.manager.clock(),
      endedAt: 0,
      code: 0,
      status: 0,
    };
  }
  /** A process of the group is gone: perhaps it was the last one. Source: `service_notify_cgroup_empty_event`. */
  groupChanged(state: UnitState): void {
    const unit = this.#as(state);
    if (unit === undefined || isDown(unit.active) || unit.sub === 'exited') return;
    const { service } = unit;
    if (service.mainPid !== 0 || service.controlPid !== 0) return;
    if (this.manager.isPopulated(unit.definition.name)) return;
    switch (unit.sub as ServiceSub) {
      case 'start':
        if (this.#settings(unit).type === 'notify') this.#enterStopPost(unit, 'protocol');
        else if (this.#settings(unit).pidFile !== undefined && this.#settings(unit).type === 'forking')
          this.#forked(unit, false);
        break;
      case 'running':
        this.#enterRunning(unit, 'success');
        break;
      case 'stop-watchdog':
      case 'stop-sigterm':
      case 'stop-sigkill':
        this.#enterStopPost(unit, 'success');
        break;
      case 'stop-post':
      case 'final-sigterm':
      case 'final-sigkill':
        this.#enterDead(unit, 'success', true);
        break;
      default:
        break;
    }
  }
  /** sd_notify(3). Source: `service_notify_message`. */
  notified(state: UnitState, pid: number, message: string): void {
    const unit = this.#as(state);
    if (unit === undefined) return;
    const settings = this.#settings(unit);
    const { service } = unit;
    if (settings.notifyAccess === 'none') return;
    if (settings.notifyAccess === 'main' && service.mainPid !== 0 && pid !== service.mainPid) {
      const { name } = unit.definition;
      this.manager.log(
        'warning',
        `${name}: Got notification message from PID ${pid}, but reception only permitted for main PID ${service.mainPid}`,
        name,
      );
      return;
    }
    for (const line of message.split('\n')) {
      const [key = '', value = ''] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
      if (key === 'MAINPID' && /^\d+$/.test(value)) this.#adopt(unit, Number(value));
      else if (key === 'STATUS') service.statusText = value;
      else if (key === 'WATCHDOG' && value === '1') {
        if (WATCHED.has(unit.sub as ServiceSub)) this.#windUp(unit);
      } else if (key === 'WATCHDOG' && value === 'trigger') this.watchdogElapsed(unit);
      else if (key === 'ERRNO' && /^\d+$/.test(value)) service.statusErrno = Number(value);
      else if (key === 'RELOADING' && value === '1') {
        service.isReloading = true;
        if (unit.sub === 'running') this.#enterRunning(unit, 'success');
      } else if (key === 'READY' && value === '1') {
        service.isReloading = false;
        if (settings.type === 'notify' && unit.sub === 'start') this.#enterStartPost(unit);
        else if (unit.sub === 'reload' && service.controlPid === 0) this.#enterRunning(unit, 'success');
      } else if (key === 'STOPPING' && value === '1' && unit.sub === 'running') {
        this.#arm(unit, settings.timeoutStopMicros);
        this.#set(unit, 'stop-sigterm');
      }
    }
  }
}
