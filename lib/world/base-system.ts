/**
 * What every Debian 12 host has before any package: the directory tree, users,
 * devices and a few files of /etc. Programs come with packages.
 */
import { NETBASE_FILES } from './netbase';
import type { FileSpec } from './files.contract';
import { type Files, ROOT } from './files';
import { hashPassword } from './passwords';
import type { HostSetup } from './world.contract';

const DIRECTORIES = [
  '/boot',
  '/dev',
  '/dev/shm',
  '/etc',
  '/etc/default',
  '/etc/systemd/system',
  '/etc/sysctl.d',
  '/etc/network/interfaces.d',
  '/etc/cron.d',
  '/etc/cron.daily',
  '/etc/modprobe.d',
  '/etc/modules-load.d',
  '/etc/opt',
  '/etc/security/limits.d',
  '/etc/tmpfiles.d',
  '/etc/ssh',
  '/etc/ssl/certs',
  '/etc/ssl/private',
  '/etc/sudoers.d',
  '/etc/logrotate.d',
  '/etc/skel',
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/run/lock',
  '/srv',
  '/sys',
  '/tmp',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib/systemd/system',
  '/usr/lib/sysctl.d',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/lib',
  '/usr/share/doc',
  '/usr/share/man',
  '/usr/libexec',
  '/var/backups',
  '/var/cache',
  '/var/lib',
  '/var/lib/systemd',
  '/var/log',
  '/var/mail',
  '/var/spool/cron/crontabs',
  '/var/tmp',
  '/var/www',
];
const LINKS: Readonly<Record<string, string>> = {
  '/bin': 'usr/bin',
  '/sbin': 'usr/sbin',
  '/lib': 'usr/lib',
  '/lib64': 'usr/lib64',
  '/var/run': '/run',
  '/var/lock': '/run/lock',
  '/etc/mtab': '../proc/self/mounts',
  '/dev/fd': '/proc/self/fd',
  '/dev/stdin': '/proc/self/fd/0',
  '/dev/stdout': '/proc/self/fd/1',
  '/dev/stderr': '/proc/self/fd/2',
};
const DEVICES: readonly [string, string][] = [
  ['null', 'null'],
  ['zero', 'zero'],
  ['full', 'full'],
  ['random', 'urandom'],
  ['urandom', 'urandom'],
  ['tty', 'tty'],
  ['console', 'null'],
];

