/** Process 1: from the kernel's hand-over to the finished boot, its signals, and the way down. */
import type { SocketEvent } from '../../world/network.contract';
import type { DaemonDefinition, Program } from '../../world/process.contract';
import type { SimulatedWorld } from '../../world/world';
import type { Host, World } from '../../world/world.contract';
import { telinit } from './tools/power';
import { unitCharts } from './charts';
import { startJournal } from './journal-store';
import { isContainer, virtualizationOf } from './conditions';
import { generate } from './generators';
import { FEATURES, INIT, managerOf, VERSION } from './host-manager';
import { QUEUE_TIMER } from './jobs';
import { Manager, UPHELD } from './manager';
import { PATH_CHANGED, PATH_NEAR, PATH_NOTIFIED } from './paths';
import { connectionEvent, CONNECTION_EVENT } from './service/connection-streams';
import { CONNECTION_NOTIFIED, SOCKET_ACCEPTED, SOCKET_NOTIFIED, SOCKET_QUEUED } from './sockets';
import { noteBoot } from './boots';
import { beginEnd, end, finishWhenAlone, shutDown } from './shutdown';
import { registerPower } from './tools/power';
import type { ManagerState, UnitState } from './state';
import { formatTimeSpan } from './unit-file/time-span';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** /sbin/init. Anywhere but as process 1 it is telinit. */
export const initProgram: Program = function* (context) {
  if (context.pid !== 1) return yield* telinit(context);
  const clock = context.host.clock();
  const state: ManagerState = {
    units: new Map(),
    aliases: new Map(),
    jobs: new Map(),
    nextJob: 1,
    results: new Map(),
    environment: new Map([
      ['LANG', localeOf(context.host)],
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ]),
    kernelAt: clock - (context.kernel.now - context.host.state.bootedAt),
    userspaceAt: clock,
    finishedAt: 0,
    dropInFolders: [],
    shutdown: undefined,
    exiting: false,
    defaultTarget: '',
  };
  context.process.argv = ['/sbin/init'];
  context.process.comm = 'systemd';
  context.process.unit = 'init.scope';
  context.process.rssKiB = 12_172;
  context.process.env.clear();
  context.world.timer(context.host, 1, 'boot', context.kernel.now, { name: 'systemd.boot', data: undefined });
  context.become(INIT, state);
  return yield* context.serve();
};
function localeOf(host: Host): string {
  const text = host.fs.readFile('/etc/default/locale', ROOT);
  return (typeof text === 'string' ? /^LANG="?([^"\n]*)/m.exec(text)?.[1] : undefined) ?? 'C.UTF-8';
}

export const initDaemon: DaemonDefinition<ManagerState> = {
  kind: INIT,
  register: registerCallbacks,
  onSignal(daemon, signal) {
    const manager = new Manager(daemon);
    switch (signal) {
      case 'INT':
        shutDown(manager, 'reboot', 'ctrl-alt-del.target');
        break;
      case 'PWR':
        manager.jobs.enqueue('start', 'sigpwr.target', 'replace');
        break;
      case 'HUP':
        manager.reload();
        break;
      default:
        break;
    }
    return 'handled';
  },
  onChildExit(daemon, pid, status) {
    const manager = new Manager(daemon);
    if (daemon.state.exiting) {
      finishWhenAlone(manager);
      return;
    }
    for (const unit of daemon.state.units.values()) {
      if (unit.mount?.pid === pid) {
        manager.mounts.ended(unit, status);
        return;
      }
      const { service } = unit;
      if (service === undefined) continue;
      if (service.mainPid === pid || service.controlPid === pid) {
        manager.services.childExited(unit, pid, status);
        return;
      }
    }
    for (const unit of [...daemon.state.units.values()])
      if (unit.service !== undefined && unit.service.mainPid === 0) manager.services.groupChanged(unit);
  },
  charts: (daemon) => unitCharts(daemon),
};

