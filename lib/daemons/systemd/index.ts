/** systemd 252 as on Debian 12: manager, unit files, journal, and the commands that speak to them. */
import type { FileSpec } from '../../world/files.contract';
import type { Host, Registry } from '../../world/world.contract';
import { initDaemon, initProgram } from './boot';
import { INIT, managerOf } from './host-manager';
import { loadedUnits } from './loaded';
import { unitFileState, withLinks } from './enable';
import { JOURNAL_GROUP } from './journal-store';
import { journald } from './tools/journald';
import { background, backgroundDaemon, logind, notModelled, quiet } from './tools/programs';
import { tmpfiles } from './tools/tmpfiles';
import type { Manager } from './manager';
import type { ManagerState } from './state';
import { withListing } from './unit-file/search';
import { SERVICES } from './units/services';
import { SHIPPED_CONFIGURATION } from './units/shipped/configuration';
import { SHIPPED_PACKAGES } from './units/shipped/packages';
import { SHIPPED_TARGETS } from './units/shipped/targets';
import { DROP_INS, NEVER, RARELY } from './units/rarely';
import { ENABLED, LINKS, PRESET, TARGETS } from './units/targets';
import { registerCommands } from './commands';

export { enableUnit } from './enable';
export { rereadCommand } from './loaded';

const FOLDER = '/lib/systemd/system';
/** Services that have a script in /etc/init.d beside their unit: enabling them goes through systemd-sysv-install. */
const WITH_SCRIPTS = ['haproxy', 'nginx', 'keepalived', 'cron', 'ssh', 'dnsmasq', 'rsync'];

