/** Timer units. Source: systemd.timer(5); systemd 252 `timer.c`. */
import { isUp } from './active';
import type { Manager } from './manager';
import type { UnitState } from './state';
import { nextElapse, parseCalendar } from './unit-file/calendar';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

export class Timers {
  constructor(private readonly manager: Manager) {}

  start(unit: UnitState): void {
    const { timer } = unit.definition;
    if (timer === undefined || unit.timer === undefined) return;
    if (!this.manager.triggerIsLoaded(unit, timer.unit)) return;
    unit.timer.result = 'success';
    if (timer.persistent) {
      const stamp = this.#stamp(unit.definition.name);
      // One that has never run counts from its first start.
      if (stamp === undefined) this.#keepStamp(unit.definition.name, this.manager.clock());
      else unit.timer.lastAt = stamp;
    }
    this.#wait(unit, { isStart: true });
  }
  stop(unit: UnitState): void {
    this.manager.clearTimer(unit.definition.name);
    if (unit.timer !== undefined) unit.timer.nextAt = 0;
    const { name } = unit.definition;
    if (unit.active !== 'failed') this.manager.log('info', `${name}: Deactivated successfully.`, name);
    this.manager.setState(unit, 'inactive', 'dead');
  }
  /** When it fires next, and the state that goes with it. */
  #wait(unit: UnitState, options: { isStart: boolean }): void {
    const { timer, name } = unit.definition;
    if (timer === undefined || unit.timer === undefined) return;
    const clock = this.manager.host.clock();
    if (options.isStart) unit.activeEnterAt = this.manager.clock();
    const next = this.#next(unit, clock, options.isStart);
    if (next === undefined) {
      unit.timer.nextAt = 0;
      this.manager.setState(unit, 'active', 'elapsed');
      return;
    }
    unit.timer.nextAt = next;
    const delay = Math.max(0, next - clock);
    this.manager.setTimer(name, this.manager.coalesce(this.manager.now + delay, timer.accuracy));
    this.manager.setState(unit, 'active', 'waiting');
  }
  /** Wall clock of the next elapse. */
  #next(unit: UnitState, clock: number, isStart: boolean): number | undefined {
    const { timer, name } = unit.definition;
    if (timer === undefined || unit.timer === undefined) return undefined;
    const moments: number[] = [];
    const target = this.manager.unit(timer.unit);
    const delay = timer.randomizedDelay === 0 ? 0 : this.#random(name, timer.randomizedDelay);
    for (const { base, span } of timer.monotonic) {
      const from = this.#base(base, unit, target);
      if (from === undefined || from === 0) continue;
      const at = from + span;
      const hasPassed =
        at <= clock && (base === 'OnActiveSec' || base === 'OnBootSec' || base === 'OnStartupSec');
      if (!hasPassed || (isStart && unit.timer.lastAt === 0)) moments.push(Math.max(at, clock));
    }
    for (const text of timer.calendar) {
      const spec = parseCalendar(text);
      const since = timer.persistent && unit.timer.lastAt > 0 ? unit.timer.lastAt : clock;
      const at = spec === undefined ? undefined : nextElapse(spec, since);
      if (at !== undefined) moments.push(at + delay);
    }
    return moments.length === 0 ? undefined : Math.min(...moments);
  }
  #base(base: string, unit: UnitState, target: UnitState | undefined): number | undefined {
    const { state } = this.manager;
    switch (base) {
      case 'OnActiveSec':
        return unit.activeEnterAt;
      case 'OnBootSec':
        return state.kernelAt;
      case 'OnStartupSec':
        return state.userspaceAt;
      case 'OnUnitActiveSec':
        return Math.max(target?.inactiveExitAt ?? 0, unit.timer?.lastAt ?? 0);
      default:
        return target === undefined || isUp(target.active) ? undefined : target.inactiveEnterAt;
    }
  }
  #random(name: string, most: number): number {
    return this.manager.daemon.kernel.random(`timer:${this.manager.host.name}:${name}`).integer(0, most);
  }
  elapsed(unit: UnitState): void {
    const { timer, name } = unit.definition;
    if (timer === undefined || unit.timer === undefined || !isUp(unit.active)) return;
    const clock = this.manager.host.clock();
    // The clock may have been set back since.
    if (unit.timer.nextAt > clock + timer.accuracy) {
      this.#wait(unit, { isStart: false });
      return;
    }
    unit.timer.lastAt = clock;
    if (timer.persistent) this.#keepStamp(name, clock);
    this.manager.setState(unit, 'active', 'running');
    const queued = this.manager.jobs.enqueue('start', timer.unit, 'replace');
    if (!('job' in queued))
      this.manager.log('warning', `${name}: Failed to queue unit startup job: ${queued.text}`, name);
    if (timer.monotonic.length === 0 || timer.calendar.length > 0) this.#wait(unit, { isStart: false });
  }
  /** A unit that a timer starts came up or went down. */
  serviceChanged(name: string): void {
    for (const other of this.manager.graph().get(name, 'TriggeredBy')) {
      const unit = this.manager.unit(other);
      if (unit?.definition.type === 'timer' && isUp(unit.active)) this.#wait(unit, { isStart: false });
    }
  }
  /** After a daemon-reload. */
  rearmAll(): void {
    for (const unit of this.manager.state.units.values())
      if (unit.definition.type === 'timer' && isUp(unit.active)) this.#wait(unit, { isStart: false });
  }
  #stamp(name: string): number | undefined {
    const info = this.manager.host.fs.stat(`/var/lib/systemd/timers/stamp-${name}`, ROOT);
    return 'mtime' in info ? info.mtime : undefined;
  }
  #keepStamp(name: string, clock: number): void {
    const { fs } = this.manager.host;
    const folder = '/var/lib/systemd/timers';
    if (!fs.exists(folder)) fs.mkdir(folder, 0o755, ROOT);
    fs.writeFile(`${folder}/stamp-${name}`, '', ROOT);
    fs.utimes(`${folder}/stamp-${name}`, clock, clock, ROOT);
  }
}
