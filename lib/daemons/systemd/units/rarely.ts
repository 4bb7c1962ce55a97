/**
 * Units that Debian 12's systemd and its neighbours bring along and that rarely run on a server. They are here
 * for `list-unit-files`, `cat` and `status`; what their programs do is not modelled.
 */
import { type Section, unitText } from './table';

const PROGRAM = '/lib/systemd/systemd-not-modelled';
const of = (description: string, wantedBy?: string, unit: Section = {}): string =>
  unitText({
    Unit: { Description: description, DefaultDependencies: 'no', ...unit },
    Service: { Type: 'oneshot', RemainAfterExit: 'yes', ExecStart: PROGRAM },
    Install: wantedBy === undefined ? {} : { WantedBy: wantedBy },
  });
const getty = (description: string, install: Record<string, string>, unit: Record<string, string>): string =>
  unitText({
    Unit: {
      Description: description,
      Documentation: 'man:agetty(8) man:systemd-getty-generator(8)',
      After: 'systemd-user-sessions.service getty-pre.target rc-local.service',
      Before: 'getty.target',
      IgnoreOnIsolate: 'yes',
      ...unit,
    },
    Service: {
      ExecStart:
        description === 'Console Getty'
          ? "-/sbin/agetty -o '-p -- \\\\u' --noclear --keep-baud - 115200,38400,9600 $TERM"
          : "-/sbin/agetty -o '-p -- \\\\u' --keep-baud 115200,57600,38400,9600 - $TERM",
      Type: 'idle',
      Restart: 'always',
      UtmpIdentifier: description === 'Console Getty' ? 'cons' : '%I',
      StandardInput: 'tty',
      StandardOutput: 'tty',
      Environment: description === 'Console Getty' ? 'TERM=xterm' : 'TERM=vt220',
      TTYPath: description === 'Console Getty' ? '/dev/console' : '/dev/%I',
      TTYReset: 'yes',
      TTYVHangup: 'yes',
      IgnoreSIGPIPE: 'no',
      SendSIGHUP: 'yes',
    },
    Install: install,
  });

