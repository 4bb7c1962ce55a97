/** The job queue: what is to be done, in which order, and how it ended. Source: systemd 252 `job.c`. */
import { unmetCondition } from './conditions';
import { isDown, isUp } from './active';
import type { Manager } from './manager';
import { doneMessage, skippedMessage, identity, startingMessage } from './messages';
import type { ActiveState, Job, JobResult, JobType, ShutdownVerb, UnitState } from './state';
import { type JobMode, Refusal, Transaction } from './transaction';

/** How long the manager takes to come round to its queue. */
const QUEUE_DELAY = 150;
/** Name of the callback that runs the queue. */
export const QUEUE_TIMER = 'systemd.queue';
const MOST_RESULTS = 256;

export class Jobs {
  constructor(private readonly manager: Manager) {}

  /** Queues a job with all it needs. */
  enqueue(type: JobType, name: string, mode: JobMode): { job: number } | Refusal {
    const { manager } = this;
    const unit = manager.load(name);
    const anchor = unit.definition.name;
    if (
      type === 'stop' &&
      ['not-found', 'bad-setting', 'error'].includes(unit.definition.load) &&
      isDown(unit.active)
    )
      return new Refusal('not-found', `Unit ${name} not loaded.`);
    const transaction = new Transaction(manager, mode);
    const refused = transaction.add(type, name, true);
    if (refused !== undefined) {
      manager.collect();
      return refused;
    }
    if (mode === 'isolate') transaction.isolate();
    const planned = transaction.settle(anchor);
    if (planned instanceof Refusal) {
      manager.collect();
      return planned;
    }
    const blocked = this.#destructive(anchor, planned, mode);
    if (blocked !== undefined) return blocked;
    let id = 0;
    for (const { unit: target, type: kind } of planned) {
      const job = this.#install(target, kind, mode);
      if (target === anchor) id = job;
    }
    if (id === 0) {
      id = manager.state.nextJob++;
      this.#remember(
        { id, unit: anchor, type, state: 'waiting', irreversible: false, ignoreOrder: false },
        'done',
      );
    }
    this.wakeQueue();
    return { job: id };
  }
  #destructive(
    anchor: string,
    planned: readonly { unit: string; type: JobType }[],
    mode: JobMode,
  ): Refusal | undefined {
    for (const { unit, type } of planned) {
      const present = this.jobOf(unit);
      if (present === undefined || present.type === type) continue;
      if (present.irreversible || mode === 'fail')
        return new Refusal(
          'destructive',
          `Transaction for ${anchor}/${planned.find((job) => job.unit === anchor)?.type ?? 'start'} is destructive (${unit} has '${present.type}' job queued, but '${type}' is included in transaction).`,
        );
    }
    return undefined;
  }
  #install(name: string, type: JobType, mode: JobMode): number {
    const { state } = this.manager;
    const unit = this.manager.load(name);
    const present = this.jobOf(name);
    if (present !== undefined) {
      if (
        present.type === type ||
        (present.type === 'restart' && type === 'start' && present.state === 'waiting')
      )
        return present.id;
      if (present.type === 'start' && type === 'restart' && present.state === 'waiting') {
        present.type = 'restart';
        return present.id;
      }
      this.finish(present, 'canceled', { quiet: true });
    }
    const job: Job = {
      id: state.nextJob++,
      unit: name,
      type,
      state: 'waiting',
      irreversible: mode === 'replace-irreversibly',
      ignoreOrder: mode === 'ignore-dependencies',
    };
    state.jobs.set(job.id, job);
    unit.job = job.id;
    return job.id;
  }
  jobOf(name: string): Job | undefined {
    const unit = this.manager.unit(name);
    return unit === undefined || unit.job === 0 ? undefined : this.manager.state.jobs.get(unit.job);
  }

  // ---------------------------------------------------------------- running
  wakeQueue(): void {
    const { manager } = this;
    manager.daemon.setTimer('queue', manager.now + QUEUE_DELAY, QUEUE_TIMER);
  }
  /** Runs every job that nothing holds back. */
  runQueue(): void {
    const { state } = this.manager;
    const ready = [...state.jobs.values()].filter((job) => job.state === 'waiting' && this.#isRunnable(job));
    // Checks go before what depends on them, whether it is ordered after them or not.
    ready.sort((a, b) => Number(b.type === 'verify-active') - Number(a.type === 'verify-active'));
    for (const job of ready)
      if (job.state === 'waiting' && state.jobs.get(job.id) === job && this.#isRunnable(job)) this.#run(job);
    if (state.jobs.size === 0) this.manager.collect();
  }
  /** Source: systemd 252 `job_is_runnable` and `job_compare`: what stops goes before what starts. */
  #isRunnable(job: Job): boolean {
    if (job.ignoreOrder) return true;
    const graph = this.manager.graph();
    const stops = job.type === 'stop' || job.type === 'restart';
    if (!stops)
      for (const other of graph.get(job.unit, 'After')) {
        const theirs = this.jobOf(other);
        if (theirs !== undefined && theirs.type !== 'nop') return false;
      }
    for (const other of graph.get(job.unit, 'Before')) {
      const theirs = this.jobOf(other);
      if (theirs !== undefined && (theirs.type === 'stop' || theirs.type === 'restart')) return false;
    }
    return true;
  }
  #run(job: Job): void {
    const unit = this.manager.load(job.unit);
    job.state = 'running';
    switch (job.type) {
      case 'start':
        this.#start(job, unit);
        break;
      case 'verify-active':
        if (isUp(unit.active)) this.finish(job, 'done', { quiet: true });
        else if (unit.active === 'activating') job.state = 'waiting';
        else this.finish(job, 'skipped');
        break;
      case 'stop':
      case 'restart':
        if (isDown(unit.active)) this.finish(job, 'done', { quiet: true });
        else {
          if (this.manager.services.stopTakesTime(unit)) this.#announce(job, 'stop');
          this.#stop(unit);
          this.#announceRestart(job, unit);
        }
        break;
      case 'reload':
        if (unit.active !== 'active') {
          this.manager.log(
            'warning',
            `${job.unit}: Unit cannot be reloaded because it is inactive.`,
            job.unit,
          );
          this.finish(job, 'invalid', { quiet: true });
        } else {
          this.#announce(job, 'reload');
          this.manager.services.reload(unit);
        }
        break;
      case 'try-restart':
      case 'nop':
        this.finish(job, 'done', { quiet: true });
        break;
    }
  }
  /** `Starting…` and `Stopping…`, unless all was over at once. */
  #announce(job: Job, verb: 'start' | 'stop' | 'reload'): void {
    const { state } = this.manager;
    if (state.jobs.get(job.id) !== job || job.state !== 'running') return;
    if (verb === 'stop' && job.type === 'start') return;
    const unit = this.manager.unit(job.unit);
    const text = unit === undefined ? undefined : startingMessage(unit.definition, verb);
    if (text !== undefined) this.manager.log('info', text, job.unit, { id: job.id });
  }
  /** What stops at once says so only when it is to start again, and after the fact (recorded: ssh.socket). */
  #announceRestart(job: Job, { definition, service }: UnitState): void {
    if (service !== undefined || this.manager.state.jobs.get(job.id) !== job) return;
    this.manager.log('info', `Stopping ${identity(definition)}...`, job.unit, { id: job.id });
  }
  #start(job: Job, unit: UnitState): void {
    const { manager } = this;
    const { name, type, conditions } = unit.definition;
    if (isUp(unit.active)) {
      this.finish(job, 'done', { quiet: true });
      return;
    }
    if (unit.sub === 'auto-restart' || unit.active === 'deactivating') {
      job.state = 'waiting';
      return;
    }
    if (unit.active === 'activating') return;
    unit.conditionAt = manager.clock();
    const unmet = unmetCondition(
      manager.host,
      conditions.filter((condition) => !condition.assert),
    );
    unit.conditionMet = unmet === undefined;
    unit.conditionFailed = unmet ?? '';
    if (unmet !== undefined) {
      manager.log(
        'info',
        `${identity(unit.definition)} was skipped because of an unmet condition check (${unmet}).`,
        name,
      );
      this.finish(job, 'done', { quiet: true });
      return;
    }
    const failedAssert = unmetCondition(
      manager.host,
      conditions.filter((condition) => condition.assert),
    );
    unit.assertMet = failedAssert === undefined;
    if (failedAssert !== undefined) {
      manager.log('err', `${name}: Starting requested but asserts failed.`, name);
      this.finish(job, 'assert');
      return;
    }
    if (type === 'service' && !manager.services.mayStart(unit)) {
      if (manager.state.jobs.get(job.id) === job) this.finish(job, 'failed');
      return;
    }
    switch (type) {
      case 'service':
        manager.services.start(unit);
        break;
      case 'timer':
        manager.timers.start(unit);
        break;
      case 'path':
        manager.paths.start(unit);
        break;
      case 'socket':
        manager.sockets.start(unit);
        break;
      case 'mount':
        manager.mounts.start(unit);
        break;
      case 'target':
      case 'slice':
      case 'automount':
      case 'swap':
      case 'scope':
        manager.setState(unit, 'active', subOfActive(type));
        break;
      case 'device':
        this.finish(job, 'timeout');
        return;
    }
    this.#announce(job, 'start');
  }
  #stop(unit: UnitState): void {
    switch (unit.definition.type) {
      case 'service':
        this.manager.services.stop(unit);
        break;
      case 'timer':
        this.manager.timers.stop(unit);
        break;
      case 'path':
        this.manager.paths.stop(unit);
        break;
      case 'socket':
        this.manager.sockets.stop(unit);
        break;
      case 'mount':
        this.manager.mounts.stop(unit);
        break;
      case 'scope':
        for (const pid of this.manager.members(unit.definition.name))
          this.manager.daemon.world.kill(this.manager.host, pid, 'TERM');
        this.manager.log('info', `${unit.definition.name}: Deactivated successfully.`, unit.definition.name);
        this.manager.setState(unit, 'inactive', 'dead');
        break;
      default:
        this.manager.setState(unit, 'inactive', 'dead');
    }
  }

  // ---------------------------------------------------------------- ending
  /** The unit's state changed: what does it mean for its job? Source: systemd 252 `unit_process_job`. */
  unitChanged(unit: UnitState, before: ActiveState, reloadFailed: boolean): void {
    const job = this.jobOf(unit.definition.name);
    const { active } = unit;
    if (job === undefined) {
      if (before !== active) this.manager.jobs.wakeQueue();
      return;
    }
    switch (job.type) {
      case 'start':
      case 'verify-active':
        if (isUp(active)) this.finish(job, 'done');
        else if (job.state === 'running' && isDown(active))
          this.finish(job, active === 'failed' ? 'failed' : 'done');
        break;
      case 'reload':
        if (job.state !== 'running') break;
        if (active === 'active') this.finish(job, reloadFailed ? 'failed' : 'done');
        else if (isDown(active)) this.finish(job, active === 'failed' ? 'failed' : 'done');
        break;
      case 'stop':
      case 'restart':
        if (isDown(active)) this.finish(job, 'done');
        else if (isUp(active) && before === 'deactivating') this.finish(job, 'failed');
        break;
      default:
        break;
    }
    if (before !== active) this.wakeQueue();
  }
  finish(job: Job, result: JobResult, options: { quiet?: boolean } = {}): void {
    const { manager } = this;
    const { state } = manager;
    const unit = manager.unit(job.unit);
    if (options.quiet !== true && unit !== undefined) {
      const message =
        job.type === 'start' && result === 'done' && !unit.conditionMet
          ? skippedMessage(unit.definition)
          : doneMessage(unit.definition, job.type, result);
      if (message !== undefined) {
        manager.log(message.priority, message.text, job.unit, { id: job.id, result });
        manager.spend(100);
      }
    }
    if (job.type === 'restart' && result === 'done') {
      job.type = 'start';
      job.state = 'waiting';
      this.wakeQueue();
      return;
    }
    if (result === 'dependency' || result === 'timeout')
      manager.log(
        'notice',
        `${job.unit}: Job ${job.unit}/${job.type} failed with result '${result}'.`,
        job.unit,
      );
    state.jobs.delete(job.id);
    if (unit !== undefined && unit.job === job.id) unit.job = 0;
    this.#remember(job, result);
    manager.paths.notify(job.unit);
    manager.sockets.notify(job.unit);
    if (result !== 'done' && result !== 'canceled' && (job.type === 'start' || job.type === 'verify-active'))
      this.#failDependents(job.unit);
    this.wakeQueue();
    if (result === 'dependency' && unit !== undefined)
      for (const other of manager.graph().get(job.unit, 'OnFailure')) this.enqueue('start', other, 'replace');
    this.#checkStarted();
  }
  #failDependents(name: string): void {
    const graph = this.manager.graph();
    for (const other of graph.any(name, ['RequiredBy', 'BoundBy', 'RequisiteOf'])) {
      const job = this.jobOf(other);
      if (
        job !== undefined &&
        (job.type === 'start' || job.type === 'verify-active') &&
        job.state === 'waiting'
      )
        this.finish(job, 'dependency');
    }
  }
  #remember(job: Job, result: JobResult): void {
    const { results } = this.manager.state;
    results.set(job.id, { unit: job.unit, type: job.type, result });
    if (results.size > MOST_RESULTS) results.delete(results.keys().next().value ?? 0);
    this.manager.daemon.world.wake(jobKey(this.manager.host.name, job.id));
  }
  /** The boot is over when the queue is empty for the first time. */
  #checkStarted(): void {
    const { manager } = this;
    if (manager.state.finishedAt !== 0 || manager.state.jobs.size > 0) return;
    manager.state.finishedAt = manager.clock();
    manager.daemon.setTimer('boot-finished', manager.now, 'systemd.boot-finished');
  }
  shutdownReached(unit: UnitState): void {
    const verbs: Readonly<Record<string, ShutdownVerb>> = {
      'reboot-force': 'reboot',
      reboot: 'reboot',
      'poweroff-force': 'poweroff',
      poweroff: 'poweroff',
      'halt-force': 'halt',
      exit: 'poweroff',
    };
    const verb = verbs[unit.definition.successAction];
    if (verb === undefined || this.manager.state.exiting) return;
    this.manager.state.shutdown = verb;
    this.manager.state.exiting = true;
    this.manager.daemon.setTimer('shutdown', this.manager.now + 1_000, 'systemd.shutdown');
  }
}
export function jobKey(host: string, job: number): string {
  return `job:${host}:${job}`;
}
function subOfActive(type: string): string {
  switch (type) {
    case 'mount':
      return 'mounted';
    case 'automount':
      return 'waiting';
    case 'scope':
      return 'running';
    default:
      return 'active';
  }
}
