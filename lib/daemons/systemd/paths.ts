/** Path units: they wait for files and start what they trigger. Source: systemd 252 `path.c`. */
import {
  ATTRIB,
  CLOSE_WRITE,
  CREATE,
  DELETE,
  DELETE_SELF,
  type FileWatch,
  MODIFY,
  MOVE_SELF,
  MOVED_FROM,
  MOVED_TO,
  watchFiles,
} from '../../world/file-watches';
import { glob } from '../../world/glob';
import { isDown } from './active';
import type { Manager } from './manager';
import { oneMore } from './rate-limit';
import type { PathKind, PathSpec, Result, UnitState } from './state';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
/** Something happened to the path itself, or to a directory on the way to it. */
export const PATH_CHANGED = 'systemd.path-changed';
export const PATH_NEAR = 'systemd.path-near';
/** What the path triggers went up or down, or lost its job. */
export const PATH_NOTIFIED = 'systemd.path-notified';
const OF_DIRECTORY = DELETE_SELF | MOVE_SELF | ATTRIB | CREATE | MOVED_TO;
const EXISTENCE = DELETE_SELF | MOVE_SELF | ATTRIB;
const CHANGES = EXISTENCE | CLOSE_WRITE | CREATE | DELETE | MOVED_FROM | MOVED_TO;
const MASKS: Readonly<Record<PathKind, number>> = {
  PathExists: EXISTENCE,
  PathExistsGlob: EXISTENCE,
  PathChanged: CHANGES,
  PathModified: CHANGES | MODIFY,
  DirectoryNotEmpty: EXISTENCE | CREATE | MOVED_TO,
};
const NOTIFY_DELAY = 1_000;

export class Paths {
  constructor(private readonly manager: Manager) {}

  start(unit: UnitState): void {
    const { path, name } = unit.definition;
    if (path === undefined || unit.path === undefined) return;
    if (!this.manager.triggerIsLoaded(unit, path.unit)) return;
    const { fs } = this.manager.host;
    if (path.makeDirectory)
      for (const spec of path.specs)
        if (spec.kind !== 'PathExists' && spec.kind !== 'PathExistsGlob')
          for (const folder of foldersOf(spec.path))
            if (!fs.exists(folder)) fs.mkdir(folder, path.directoryMode, ROOT);
    this.manager.clearTimer(name);
    unit.path.result = 'success';
    this.#enterWaiting(unit, 'start');
  }
  stop(unit: UnitState): void {
    this.#enterDead(unit, 'success');
  }
  /** A watched inode changed: the path itself, or something near it. */
  changed(unit: UnitState, isItself: boolean): void {
    if (unit.sub !== 'waiting') return;
    if (isItself) this.#enterRunning(unit);
    else this.#enterWaiting(unit, 'change');
  }
  /** What this path unit triggers changed. Source: `path_trigger_notify`. */
  triggerChanged(unit: UnitState): void {
    const { path } = unit.definition;
    if (path === undefined || (unit.sub !== 'waiting' && unit.sub !== 'running')) return;
    const other = this.manager.unit(path.unit);
    if (other === undefined) return;
    if (other.startLimitHit === true) this.#enterDead(unit, 'unit-start-limit-hit');
    else if (other.job === 0 && (unit.sub === 'running') === isDown(other.active))
      this.#enterWaiting(unit, 'notify');
  }
  /** After a daemon-reload. */
  rearmAll(): void {
    for (const unit of this.manager.state.units.values())
      if (unit.definition.type === 'path' && unit.active === 'active') this.#enterWaiting(unit, 'notify');
  }