export const RARELY: Readonly<Record<string, string>> = {
  'console-getty.service': getty(
    'Console Getty',
    { WantedBy: 'getty.target' },
    { ConditionPathExists: '/dev/console' },
  ),
  'serial-getty@.service': getty('Serial Getty on %I', { WantedBy: 'getty.target' }, {}),
  'container-getty@.service': of('Container Getty on /dev/pts/%I'),
  'getty-static.service': of('getty on tty2-tty6 if dbus and logind are not available'),
  'debug-shell.service': of('Early root shell on /dev/tty9 FOR DEBUGGING ONLY', 'sysinit.target'),
  'initrd-cleanup.service': of('Cleaning Up and Shutting Down Daemons'),
  'initrd-parse-etc.service': of('Mountpoints Configured in the Real Root'),
  'initrd-switch-root.service': of('Switch Root'),
  'initrd-udevadm-cleanup-db.service': of('Cleanup udev Database'),
  'modprobe@.service': of('Load Kernel Module %i'),
  'pam_namespace.service': of('Set up PAM namespaces'),
  'quotaon.service': of('Enable File System Quotas'),
  'rc-local.service': unitText({
    Unit: {
      Description: '/etc/rc.local Compatibility',
      Documentation: 'man:systemd-rc-local-generator(8)',
      ConditionFileIsExecutable: '/etc/rc.local',
      After: 'network.target',
    },
    Service: {
      Type: 'forking',
      ExecStart: '/etc/rc.local start',
      TimeoutSec: 'infinity',
      RemainAfterExit: 'yes',
      GuessMainPID: 'no',
    },
  }),
  'system-update-cleanup.service': of('Remove the Offline System Updates Symlink'),
  'systemd-ask-password-console.service': of('Dispatch Password Requests to Console'),
  'systemd-ask-password-wall.service': of('Forward Password Requests to Wall'),
  'systemd-backlight@.service': of('Load/Save Screen Backlight Brightness of %i'),
  'systemd-boot-check-no-failures.service': of('Check if Any System Units Failed', 'boot-complete.target'),
  'systemd-exit.service': of('Exit the Session'),
  'systemd-firstboot.service': of('First Boot Wizard', undefined, {
    ConditionFirstBoot: 'yes',
  }),
  'systemd-fsck-root.service': of('File System Check on Root Device'),
  'systemd-fsck@.service': of('File System Check on %f'),
  'systemd-fsckd.service': of('File System Check Daemon to report status'),
  'systemd-hibernate-resume@.service': of('Resume from hibernation using device %f'),
  'systemd-hibernate.service': of('System Hibernate'),
  'systemd-hybrid-sleep.service': of('System Hybrid Suspend+Hibernate'),
  'systemd-initctl.service': of('initctl Compatibility Daemon'),
  'systemd-journald@.service': of('Journal Service for Namespace %i'),
  'systemd-kexec.service': of('Reboot via kexec'),
  'systemd-localed.service': of('Locale Service'),
  'systemd-machine-id-commit.service': of('Commit a transient machine-id on disk', undefined, {
    ConditionPathIsMountPoint: '/etc/machine-id',
  }),
  'systemd-network-generator.service': of(
    'Generate network units from Kernel command line',
    'sysinit.target',
  ),
  'systemd-networkd-wait-online.service': of('Wait for Network to be Configured', 'network-online.target'),
  'systemd-networkd-wait-online@.service': of(
    'Wait for Network Interface %I to be Configured',
    'network-online.target',
  ),
  'systemd-networkd.service': of('Network Configuration', 'multi-user.target'),
  'systemd-pcrphase-initrd.service': of('TPM2 PCR Barrier (initrd)'),
  'systemd-pcrphase-sysinit.service': of('TPM2 PCR Barrier (Initialization)', undefined, {
    ConditionSecurity: 'tpm2',
  }),
  'systemd-pcrphase.service': of('TPM2 PCR Barrier (User)', undefined, { ConditionSecurity: 'tpm2' }),
  'systemd-quotacheck.service': of('File System Quota Check'),
  'systemd-repart.service': of('Repartition Root Disk', undefined, {
    ConditionDirectoryNotEmpty: ['|/usr/lib/repart.d', '|/etc/repart.d'],
  }),
  'systemd-rfkill.service': of('Load/Save RF Kill Switch Status'),
  'systemd-suspend-then-hibernate.service': of('System Suspend; Hibernate if not used for a period of time'),
  'systemd-suspend.service': of('System Suspend'),
  'systemd-sysext.service': of('Merge System Extension Images into /usr/ and /opt/', 'sysinit.target'),
  'systemd-time-wait-sync.service': of('Wait Until Kernel Time Synchronized', 'sysinit.target'),
  'systemd-udev-settle.service': of('Wait for udev To Complete Device Initialization'),
  'systemd-volatile-root.service': of('Enforce Volatile Root File Systems'),
  'user-runtime-dir@.service': of('User Runtime Directory /run/user/%i'),
  'user@.service': of('User Manager for UID %i'),
};
/** Names of scripts of the old init that must not be run: systemd does their work. */
export const NEVER: readonly string[] = [
  'cryptdisks-early',
  'cryptdisks',
  'hwclock',
  'rc',
  'rcS',
  'sudo',
  'x11-common',
];
/** Drop-ins that come with packages. */
export const DROP_INS: Readonly<Record<string, string>> = {
  'rc-local.service.d/debian.conf':
    '[Unit]\n# not specified by LSB, but has been behaving that way in Debian under SysV\n# init and upstart\nAfter=network-online.target\n\n# Often contains status messages which users expect to see on the console\n# during boot\n[Service]\nStandardOutput=journal+console\nStandardError=journal+console\n',
  'systemd-localed.service.d/locale-gen.conf': '[Service]\nReadWritePaths=/etc /usr/lib/locale\n',
  'user@.service.d/10-login-barrier.conf': '[Unit]\nAfter=systemd-user-sessions.service\n',
};