function registerCallbacks(world: World): void {
  const on = <D>(name: string, run: (manager: Manager, data: D) => void): void =>
    world.callback<D, unknown>(name, ({ host, data }) => {
      const manager = managerOf(host);
      if (manager !== undefined) run(manager, data);
    });
  registerPower(world);
  on('systemd.boot', boot);
  on(QUEUE_TIMER, (manager) => manager.jobs.runQueue());
  on<{ unit: string }>('systemd.unit-timer', (manager, { unit }) => {
    const state = manager.unit(unit);
    if (state?.service !== undefined) manager.services.elapsed(state);
    else if (state?.timer !== undefined) manager.timers.elapsed(state);
  });
  on<{ unit: string }>(UPHELD, (manager, { unit }) => {
    const state = manager.unit(unit);
    if (state !== undefined) manager.startUpheld(state);
  });
  const onUnit = (type: string, name: string, run: (manager: Manager, unit: UnitState) => void): void =>
    on<{ unit: string }>(name, (manager, { unit }) => {
      const state = manager.unit(unit);
      if (state?.definition.type === type) run(manager, state);
    });
  onUnit('path', PATH_CHANGED, (manager, unit) => manager.paths.changed(unit, true));
  onUnit('path', PATH_NEAR, (manager, unit) => manager.paths.changed(unit, false));
  onUnit('path', PATH_NOTIFIED, (manager, unit) => manager.paths.triggerChanged(unit));
  onUnit('socket', CONNECTION_NOTIFIED, (manager, unit) => manager.sockets.connectionOver(unit));
  world.callback<null, SocketEvent>(CONNECTION_EVENT, ({ host }, event) => connectionEvent(host, event));
  world.callback<{ unit: string }, SocketEvent>(SOCKET_ACCEPTED, ({ host, data }, event) => {
    const manager = managerOf(host);
    const unit = manager?.unit(data.unit);
    if (manager !== undefined && unit !== undefined) manager.sockets.accepted(unit, event);
  });
  onUnit('socket', SOCKET_QUEUED, (manager, unit) => manager.sockets.queued(unit));
  onUnit('socket', SOCKET_NOTIFIED, (manager, unit) => manager.sockets.triggerChanged(unit));
  on<{ unit: string }>('systemd.watchdog', (manager, { unit }) => {
    const found = manager.unit(unit);
    if (found !== undefined) manager.services.watchdogElapsed(found);
  });
  on<{ unit: string }>('systemd.pid-file', (manager, { unit }) => {
    const state = manager.unit(unit);
    if (state !== undefined) manager.services.lookForPidFile(state);
  });
  on('systemd.boot-finished', bootFinished);
  on('systemd.shutdown', beginEnd);
  on('systemd.last-kill', (manager) => {
    for (const process of manager.host.processes())
      if (process.pid !== 1) world.kill(manager.host, process.pid, 'KILL');
    end(manager);
  });
  (world as SimulatedWorld).onNotify((host, pid, message) => {
    const manager = managerOf(host);
    const process = host.process(pid);
    if (manager === undefined || process?.unit === undefined) return;
    const unit = manager.unit(process.unit);
    if (unit !== undefined) manager.services.notified(unit, pid, message);
  });
}

// ---------------------------------------------------------------- up
function boot(manager: Manager): void {
  const { host } = manager;
  startJournal(host);
  const name = host.fs.readFile('/etc/hostname', ROOT);
  const hostname = typeof name === 'string' && name.trim() !== '' ? name.trim() : host.name;
  host.setSysctl('kernel.hostname', hostname);
  machineId(host);
  noteBoot(host);
  // Scripts look for this folder to learn that systemd is there (sd_booted(3)).
  for (const folder of ['/run/systemd', '/run/systemd/system']) host.fs.mkdir(folder, 0o755, ROOT);
  if (!isContainer(host)) kernelMessages(host);
  generate(host);
  manager.log('info', `systemd ${VERSION} running in system mode (${FEATURES})`);
  manager.log('info', `Detected virtualization ${virtualizationOf(host)}.`);
  manager.log('info', 'Detected architecture x86-64.');
  manager.log('info', `Hostname set to <${hostname}>.`);
  manager.load('-.slice');
  manager.load('init.scope').activeEnterAt = manager.state.userspaceAt;
  manager.load('-.mount');
  const target = manager.load('default.target');
  manager.state.defaultTarget = target.definition.name;
  if (target.definition.load !== 'loaded') {
    manager.log('err', `Failed to load default target: Unit ${target.definition.name} not found.`);
    manager.jobs.enqueue('start', 'rescue.target', 'replace');
    return;
  }
  manager.log(
    'info',
    `Queued start job for default target ${target.definition.name}${target.definition.description === target.definition.name ? '' : ` - ${target.definition.description}`}.`,
  );
  manager.jobs.enqueue('start', 'default.target', 'replace');
}
/** The first lines of a kernel's boot. Most of what a real one prints is not modelled. */
function kernelMessages(host: Host): void {
  const release = host.sysctl('kernel.osrelease') ?? '';
  const version = host.sysctl('kernel.version') ?? '';
  const say = (text: string): void =>
    host.syslog({ facility: 'kern', priority: 'notice', tag: 'kernel', text, transport: 'kernel' });
  say(
    `Linux version ${release} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) ${version}`,
  );
  say(`Command line: BOOT_IMAGE=/boot/vmlinuz-${release} root=/dev/vda1 ro quiet net.ifnames=0`);
  say(`Memory: ${host.state.memoryMiB * 1024 - 51_200}K/${host.state.memoryMiB * 1024}K available`);
  say('EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.');
}
/** /etc/machine-id is made at the first boot. */
export function machineId(host: Host): string {
  const known = host.fs.readFile('/etc/machine-id', ROOT);
  if (typeof known === 'string' && /^[0-9a-f]{32}\n?$/.test(known)) return known.trim();
  const random = host.world.kernel.random(`machine-id:${host.name}`);
  const id = Array.from({ length: 4 }, () => random.nextUint32().toString(16).padStart(8, '0')).join('');
  host.fs.writeFile('/etc/machine-id', `${id}\n`, ROOT, { mode: 0o444 });
  return id;
}
function bootFinished(manager: Manager): void {
  const { state } = manager;
  const kernel = state.userspaceAt - state.kernelAt;
  const userspace = state.finishedAt - state.userspaceAt;
  const span = (micros: number): string => formatTimeSpan(micros, 1_000);
  manager.log(
    'info',
    isContainer(manager.host)
      ? `Startup finished in ${span(userspace)}.`
      : `Startup finished in ${span(kernel)} (kernel) + ${span(userspace)} (userspace) = ${span(kernel + userspace)}.`,
  );
  (manager.daemon.world as SimulatedWorld).bootFinished(manager.host);
}
