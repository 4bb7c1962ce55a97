/** Targets and other units without processes, as Debian 12's systemd ships them. Source: systemd.special(7). */
import { type Section, unitText } from './table';

const SPECIAL = 'man:systemd.special(7)';
const target = (description: string, unit: Section = {}, install: Section = {}): string =>
  unitText({ Unit: { Description: description, Documentation: SPECIAL, ...unit }, Install: install });
const kernelMount = (
  description: string,
  where: string,
  type: string,
  capability = 'CAP_SYS_RAWIO',
): string =>
  unitText({
    Unit: {
      Description: description,
      DefaultDependencies: 'no',
      Before: 'sysinit.target',
      ConditionPathExists: where,
      ConditionCapability: capability,
    },
    Mount: { What: type, Where: where, Type: type },
  });
const passwordPath = (description: string): string =>
  unitText({
    Unit: {
      Description: description,
      Documentation: 'man:systemd-ask-password-console.path(8)',
      DefaultDependencies: 'no',
      Conflicts: 'shutdown.target',
      Before: 'paths.target cryptsetup.target shutdown.target',
    },
    Path: { DirectoryNotEmpty: '/run/systemd/ask-password', MakeDirectory: 'yes' },
  });
const LATE = { DefaultDependencies: 'no' };

export const TARGETS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ['reboot', 'System Reboot'],
      ['poweroff', 'System Power Off'],
      ['halt', 'System Halt'],
    ].flatMap(([verb = '', description = '']): [string, string][] => [
      [
        `${verb}.target`,
        target(
          description,
          {
            ...LATE,
            Requires: `systemd-${verb}.service`,
            After: `systemd-${verb}.service`,
            AllowIsolate: 'yes',
            ...(verb === 'halt' ? {} : { JobTimeoutSec: '30min', JobTimeoutAction: `${verb}-force` }),
          },
          { Alias: 'ctrl-alt-del.target' },
        ),
      ],
      [
        `systemd-${verb}.service`,
        unitText({
          Unit: {
            Description: description,
            Documentation: 'man:systemd-halt.service(8)',
            ...LATE,
            Requires: 'shutdown.target umount.target final.target',
            After: 'shutdown.target umount.target final.target',
            SuccessAction: `${verb}-force`,
          },
        }),
      ],
    ]),
  ),
  'dev-hugepages.mount': unitText({
    Unit: { Description: 'Huge Pages File System', DefaultDependencies: 'no', Before: 'sysinit.target' },
    Mount: { What: 'hugetlbfs', Where: '/dev/hugepages', Type: 'hugetlbfs' },
  }),
  'dev-mqueue.mount': unitText({
    Unit: {
      Description: 'POSIX Message Queue File System',
      DefaultDependencies: 'no',
      Before: 'sysinit.target',
    },
    Mount: { What: 'mqueue', Where: '/dev/mqueue', Type: 'mqueue' },
  }),
  'proc-sys-fs-binfmt_misc.automount': unitText({
    Unit: {
      Description: 'Arbitrary Executable File Formats File System Automount Point',
      DefaultDependencies: 'no',
      Before: 'sysinit.target',
      ConditionPathExists: '/proc/sys/fs/binfmt_misc/',
      ConditionPathIsReadWrite: '/proc/sys/',
    },
    Automount: { Where: '/proc/sys/fs/binfmt_misc' },
  }),
  'sys-fs-fuse-connections.mount': kernelMount(
    'FUSE Control File System',
    '/sys/fs/fuse/connections',
    'fusectl',
    'CAP_SYS_ADMIN',
  ),
  'sys-kernel-config.mount': kernelMount(
    'Kernel Configuration File System',
    '/sys/kernel/config',
    'configfs',
  ),
  'sys-kernel-debug.mount': kernelMount('Kernel Debug File System', '/sys/kernel/debug', 'debugfs'),
  'sys-kernel-tracing.mount': kernelMount('Kernel Trace File System', '/sys/kernel/tracing', 'tracefs'),
  'systemd-ask-password-console.path': passwordPath('Dispatch Password Requests to Console Directory Watch'),
  'systemd-ask-password-wall.path': passwordPath('Forward Password Requests to Wall Directory Watch'),
  'systemd-journald.socket': unitText({
    Unit: {
      Description: 'Journal Socket',
      Documentation: 'man:systemd-journald.service(8) man:journald.conf(5)',
      DefaultDependencies: 'no',
      Before: 'sockets.target',
      IgnoreOnIsolate: 'yes',
    },
    Socket: {
      ListenDatagram: '/run/systemd/journal/socket',
      ListenStream: '/run/systemd/journal/stdout',
      Service: 'systemd-journald.service',
      SocketMode: '0666',
    },
  }),
  'systemd-journald-dev-log.socket': unitText({
    Unit: {
      Description: 'Journal Socket (/dev/log)',
      Documentation: 'man:systemd-journald.service(8) man:journald.conf(5)',
      DefaultDependencies: 'no',
      Before: 'sockets.target',
      IgnoreOnIsolate: 'yes',
    },
    Socket: {
      ListenDatagram: '/run/systemd/journal/dev-log',
      Service: 'systemd-journald.service',
      SocketMode: '0666',
      Symlinks: '/dev/log',
    },
  }),
  'systemd-initctl.socket': unitText({
    Unit: {
      Description: 'initctl Compatibility Named Pipe',
      Documentation: 'man:systemd-initctl.socket(8)',
      DefaultDependencies: 'no',
      Before: 'sockets.target',
    },
    Socket: { ListenFIFO: '/run/initctl', Symlinks: '/dev/initctl', SocketMode: '0600' },
  }),
  'dbus.socket': unitText({
    Unit: { Description: 'D-Bus System Message Bus Socket' },
    Socket: { ListenStream: '/run/dbus/system_bus_socket' },
  }),
};
/** Other names, and what pulls what in. */
export const LINKS: Readonly<Record<string, string>> = {
  'default.target': 'graphical.target',
  'ctrl-alt-del.target': 'reboot.target',
  'runlevel0.target': 'poweroff.target',
  'runlevel1.target': 'rescue.target',
  'runlevel2.target': 'multi-user.target',
  'runlevel3.target': 'multi-user.target',
  'runlevel4.target': 'multi-user.target',
  'runlevel5.target': 'graphical.target',
  'runlevel6.target': 'reboot.target',
  'autovt@.service': 'getty@.service',
  'procps.service': 'systemd-sysctl.service',
  'kmod.service': 'systemd-modules-load.service',
  'dbus-org.freedesktop.hostname1.service': 'systemd-hostnamed.service',
  'dbus-org.freedesktop.locale1.service': 'systemd-localed.service',
  'udev.service': 'systemd-udevd.service',
  'dbus-org.freedesktop.login1.service': 'systemd-logind.service',
  'dbus-org.freedesktop.timedate1.service': 'systemd-timedated.service',
  ...wants('sysinit.target', [
    'cryptsetup.target',
    'integritysetup.target',
    'veritysetup.target',
    'dev-hugepages.mount',
    'dev-mqueue.mount',
    'kmod-static-nodes.service',
    'proc-sys-fs-binfmt_misc.automount',
    'sys-fs-fuse-connections.mount',
    'sys-kernel-config.mount',
    'sys-kernel-debug.mount',
    'sys-kernel-tracing.mount',
    'systemd-ask-password-console.path',
    'systemd-binfmt.service',
    'systemd-firstboot.service',
    'systemd-journal-flush.service',
    'systemd-journald.service',
    'systemd-machine-id-commit.service',
    'systemd-modules-load.service',
    'systemd-pcrphase-sysinit.service',
    'systemd-pcrphase.service',
    'systemd-random-seed.service',
    'systemd-repart.service',
    'systemd-sysusers.service',
    'systemd-tmpfiles-setup-dev.service',
    'systemd-tmpfiles-setup.service',
    'systemd-update-utmp.service',
    'systemd-udevd.service',
    'systemd-udev-trigger.service',
  ]),
  ...wants('sockets.target', [
    'dbus.socket',
    'systemd-initctl.socket',
    'systemd-journald-dev-log.socket',
    'systemd-journald.socket',
  ]),
  ...wants('multi-user.target', [
    'dbus.service',
    'getty.target',
    'systemd-ask-password-wall.path',
    'systemd-logind.service',
    'systemd-update-utmp-runlevel.service',
    'systemd-user-sessions.service',
  ]),
  ...wants('graphical.target', ['systemd-update-utmp-runlevel.service']),
  ...wants('rescue.target', ['systemd-update-utmp-runlevel.service']),
  ...wants('timers.target', ['systemd-tmpfiles-clean.timer']),
};
function wants(unit: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${unit}.wants/${name}`, `../${name}`]));
}
/** What the installer enabled. */
export const ENABLED: Readonly<Record<string, string>> = {
  '/etc/systemd/system/getty.target.wants/getty@tty1.service': '/lib/systemd/system/getty@.service',
  '/etc/systemd/system/multi-user.target.wants/remote-fs.target': '/lib/systemd/system/remote-fs.target',
  '/etc/systemd/system/multi-user.target.wants/e2scrub_reap.service':
    '/lib/systemd/system/e2scrub_reap.service',
  '/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service':
    '/lib/systemd/system/systemd-timesyncd.service',
  '/etc/systemd/system/dbus-org.freedesktop.timesync1.service':
    '/lib/systemd/system/systemd-timesyncd.service',
  '/etc/systemd/system/sysinit.target.wants/systemd-pstore.service':
    '/lib/systemd/system/systemd-pstore.service',
  ...Object.fromEntries(
    ['apt-daily', 'apt-daily-upgrade', 'dpkg-db-backup', 'e2scrub_all', 'fstrim', 'logrotate', 'man-db'].map(
      (name) => [
        `/etc/systemd/system/timers.target.wants/${name}.timer`,
        `/lib/systemd/system/${name}.timer`,
      ],
    ),
  ),
};
export const PRESET = `# See systemd.preset(5)
enable remote-fs.target
enable remote-cryptsetup.target
enable machines.target
enable getty@.service
enable systemd-timesyncd.service
enable systemd-pstore.service
disable console-getty.service
disable debug-shell.service
disable exit.target
disable halt.target
disable kexec.target
disable poweroff.target
disable reboot.target
disable rescue.target
disable ctrl-alt-del.target
disable proc-sys-fs-binfmt_misc.mount
disable syslog.socket
disable systemd-boot-check-no-failures.service
disable systemd-journal-gatewayd.*
disable systemd-journal-remote.*
disable systemd-journal-upload.*
disable systemd-networkd-wait-online.service
disable systemd-time-wait-sync.service
disable tmp.mount
`;