  #enterWaiting(unit: UnitState, why: 'start' | 'change' | 'notify'): void {
    const { path } = unit.definition;
    if (path === undefined) return;
    const other = this.manager.unit(path.unit);
    if (other !== undefined && !isDown(other.active)) this.#setState(unit, 'running');
    else if (this.#isGood(unit, why)) this.#enterRunning(unit);
    else this.#setState(unit, 'waiting');
  }
  #isGood(unit: UnitState, why: 'start' | 'change' | 'notify'): boolean {
    const { path: settings } = unit.definition;
    const known = unit.path;
    if (settings === undefined || known === undefined) return false;
    return settings.specs.some((spec, index) => {
      if (spec.kind !== 'PathChanged' && spec.kind !== 'PathModified') return this.#isThere(spec);
      const before = known.existed[index] ?? false;
      const now = this.manager.host.fs.exists(spec.path);
      known.existed = settings.specs.map((_, i) => (i === index ? now : (known.existed[i] ?? false)));
      return why === 'change' && now !== before;
    });
  }
  #isThere({ kind, path }: PathSpec): boolean {
    const { fs } = this.manager.host;
    if (kind === 'PathExistsGlob') return glob(fs, path, ROOT).length > 0;
    if (kind === 'PathExists') return fs.exists(path);
    const names = fs.readdir(path, ROOT);
    return Array.isArray(names) && names.length > 0;
  }
  #enterRunning(unit: UnitState): void {
    const { path, name } = unit.definition;
    if (path === undefined || unit.path === undefined) return;
    const { manager } = this;
    if (manager.jobs.jobOf(name)?.type === 'stop') return;
    const triggers = oneMore(unit.path.triggers, {
      interval: path.limitMicros,
      burst: path.limitBurst,
      now: manager.now,
    });
    if (triggers === undefined) {
      manager.log('warning', `${name}: Trigger limit hit, refusing further activation.`, name);
      this.#enterDead(unit, 'trigger-limit-hit');
      return;
    }
    unit.path.triggers = triggers;
    this.#setState(unit, 'running');
    const queued = manager.jobs.enqueue('start', path.unit, 'replace');
    if ('job' in queued) return;
    manager.log('warning', `${name}: Failed to queue unit startup job: ${queued.text}`, name);
    this.#enterDead(unit, 'resources');
  }
  #enterDead(unit: UnitState, result: Result): void {
    const { name } = unit.definition;
    if (unit.path !== undefined) unit.path.result = result;
    if (result === 'success') this.manager.log('info', `${name}: Deactivated successfully.`, name);
    else this.manager.log('warning', `${name}: Failed with result '${result}'.`, name);
    this.#watch(unit, false);
    this.manager.setState(
      unit,
      result === 'success' ? 'inactive' : 'failed',
      result === 'success' ? 'dead' : 'failed',
    );
  }
  #setState(unit: UnitState, sub: 'waiting' | 'running'): void {
    this.#watch(unit, sub === 'waiting');
    this.manager.setState(unit, 'active', sub);
  }
  /** Each path as far as it is there; of the directories above it, the last. Source: `path_spec_watch`. */
  #watch(unit: UnitState, isWaiting: boolean): void {
    const { name, path } = unit.definition;
    const { host } = this.manager;
    const watches = new Map<number, Pick<FileWatch, 'mask' | 'callback'>>();
    const data = { unit: name };
    for (const { kind, path: wanted } of isWaiting ? (path?.specs ?? []) : []) {
      let above: number | undefined;
      const folders = foldersOf(wanted);
      for (const folder of ['/', ...folders]) {
        const info = host.fs.stat(folder, ROOT);
        if (!('ino' in info)) break;
        if (above !== undefined && watches.get(above)?.callback.name === PATH_NEAR)
          watches.set(above, { mask: MOVE_SELF, callback: { name: PATH_NEAR, data } });
        const isWhole = folder === folders.at(-1);
        const tellsAll = isWhole && (kind === 'PathChanged' || kind === 'PathModified');
        watches.set(info.ino, {
          mask: isWhole ? MASKS[kind] : OF_DIRECTORY,
          callback: { name: tellsAll ? PATH_CHANGED : PATH_NEAR, data },
        });
        above = info.ino;
      }
    }
    watchFiles(host.state, 1, name, watches);
  }
  /** A unit went up or down, or lost its job: those who trigger it hear of it. */
  notify(name: string): void {
    const { manager } = this;
    for (const other of manager.graph().get(name, 'TriggeredBy')) {
      const unit = manager.unit(other);
      if (unit?.definition.type === 'path' && unit.active === 'active')
        manager.daemon.setTimer(`path:${other}`, manager.now + NOTIFY_DELAY, PATH_NOTIFIED, { unit: other });
    }
  }
}
/** `/srv`, `/srv/in` and `/srv/in/box` of the last of them. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}