/** One row of a host's list of units. */
export interface UnitRow {
  name: string;
  description: string;
  active: string;
  sub: string;
  enabled: string;
  mainPid: number;
}
/** Loaded services of a running host, by name. */
export function unitList(host: Host): UnitRow[] {
  const manager = managerOf(host);
  if (manager === undefined) return [];
  return withListing(host, () => withLinks(host, () => rowsOf(manager)));
}
/** How each of a host's services stands, for who asks often: without looking up what is enabled. */
export function unitStates(host: Host): (name: string) => Pick<UnitRow, 'active' | 'sub'> | undefined {
  const init = host.state.processes.get(1)?.daemon;
  const units = init?.kind === INIT ? (init.state as ManagerState).units : undefined;
  return (name) => {
    const unit = units?.get(name);
    return unit === undefined || (unit.definition.load !== 'loaded' && unit.active === 'inactive')
      ? undefined
      : unit;
  };
}
function rowsOf(manager: Manager): UnitRow[] {
  const { host } = manager;
  return [...manager.state.units.values()]
    .filter(
      ({ definition, active }) =>
        definition.type === 'service' && (definition.load === 'loaded' || active !== 'inactive'),
    )
    .map((unit) => ({
      name: unit.definition.name,
      description: unit.definition.description,
      active: unit.active,
      sub: unit.sub,
      enabled: unitFileState(host, unit.definition.name) ?? '',
      mainPid: unit.service?.mainPid ?? 0,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function register(registry: Registry): void {
  registry.loadedFiles(loadedUnits);
  registry.daemon(initDaemon);
  registry.unitLister(unitList);
  registry.daemon(backgroundDaemon);
  registerCommands(registry);
  registerHelpers(registry);
  registry.package('systemd', packageFiles());
  registry.package('systemd-sysv', {
    '/sbin/init': { program: 'systemd/init' },
    '/sbin/telinit': { program: 'systemd/init' },
  });
  for (const name of WITH_SCRIPTS) {
    const script = registry.packageFiles(name)?.[`/etc/init.d/${name}`];
    if (script === undefined)
      registry.package(name === 'ssh' ? 'openssh-server' : name, {
        [`/etc/init.d/${name}`]: { text: initScript(name), mode: 0o755 },
      });
  }
}
function initScript(name: string): string {
  const rotate =
    name === 'nginx'
      ? 'if [ "$1" = rotate ]; then\n\tkill -s USR1 $(cat /run/nginx.pid)\n\texit $?\nfi\n'
      : '';
  return `#!/bin/sh\n### BEGIN INIT INFO\n# Provides:          ${name}\n# Required-Start:    $local_fs $network $remote_fs $syslog\n# Required-Stop:     $local_fs $network $remote_fs $syslog\n# Default-Start:     2 3 4 5\n# Default-Stop:      0 1 6\n### END INIT INFO\n${rotate}exec systemctl "$1" ${name}.service\n`;
}
function registerHelpers(registry: Registry): void {
  registry.program('systemd/init', initProgram);
  registry.program('systemd/journald', journald);
  registry.program('systemd/tmpfiles', tmpfiles);
  registry.program('systemd/not-modelled', notModelled);
  registry.program('systemd/quiet', quiet(60));
  registry.program('systemd/udevadm', quiet(350));
  registry.program('systemd/logind', logind);
  registry.program('systemd/bus-service', background({ rssKiB: 6_780, readyMillis: 90 }));
  registry.program('systemd/udevd', background({ rssKiB: 5_860, readyMillis: 60 }));
  registry.program('systemd/timesyncd', background({ rssKiB: 6_708, readyMillis: 80 }));
  registry.program(
    'systemd/dbus-daemon',
    background({ rssKiB: 4_336, readyMillis: 40, becomes: 'messagebus' }),
  );
  registry.program('systemd/agetty', background({ rssKiB: 1_060, readyMillis: 1 }));
}
function packageFiles(): Record<string, FileSpec> {
  const files: Record<string, FileSpec> = {};
  for (const [name, text] of Object.entries({
    ...TARGETS,
    ...SERVICES,
    ...RARELY,
    ...DROP_INS,
    ...SHIPPED_TARGETS,
    ...SHIPPED_PACKAGES,
  }))
    files[`${FOLDER}/${name}`] = { text };
  for (const name of NEVER) files[`${FOLDER}/${name}.service`] = { link: '/dev/null' };
  for (const [name, target] of Object.entries(LINKS)) files[`${FOLDER}/${name}`] = { link: target };
  for (const [path, target] of Object.entries(ENABLED)) files[path] = { link: target };
  files[`${FOLDER}/network.target.wants/ifupdown-pre.service`] = { link: '../ifupdown-pre.service' };
  files['/usr/lib/systemd/system-preset/90-systemd.preset'] = { text: PRESET };
  files['/usr/lib/tmpfiles.d/tmp.conf'] = {
    text: '# See tmpfiles.d(5) for details\n\n# Clear tmp directories separately, to make them easier to override\nD /tmp 1777 root root -\n#q /var/tmp 1777 root root 30d\n',
  };
  Object.assign(files, LOG_FILES);
  for (const [path, text] of Object.entries(SHIPPED_CONFIGURATION)) files[path] = { text };
  files['/dev/tty0'] = { text: '', mode: 0o620 };
  files['/dev/tty1'] = { text: '', mode: 0o620 };
  for (const [path, program] of Object.entries(PROGRAMS)) files[path] = { program };
  return files;
}
/** What an installed Debian has in /var/log before anything is logged (base-files, login, apt, dpkg, systemd). */
const LOG_FILES: Readonly<Record<string, FileSpec>> = {
  '/var/log/README': { link: '../../usr/share/doc/systemd/README.logs' },
  '/usr/share/doc/systemd/README.logs': {
    text: 'You are looking for the traditional text log files in /var/log, and they are\ngone?\n\nHere\'s an explanation on what\'s going on:\n\nYou are running a systemd-based OS where traditional syslog has been replaced\nwith the Journal. The journal stores the same (and more) information as classic\nsyslog. To make use of the journal and access the collected log data simply\ninvoke "journalctl", which will output the logs in the identical text-based\nformat the syslog files in /var/log used to be. For further details, please\nrefer to journalctl(1).\n',
  },
  '/var/log/alternatives.log': { text: '' },
  '/var/log/apt': { directory: true },
  '/var/log/bootstrap.log': { text: '' },
  '/var/log/btmp': { text: '', mode: 0o660, gid: 43 },
  '/var/log/dpkg.log': { text: '' },
  '/var/log/faillog': { text: '' },
  // Debian's systemd.postinst: "Enable persistent journal, in auto-mode, by default on new installs".
  '/var/log/journal': { directory: true, mode: 0o2755, gid: JOURNAL_GROUP },
  '/var/log/lastlog': { text: '', mode: 0o664, gid: 43 },
  '/var/log/private': { directory: true, mode: 0o700 },
  '/var/log/wtmp': { text: '', mode: 0o664, gid: 43 },
};
const QUIET = [
  '/lib/systemd/systemd-remount-fs',
  '/lib/systemd/systemd-modules-load',
  '/lib/systemd/systemd-binfmt',
  '/lib/systemd/systemd-random-seed',
  '/lib/systemd/systemd-update-utmp',
  '/lib/systemd/systemd-user-sessions',
  '/lib/systemd/systemd-pstore',
  '/usr/bin/systemd-sysusers',
  '/usr/bin/kmod',
  '/usr/sbin/e2scrub_all',
];
const PROGRAMS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(QUIET.map((path) => [path, 'systemd/quiet'])),
  ...Object.fromEntries(
    [
      '/usr/lib/apt/apt.systemd.daily',
      '/usr/libexec/dpkg/dpkg-db-backup',
      '/usr/bin/mandb',
      '/usr/sbin/fstrim',
      '/lib/systemd/systemd-sulogin-shell',
    ].map((path) => [path, 'systemd/not-modelled']),
  ),
  '/lib/systemd/systemd': 'systemd/init',
  '/lib/systemd/systemd-journald': 'systemd/journald',
  '/usr/bin/systemd-tmpfiles': 'systemd/tmpfiles',
  '/lib/systemd/systemd-logind': 'systemd/logind',
  '/lib/systemd/systemd-hostnamed': 'systemd/bus-service',
  '/lib/systemd/systemd-timedated': 'systemd/bus-service',
  '/lib/systemd/systemd-udevd': 'systemd/udevd',
  '/lib/systemd/systemd-timesyncd': 'systemd/timesyncd',
  '/usr/bin/dbus-daemon': 'systemd/dbus-daemon',
  '/usr/bin/dbus-send': 'systemd/quiet',
  '/usr/bin/udevadm': 'systemd/udevadm',
  '/usr/sbin/agetty': 'systemd/agetty',
  '/lib/systemd/systemd-not-modelled': 'systemd/not-modelled',
};
