/** Services and timers of the base system, as Debian 12 ships them but for their sandboxing. */
import { type Section, unitText } from './table';

const EARLY = { DefaultDependencies: 'no', Conflicts: 'shutdown.target' };
const service = (unit: Section, own: Section, install: Section = {}): string =>
  unitText({ Unit: unit, Service: own, Install: install });
const oneshot = (unit: Section, command: string, more: Section = {}): string =>
  service(unit, { Type: 'oneshot', RemainAfterExit: 'yes', ExecStart: command, ...more });

export const SERVICES: Readonly<Record<string, string>> = {
  'systemd-journald.service': service(
    {
      Description: 'Journal Service',
      Documentation: 'man:systemd-journald.service(8) man:journald.conf(5)',
      DefaultDependencies: 'no',
      Requires: 'systemd-journald.socket',
      After: 'systemd-journald.socket systemd-journald-dev-log.socket',
      Before: 'sysinit.target',
      IgnoreOnIsolate: 'yes',
    },
    {
      ExecStart: '/lib/systemd/systemd-journald',
      OOMScoreAdjust: '-250',
      Restart: 'always',
      RestartSec: '0',
      RuntimeDirectory: 'systemd/journal',
      RuntimeDirectoryPreserve: 'yes',
      Sockets: 'systemd-journald.socket systemd-journald-dev-log.socket',
      StandardOutput: 'null',
      Type: 'notify',
      WatchdogSec: '3min',
      LimitNOFILE: '524288',
    },
  ),
  'systemd-journal-flush.service': oneshot(
    {
      Description: 'Flush Journal to Persistent Storage',
      Documentation: 'man:systemd-journald.service(8) man:journald.conf(5)',
      DefaultDependencies: 'no',
      Wants: 'systemd-journald.service',
      After: 'systemd-journald.service systemd-remount-fs.service',
      Before: 'systemd-tmpfiles-setup.service',
    },
    'journalctl --flush',
    { ExecStop: 'journalctl --smart-relinquish-var', TimeoutSec: '90s' },
  ),
  'systemd-remount-fs.service': service(
    {
      Description: 'Remount Root and Kernel File Systems',
      Documentation: [
        'man:systemd-remount-fs.service(8)',
        'https://www.freedesktop.org/wiki/Software/systemd/APIFileSystems',
      ],
      ...EARLY,
      Before: 'local-fs-pre.target local-fs.target shutdown.target',
      Wants: 'local-fs-pre.target',
    },
    { Type: 'oneshot', RemainAfterExit: 'yes', ExecStart: '/lib/systemd/systemd-remount-fs' },
    { WantedBy: 'local-fs.target' },
  ),
  'systemd-sysusers.service': oneshot(
    {
      Description: 'Create System Users',
      Documentation: 'man:sysusers.d(5) man:systemd-sysusers.service(8)',
      ...EARLY,
      After: 'systemd-remount-fs.service',
      Before: 'sysinit.target shutdown.target',
    },
    'systemd-sysusers',
    { TimeoutSec: '90s' },
  ),
  'systemd-tmpfiles-setup-dev.service': oneshot(
    {
      Description: 'Create Static Device Nodes in /dev',
      Documentation: 'man:tmpfiles.d(5) man:systemd-tmpfiles(8)',
      ...EARLY,
      After: 'systemd-sysusers.service',
      Before: 'sysinit.target local-fs-pre.target systemd-udevd.service shutdown.target',
    },
    'systemd-tmpfiles --prefix=/dev --create --boot',
    { SuccessExitStatus: 'DATAERR CANTCREAT' },
  ),
  'systemd-tmpfiles-setup.service': oneshot(
    {
      Description: 'Create System Files and Directories',
      Documentation: 'man:tmpfiles.d(5) man:systemd-tmpfiles(8)',
      ...EARLY,
      After: 'local-fs.target systemd-sysusers.service systemd-journald.service',
      Before: 'sysinit.target shutdown.target',
      RefuseManualStop: 'yes',
    },
    'systemd-tmpfiles --create --remove --boot --exclude-prefix=/dev',
    { SuccessExitStatus: 'DATAERR CANTCREAT' },
  ),
  'systemd-tmpfiles-clean.service': service(
    {
      Description: 'Cleanup of Temporary Directories',
      Documentation: 'man:tmpfiles.d(5) man:systemd-tmpfiles(8)',
      ...EARLY,
      After: 'local-fs.target time-set.target',
      Before: 'shutdown.target',
    },
    {
      Type: 'oneshot',
      ExecStart: 'systemd-tmpfiles --clean',
      SuccessExitStatus: 'DATAERR',
      IOSchedulingClass: 'idle',
    },
  ),
  'systemd-tmpfiles-clean.timer': unitText({
    Unit: {
      Description: 'Daily Cleanup of Temporary Directories',
      Documentation: 'man:tmpfiles.d(5) man:systemd-tmpfiles(8)',
    },
    Timer: { OnBootSec: '15min', OnUnitActiveSec: '1d' },
  }),
  'systemd-modules-load.service': oneshot(
    {
      Description: 'Load Kernel Modules',
      ConditionCapability: 'CAP_SYS_MODULE',
      Documentation: 'man:systemd-modules-load.service(8) man:modules-load.d(5)',
      ...EARLY,
      Before: 'sysinit.target shutdown.target',
    },
    '/lib/systemd/systemd-modules-load',
    { TimeoutSec: '90s' },
  ),
  'systemd-binfmt.service': oneshot(
    {
      Description: 'Set Up Additional Binary Formats',
      ConditionPathIsReadWrite: '/proc/sys',
      Documentation: 'man:systemd-binfmt.service(8) man:binfmt.d(5)',
      ...EARLY,
      After: 'local-fs.target',
      Before: 'sysinit.target shutdown.target',
    },
    '/lib/systemd/systemd-binfmt',
    { ExecStop: '/lib/systemd/systemd-binfmt --unregister', TimeoutSec: '90s' },
  ),
  'systemd-random-seed.service': oneshot(
    {
      Description: 'Load/Save Random Seed',
      ConditionVirtualization: '!container',
      Documentation: 'man:systemd-random-seed.service(8) man:random(4)',
      ...EARLY,
      After: 'systemd-remount-fs.service',
      Before: 'first-boot-complete.target shutdown.target',
    },
    '/lib/systemd/systemd-random-seed load',
    { ExecStop: '/lib/systemd/systemd-random-seed save', TimeoutSec: '10min' },
  ),
  'systemd-pstore.service': service(
    {
      Description: 'Platform Persistent Storage Archival',
      Documentation: 'man:systemd-pstore(8)',
      DefaultDependencies: 'no',
      ConditionDirectoryNotEmpty: '/sys/fs/pstore',
      Conflicts: 'shutdown.target',
      Before: 'sysinit.target shutdown.target',
      After: 'systemd-remount-fs.service',
    },
    {
      Type: 'oneshot',
      ExecStart: '/lib/systemd/systemd-pstore',
      RemainAfterExit: 'yes',
      StateDirectory: 'systemd/pstore',
    },
    { WantedBy: 'sysinit.target' },
  ),
  'systemd-update-utmp.service': oneshot(
    {
      Description: 'Record System Boot/Shutdown in UTMP',
      Documentation: 'man:systemd-update-utmp.service(8) man:utmp(5)',
      ...EARLY,
      After: 'systemd-remount-fs.service systemd-tmpfiles-setup.service',
      Before: 'sysinit.target shutdown.target',
    },
    '/lib/systemd/systemd-update-utmp reboot',
    { ExecStop: '/lib/systemd/systemd-update-utmp shutdown' },
  ),
  'systemd-update-utmp-runlevel.service': service(
    {
      Description: 'Record Runlevel Change in UTMP',
      Documentation: 'man:systemd-update-utmp-runlevel.service(8) man:utmp(5)',
      ...EARLY,
      Requisite: 'systemd-update-utmp.service',
      After: [
        'systemd-update-utmp.service',
        'runlevel1.target runlevel2.target runlevel3.target runlevel4.target runlevel5.target',
      ],
      Before: 'shutdown.target',
    },
    { Type: 'oneshot', ExecStart: '/lib/systemd/systemd-update-utmp runlevel' },
  ),
  'systemd-user-sessions.service': oneshot(
    {
      Description: 'Permit User Sessions',
      Documentation: 'man:systemd-user-sessions.service(8)',
      After: 'remote-fs.target nss-user-lookup.target network.target',
    },
    '/lib/systemd/systemd-user-sessions start',
    { ExecStop: '/lib/systemd/systemd-user-sessions stop' },
  ),
  'systemd-logind.service': service(
    {
      Description: 'User Login Management',
      Documentation: [
        'man:sd-login(3)',
        'man:systemd-logind.service(8)',
        'man:logind.conf(5)',
        'man:org.freedesktop.login1(5)',
      ],
      After: 'nss-user-lookup.target dbus.socket',
      Wants: 'dbus.socket',
    },
    {
      ExecStart: '/lib/systemd/systemd-logind',
      Type: 'notify',
      Restart: 'always',
      RestartSec: '0',
      RuntimeDirectory: 'systemd/sessions systemd/seats systemd/users systemd/inhibit systemd/shutdown',
      RuntimeDirectoryPreserve: 'yes',
      WatchdogSec: '3min',
      LimitNOFILE: '524288',
    },
  ),
  'systemd-hostnamed.service': service(
    {
      Description: 'Hostname Service',
      Documentation: [
        'man:systemd-hostnamed.service(8)',
        'man:hostname(5)',
        'man:machine-info(5)',
        'man:org.freedesktop.hostname1(5)',
      ],
    },
    { ExecStart: '/lib/systemd/systemd-hostnamed', WatchdogSec: '3min' },
  ),
  'systemd-timedated.service': service(
    {
      Description: 'Time & Date Service',
      Documentation: [
        'man:systemd-timedated.service(8)',
        'man:localtime(5)',
        'man:org.freedesktop.timedate1(5)',
      ],
    },
    { ExecStart: '/lib/systemd/systemd-timedated', WatchdogSec: '3min' },
  ),
  'systemd-timesyncd.service': service(
    {
      Description: 'Network Time Synchronization',
      Documentation: 'man:systemd-timesyncd.service(8)',
      ConditionVirtualization: '!container',
      DefaultDependencies: 'no',
      After: 'systemd-sysusers.service',
      Before: 'time-set.target sysinit.target shutdown.target',
      Conflicts: 'shutdown.target',
      Wants: 'time-set.target',
    },
    {
      ExecStart: '!!/lib/systemd/systemd-timesyncd',
      Restart: 'always',
      RestartSec: '0',
      RuntimeDirectory: 'systemd/timesync',
      StateDirectory: 'systemd/timesync',
      Type: 'notify',
      User: 'systemd-timesync',
      WatchdogSec: '3min',
    },
    { WantedBy: 'sysinit.target', Alias: 'dbus-org.freedesktop.timesync1.service' },
  ),
  'systemd-udevd.service': service(
    {
      Description: 'Rule-based Manager for Device Events and Files',
      ConditionPathIsReadWrite: '/sys',
      Documentation: 'man:systemd-udevd.service(8) man:udev(7)',
      DefaultDependencies: 'no',
      After: 'systemd-sysusers.service',
      Before: 'sysinit.target',
      IgnoreOnIsolate: 'yes',
    },
    {
      ExecStart: '/lib/systemd/systemd-udevd',
      Type: 'notify',
      Restart: 'always',
      RestartSec: '0',
      OOMScoreAdjust: '-1000',
      KillMode: 'mixed',
      TasksMax: 'infinity',
    },
  ),
  'systemd-udev-trigger.service': oneshot(
    {
      Description: 'Coldplug All udev Devices',
      ConditionPathIsReadWrite: '/sys',
      Documentation: 'man:udev(7) man:systemd-udevd.service(8)',
      DefaultDependencies: 'no',
      Wants: 'systemd-udevd.service',
      After: 'systemd-udevd.service',
      Before: 'sysinit.target',
    },
    '-udevadm trigger --type=all --action=add --prioritized-subsystem=module,block,tpmrm,net,tty,input',
  ),
  'kmod-static-nodes.service': oneshot(
    {
      Description: 'Create List of Static Device Nodes',
      ConditionCapability: 'CAP_SYS_MODULE',
      DefaultDependencies: 'no',
      Before: 'sysinit.target systemd-tmpfiles-setup-dev.service',
    },
    '/bin/kmod static-nodes --format=tmpfiles --output=/run/tmpfiles.d/static-nodes.conf',
  ),
  'ifupdown-pre.service': service(
    {
      Description: 'Helper to synchronize boot up for ifupdown',
      Documentation: 'man:interfaces(5)',
      DefaultDependencies: 'no',
      Wants: 'network.target',
      After: 'systemd-udev-trigger.service local-fs.target',
      Before: 'network.target shutdown.target',
      Conflicts: 'shutdown.target',
    },
    { Type: 'oneshot', ExecStart: '/bin/sh -c true', RemainAfterExit: 'true' },
  ),
  'dbus.service': service(
    { Description: 'D-Bus System Message Bus', Documentation: 'man:dbus-daemon(1)', Requires: 'dbus.socket' },
    {
      Type: 'notify',
      NotifyAccess: 'main',
      ExecStart:
        '/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only',
      ExecReload:
        '/usr/bin/dbus-send --print-reply --system --type=method_call --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig',
      OOMScoreAdjust: '-900',
    },
  ),
  'getty@.service': service(
    {
      Description: 'Getty on %I',
      Documentation: [
        'man:agetty(8) man:systemd-getty-generator(8)',
        'https://0pointer.de/blog/projects/serial-console.html',
      ],
      After: 'systemd-user-sessions.service getty-pre.target rc-local.service',
      Before: 'getty.target',
      IgnoreOnIsolate: 'yes',
      Conflicts: 'rescue.service',
      ConditionPathExists: '/dev/tty0',
    },
    {
      ExecStart: "-/sbin/agetty -o '-p -- \\\\u' --noclear - $TERM",
      Type: 'idle',
      Restart: 'always',
      RestartSec: '0',
      UtmpIdentifier: '%I',
      StandardInput: 'tty',
      StandardOutput: 'tty',
      Environment: 'TERM=linux',
      TTYPath: '/dev/%I',
      TTYReset: 'yes',
      TTYVHangup: 'yes',
      TTYVTDisallocate: 'yes',
      IgnoreSIGPIPE: 'no',
      SendSIGHUP: 'yes',
    },
    { WantedBy: 'getty.target', DefaultInstance: 'tty1' },
  ),
  'rescue.service': service(
    {
      Description: 'Rescue Shell',
      Documentation: 'man:sulogin(8)',
      DefaultDependencies: 'no',
      Conflicts: 'shutdown.target',
      After: 'sysinit.target',
      Before: 'shutdown.target',
    },
    {
      Type: 'idle',
      ExecStart: '-/lib/systemd/systemd-sulogin-shell rescue',
      KillMode: 'process',
      SendSIGHUP: 'yes',
      StandardInput: 'tty-force',
      StandardOutput: 'tty',
    },
  ),
  'emergency.service': service(
    {
      Description: 'Emergency Shell',
      Documentation: 'man:sulogin(8)',
      DefaultDependencies: 'no',
      Conflicts: 'shutdown.target rescue.service',
      Before: 'shutdown.target rescue.service',
    },
    {
      Type: 'idle',
      ExecStart: '-/lib/systemd/systemd-sulogin-shell emergency',
      KillMode: 'process',
      SendSIGHUP: 'yes',
      StandardInput: 'tty-force',
      StandardOutput: 'tty',
    },
  ),
  'e2scrub_reap.service': service(
    { Description: 'Remove Stale Online ext4 Metadata Check Snapshots', Documentation: 'man:e2scrub_all(8)' },
    { Type: 'oneshot', ExecStart: '/sbin/e2scrub_all -A -r', SyslogIdentifier: '%N', RemainAfterExit: 'no' },
    { WantedBy: 'multi-user.target' },
  ),
};