interface SystemUser {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
  gecos?: string;
}
const SYSTEM_USERS: readonly SystemUser[] = [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', gecos: 'root' },
  { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/usr/sbin/nologin', gecos: 'daemon' },
  { name: 'bin', uid: 2, gid: 2, home: '/bin', shell: '/usr/sbin/nologin', gecos: 'bin' },
  { name: 'sys', uid: 3, gid: 3, home: '/dev', shell: '/usr/sbin/nologin', gecos: 'sys' },
  { name: 'sync', uid: 4, gid: 65534, home: '/bin', shell: '/bin/sync', gecos: 'sync' },
  { name: 'games', uid: 5, gid: 60, home: '/usr/games', shell: '/usr/sbin/nologin', gecos: 'games' },
  { name: 'man', uid: 6, gid: 12, home: '/var/cache/man', shell: '/usr/sbin/nologin', gecos: 'man' },
  { name: 'lp', uid: 7, gid: 7, home: '/var/spool/lpd', shell: '/usr/sbin/nologin', gecos: 'lp' },
  { name: 'mail', uid: 8, gid: 8, home: '/var/mail', shell: '/usr/sbin/nologin', gecos: 'mail' },
  { name: 'news', uid: 9, gid: 9, home: '/var/spool/news', shell: '/usr/sbin/nologin', gecos: 'news' },
  { name: 'uucp', uid: 10, gid: 10, home: '/var/spool/uucp', shell: '/usr/sbin/nologin', gecos: 'uucp' },
  { name: 'proxy', uid: 13, gid: 13, home: '/bin', shell: '/usr/sbin/nologin', gecos: 'proxy' },
  { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin', gecos: 'www-data' },
  { name: 'backup', uid: 34, gid: 34, home: '/var/backups', shell: '/usr/sbin/nologin', gecos: 'backup' },
  {
    name: 'list',
    uid: 38,
    gid: 38,
    home: '/var/list',
    shell: '/usr/sbin/nologin',
    gecos: 'Mailing List Manager',
  },
  { name: 'irc', uid: 39, gid: 39, home: '/run/ircd', shell: '/usr/sbin/nologin', gecos: 'ircd' },
  { name: '_apt', uid: 42, gid: 65534, home: '/nonexistent', shell: '/usr/sbin/nologin' },
  {
    name: 'nobody',
    uid: 65534,
    gid: 65534,
    home: '/nonexistent',
    shell: '/usr/sbin/nologin',
    gecos: 'nobody',
  },
  {
    name: 'systemd-network',
    uid: 998,
    gid: 998,
    home: '/',
    shell: '/usr/sbin/nologin',
    gecos: 'systemd Network Management',
  },
  {
    name: 'systemd-timesync',
    uid: 997,
    gid: 997,
    home: '/',
    shell: '/usr/sbin/nologin',
    gecos: 'systemd Time Synchronization',
  },
  { name: 'messagebus', uid: 100, gid: 107, home: '/nonexistent', shell: '/usr/sbin/nologin' },
  { name: 'sshd', uid: 101, gid: 65534, home: '/run/sshd', shell: '/usr/sbin/nologin' },
  { name: 'haproxy', uid: 102, gid: 109, home: '/var/lib/haproxy', shell: '/usr/sbin/nologin' },
];
/** The ids of a user that every host has. */
export function systemUser(name: string): { uid: number; gid: number } | undefined {
  return SYSTEM_USERS.find((user) => user.name === name);
}
/** The id of a group that every host has. */
export function systemGroup(name: string): number | undefined {
  return SYSTEM_GROUPS.find(([known]) => known === name)?.[1];
}
/** Who is on every host. */
export function systemNames(what: 'user' | 'group'): string[] {
  return what === 'user' ? SYSTEM_USERS.map(({ name }) => name) : SYSTEM_GROUPS.map(([name]) => name);
}
const SYSTEM_GROUPS: readonly [string, number][] = [
  ['root', 0],
  ['daemon', 1],
  ['bin', 2],
  ['sys', 3],
  ['adm', 4],
  ['tty', 5],
  ['disk', 6],
  ['lp', 7],
  ['mail', 8],
  ['news', 9],
  ['uucp', 10],
  ['man', 12],
  ['proxy', 13],
  ['kmem', 15],
  ['dialout', 20],
  ['fax', 21],
  ['voice', 22],
  ['cdrom', 24],
  ['floppy', 25],
  ['tape', 26],
  ['sudo', 27],
  ['audio', 29],
  ['dip', 30],
  ['www-data', 33],
  ['backup', 34],
  ['operator', 37],
  ['list', 38],
  ['irc', 39],
  ['src', 40],
  ['shadow', 42],
  ['utmp', 43],
  ['video', 44],
  ['sasl', 45],
  ['plugdev', 46],
  ['staff', 50],
  ['games', 60],
  ['users', 100],
  ['nogroup', 65534],
  ['systemd-journal', 999],
  ['systemd-network', 998],
  ['crontab', 101],
  ['input', 102],
  ['sgx', 103],
  ['kvm', 104],
  ['render', 105],
  ['systemd-timesync', 997],
  ['messagebus', 107],
  ['haproxy', 109],
];

/** Writes the base system. */
export function installBaseSystem(files: Files, setup: HostSetup): void {
  for (const [path, target] of Object.entries(LINKS))
    if (!path.startsWith('/dev/'))
      files.install(path.startsWith('/var/') || path.startsWith('/etc/') ? path : path, { link: target });
  for (const path of DIRECTORIES) files.install(path, { directory: true });
  for (const path of ['/tmp', '/var/tmp', '/dev/shm', '/run/lock'])
    files.install(path, { directory: true, mode: 0o1777 });
  files.install('/root', { directory: true, mode: 0o700 });
  files.install('/var/spool/cron/crontabs', { directory: true, mode: 0o1730, gid: 101 });
  for (const [name, device] of DEVICES)
    files.special(`/dev/${name}`, 'character', name === 'console' ? 0o600 : 0o666, { device });
  for (const [path, target] of Object.entries(LINKS))
    if (path.startsWith('/dev/')) files.install(path, { link: target });
  for (const [path, spec] of Object.entries(etcFiles(setup))) files.install(path, spec);
}

/** A file of the base system as a host without users of its own has it. */
export function baseFile(path: string): FileSpec | undefined {
  return etcFiles({ name: '', interfaces: [] })[path];
}

/** useradd -m: what packages put into /etc/skel goes into every home. */
export function fillHomes(files: Files, setup: HostSetup): void {
  const names = files.readdir('/etc/skel', ROOT);
  if (!Array.isArray(names)) return;
  for (const { home, uid, gid } of setup.users ?? [])
    for (const name of names) {
      const text = files.readFile(`/etc/skel/${name}`, ROOT);
      if (typeof text === 'string' && !files.exists(`${home}/${name}`))
        files.install(`${home}/${name}`, { text, uid, gid });
    }
}

/** What of the base system tells one host from another with the same users. */
export function filesOfName(name: string): Record<string, FileSpec> {
  return {
    '/etc/hostname': { text: `${name}\n` },
    '/etc/hosts': { text: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n` },
    '/etc/machine-id': { text: `${machineId(name)}\n`, mode: 0o444 },
  };
}

function etcFiles(setup: HostSetup): Record<string, FileSpec> {
  const users = setup.users ?? [];
  const passwd = [
    ...SYSTEM_USERS.map(
      (user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos ?? ''}:${user.home}:${user.shell}`,
    ),
    ...users.map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.name}:${user.home}:${user.shell}`),
  ];
  const members = (group: string): string =>
    users
      .filter((user) => user.groups?.includes(group) === true || (group === 'sudo' && user.sudo === true))
      .map((user) => user.name)
      .join(',');
  const known = new Set<string>(SYSTEM_GROUPS.map(([name]) => name));
  const extra = [...new Set(users.flatMap((user) => user.groups ?? []))].filter(
    (name) => !known.has(name) && !users.some((user) => user.name === name),
  );
  const group = [
    ...SYSTEM_GROUPS.map(([name, gid]) => `${name}:x:${gid}:${members(name)}`),
    ...users.map((user) => `${user.name}:x:${user.gid}:`),
    ...extra.map((name, index) => `${name}:x:${2000 + index}:${members(name)}`),
  ];
  const shadow = [
    ...SYSTEM_USERS.map((user) => `${user.name}:*:20000:0:99999:7:::`),
    ...users.map(
      ({ name, password }) =>
        `${name}:${password === undefined ? '!' : hashPassword(password, name)}:20000:0:99999:7:::`,
    ),
  ];
  return {
    '/etc/passwd': { text: `${passwd.join('\n')}\n` },
    '/etc/group': { text: `${group.join('\n')}\n` },
    '/etc/shadow': { text: `${shadow.join('\n')}\n`, mode: 0o640, gid: 42 },
    ...filesOfName(setup.name),
    '/etc/resolv.conf': { text: '' },
    '/etc/environment': { text: '' },
    '/etc/modules': {
      text: '# /etc/modules: kernel modules to load at boot time.\n#\n# This file contains the names of kernel modules that should be loaded\n# at boot time, one per line. Lines beginning with "#" are ignored.\n',
    },
    '/etc/host.conf': { text: 'multi on\n' },
    '/etc/issue': { text: 'Debian GNU/Linux 12 \\n \\l\n\n' },
    '/etc/issue.net': { text: 'Debian GNU/Linux 12\n' },
    '/etc/security/limits.conf': { text: LIMITS_CONF },
    '/etc/nsswitch.conf': {
      text: 'passwd:         files systemd\ngroup:          files systemd\nshadow:         files\n\nhosts:          files dns\nnetworks:       files\n',
    },
    '/etc/debian_version': { text: '12.11\n' },
    '/etc/os-release': { link: '../usr/lib/os-release' },
    '/usr/lib/os-release': {
      text: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n',
    },
    '/etc/fstab': {
      text: '# /etc/fstab: static file system information.\n# <file system> <mount point>   <type>  <options>       <dump>  <pass>\n/dev/vda1 / ext4 errors=remount-ro 0 1\n',
    },
    '/etc/timezone': { text: 'Etc/UTC\n' },
    '/etc/localtime': { link: '/usr/share/zoneinfo/Etc/UTC' },
    '/usr/share/zoneinfo/Etc/UTC': { text: 'TZif2\nUTC0\n' },
    '/etc/shells': {
      text: '# /etc/shells: valid login shells\n/bin/sh\n/bin/bash\n/bin/rbash\n/bin/dash\n/usr/bin/sh\n/usr/bin/bash\n/usr/bin/rbash\n/usr/bin/dash\n',
    },
    '/etc/login.defs': { text: LOGIN_DEFS },
    '/etc/sudoers': {
      text: 'Defaults\tenv_reset\nDefaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) NOPASSWD: ALL\n\n@includedir /etc/sudoers.d\n',
      mode: 0o440,
    },
    ...NETBASE_FILES,
    '/etc/sysctl.conf': {
      text: '#\n# /etc/sysctl.conf - Configuration file for setting system variables\n# See /etc/sysctl.d/ for additional system variables.\n# See sysctl.conf (5) for information.\n#\n',
    },
    ...Object.fromEntries(
      users.map((user) => [user.home, { directory: true, uid: user.uid, gid: user.gid, mode: 0o755 }]),
    ),
  };
}
/** 32 hexadecimal digits that depend on the name only. */
function machineId(name: string): string {
  let id = '';
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    id += hash.toString(16).padStart(8, '0');
  }
  return id;
}

/** Debian's /etc/login.defs without its comments. */
const LOGIN_DEFS = `MAIL_DIR        /var/mail
FAILLOG_ENAB\t\tyes
LOG_UNKFAIL_ENAB\tno
LOG_OK_LOGINS\t\tno
SYSLOG_SU_ENAB\t\tyes
SYSLOG_SG_ENAB\t\tyes
FTMP_FILE\t/var/log/btmp
SU_NAME\t\tsu
HUSHLOGIN_FILE\t.hushlogin
ENV_SUPATH\tPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV_PATH\tPATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
TTYGROUP\ttty
TTYPERM\t\t0600
ERASECHAR\t0177
KILLCHAR\t025
UMASK\t\t022
PASS_MAX_DAYS\t99999
PASS_MIN_DAYS\t0
PASS_WARN_AGE\t7
UID_MIN\t\t\t 1000
UID_MAX\t\t\t60000
SUB_UID_MIN\t\t   100000
SUB_UID_MAX\t\t600100000
SUB_UID_COUNT\t\t    65536
GID_MIN\t\t\t 1000
GID_MAX\t\t\t60000
SUB_GID_MIN\t\t   100000
SUB_GID_MAX\t\t600100000
SUB_GID_COUNT\t\t    65536
LOGIN_RETRIES\t\t5
LOGIN_TIMEOUT\t\t60
CHFN_RESTRICT\t\trwh
DEFAULT_HOME\tyes
USERGROUPS_ENAB yes
ENCRYPT_METHOD SHA512
NONEXISTENT\t/nonexistent
PREVENT_NO_AUTH superuser
`;

/** Debian's /etc/security/limits.conf: comments alone. */
const LIMITS_CONF = `# /etc/security/limits.conf
#
#This file sets the resource limits for the users logged in via PAM.
#It does not affect resource limits of the system services.
#
#Also note that configuration files in /etc/security/limits.d directory,
#which are read in alphabetical order, override the settings in this
#file in case the domain is the same or more specific.
#That means, for example, that setting a limit for wildcard domain here
#can be overridden with a wildcard setting in a config file in the
#subdirectory, but a user specific setting here can be overridden only
#with a user specific setting in the subdirectory.
#
#Each line describes a limit for a user in the form:
#
#<domain>        <type>  <item>  <value>
#
#Where:
#<domain> can be:
#        - a user name
#        - a group name, with @group syntax
#        - the wildcard *, for default entry
#        - the wildcard %, can be also used with %group syntax,
#                 for maxlogin limit
#        - NOTE: group and wildcard limits are not applied to root.
#          To apply a limit to the root user, <domain> must be
#          the literal username root.
#
#<type> can have the two values:
#        - "soft" for enforcing the soft limits
#        - "hard" for enforcing hard limits
#
#<item> can be one of the following:
#        - core - limits the core file size (KB)
#        - data - max data size (KB)
#        - fsize - maximum filesize (KB)
#        - memlock - max locked-in-memory address space (KB)
#        - nofile - max number of open file descriptors
#        - rss - max resident set size (KB)
#        - stack - max stack size (KB)
#        - cpu - max CPU time (MIN)
#        - nproc - max number of processes
#        - as - address space limit (KB)
#        - maxlogins - max number of logins for this user
#        - maxsyslogins - max number of logins on the system
#        - priority - the priority to run user process with
#        - locks - max number of file locks the user can hold
#        - sigpending - max number of pending signals
#        - msgqueue - max memory used by POSIX message queues (bytes)
#        - nice - max nice priority allowed to raise to values: [-20, 19]
#        - rtprio - max realtime priority
#        - chroot - change root to directory (Debian-specific)
#
#<domain>      <type>  <item>         <value>
#

#*               soft    core            0
#root            hard    core            100000
#*               hard    rss             10000
#@student        hard    nproc           20
#@faculty        soft    nproc           20
#@faculty        hard    nproc           50
#ftp             hard    nproc           0
#ftp             -       chroot          /ftp
#@student        -       maxlogins       4

# End of file
`;
