/**
 * Mount units: mount(8) and umount(8) are run for those of the administrator and of fstab, and what is mounted by hand
 * has a unit too. Source: systemd 252 `mount.c`. What Debian's own units mount is there from the start.
 */
import type { ExitStatus } from '../../world/process.contract';
import { isDown, isUp } from './active';
import type { Manager } from './manager';
import { exitText } from './service/exits';
import type { UnitState } from './state';
import { escapePath, unescapeName } from './unit-file/names';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
/** What a mount unit says, and how it last ended. */
export interface MountSettings {
  what: string;
  where: string;
  type: string;
  options: string;
}

export function mountSettings({ definition: { name, raw } }: UnitState): MountSettings {
  const value = (key: string): string => raw.findLast(([name]) => name === `Mount.${key}`)?.[1] ?? '';
  const where = value('Where') || `/${unescapeName(name.slice(0, -'.mount'.length))}`;
  return { what: value('What'), where, type: value('Type'), options: value('Options') };
}

export class Mounts {
  constructor(private readonly manager: Manager) {}

  start(unit: UnitState): void {
    const { where, what, type, options } = mountSettings(unit);
    if (!isRun(unit) || this.#isMounted(where)) {
      this.manager.setState(unit, 'active', 'mounted');
      return;
    }
    this.#makeFolder(where);
    const argv = ['/bin/mount', what, where];
    if (type !== '') argv.push('-t', type);
    if (options !== '') argv.push('-o', options);
    this.#run(unit, argv, 'mounting');
  }
  stop(unit: UnitState): void {
    const { where } = mountSettings(unit);
    if (unit.definition.name === '-.mount' || !this.#isMounted(where)) this.#enterDead(unit);
    else this.#run(unit, ['/bin/umount', where, '-c'], 'unmounting');
  }
  #run(unit: UnitState, argv: string[], sub: 'mounting' | 'unmounting'): void {
    const { manager } = this;
    const { name } = unit.definition;
    const program = sub === 'mounting' ? 'mount' : 'umount';
    const pid = manager.daemon.world.spawn(manager.host, {
      argv,
      path: `/usr/bin/${program}`,
      parent: 1,
      unit: name,
      session: true,
      uid: 0,
      gid: 0,
      groups: [],
      cwd: '/',
      journal: { identifier: program },
    });
    unit.mount = { pid: typeof pid === 'number' ? pid : 0, hasFailed: unit.mount?.hasFailed === true };
    manager.setState(unit, sub === 'mounting' ? 'activating' : 'deactivating', sub);
    if (typeof pid !== 'number') this.ended(unit, { code: 203, signal: undefined });
  }
  /** mount or umount has ended: what is mounted now decides. */
  ended(unit: UnitState, status: ExitStatus): void {
    const { manager } = this;
    const { name } = unit.definition;
    const isMounting = unit.sub === 'mounting';
    const hasFailed = status.code !== 0;
    unit.mount = { pid: 0, hasFailed };
    if (hasFailed) manager.log('notice', `${name}: Mount process exited, ${exitText(status)}`, name);
    const isThere = this.#isMounted(mountSettings(unit).where);
    if (isThere && (isMounting || hasFailed)) manager.setState(unit, 'active', 'mounted');
    // Something was mounted over it, or under it: it is unmounted as often as it is there.
    else if (isThere) this.stop(unit);
    else this.#enterDead(unit);
  }
  #enterDead(unit: UnitState): void {
    const { name } = unit.definition;
    const hasFailed = unit.mount?.hasFailed === true;
    if (hasFailed) this.manager.log('warning', `${name}: Failed with result 'exit-code'.`, name);
    else if (!isDown(unit.active)) this.manager.log('info', `${name}: Deactivated successfully.`, name);
    this.manager.setState(unit, hasFailed ? 'failed' : 'inactive', hasFailed ? 'failed' : 'dead');
  }
  /** What was mounted and unmounted by others, as /proc/self/mountinfo tells it. */
  notice(): void {
    const { manager } = this;
    for (const { point, covered } of manager.host.state.mounts) {
      if (covered === undefined) continue;
      const name = `${escapePath(point)}.mount`;
      const known = manager.unit(name);
      if (known !== undefined && (!isDown(known.active) || known.job !== 0)) continue;
      if (known?.definition.load === 'not-found') {
        manager.state.units.delete(name);
        manager.forgetGraph();
      }
      manager.setState(manager.load(name), 'active', 'mounted');
    }
    for (const unit of [...manager.state.units.values()]) {
      const { definition, active, sub } = unit;
      if (definition.type !== 'mount' || !isUp(active) || sub !== 'mounted' || unit.job !== 0) continue;
      const isHandMade = definition.fragment === undefined && definition.name !== '-.mount';
      if ((isRun(unit) || isHandMade) && !this.#isMounted(mountSettings(unit).where)) this.#enterDead(unit);
    }
  }
  #isMounted(where: string): boolean {
    return this.manager.host.state.mounts.some(({ point }) => point === where.replace(/(?<=.)\/+$/, ''));
  }
  #makeFolder(where: string): void {
    const parts = where.split('/').slice(1);
    parts.forEach((_part, index) =>
      this.manager.host.fs.mkdir(`/${parts.slice(0, index + 1).join('/')}`, 0o755, ROOT),
    );
  }
}
/** Whether mount(8) is run for it. */
function isRun({ definition: { fragment } }: UnitState): boolean {
  return fragment !== undefined && !/^\/(usr\/)?lib\//.test(fragment);
}
