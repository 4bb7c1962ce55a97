/** Names of exit statuses. Source: systemd.exec(5) "PROCESS EXIT CODES". */
const LIBC: readonly [number, string][] = [
  [0, 'SUCCESS'],
  [1, 'FAILURE'],
];
const LSB: readonly [number, string][] = [
  [2, 'INVALIDARGUMENT'],
  [3, 'NOTIMPLEMENTED'],
  [4, 'NOPERMISSION'],
  [5, 'NOTINSTALLED'],
  [6, 'NOTCONFIGURED'],
  [7, 'NOTRUNNING'],
];
const BSD: readonly [number, string][] = [
  [64, 'USAGE'],
  [65, 'DATAERR'],
  [66, 'NOINPUT'],
  [67, 'NOUSER'],
  [68, 'NOHOST'],
  [69, 'UNAVAILABLE'],
  [70, 'SOFTWARE'],
  [71, 'OSERR'],
  [72, 'OSFILE'],
  [73, 'CANTCREAT'],
  [74, 'IOERR'],
  [75, 'TEMPFAIL'],
  [76, 'PROTOCOL'],
  [77, 'NOPERM'],
  [78, 'CONFIG'],
];
const SYSTEMD: readonly [number, string][] = [
  [200, 'CHDIR'],
  [201, 'NICE'],
  [202, 'FDS'],
  [203, 'EXEC'],
  [204, 'MEMORY'],
  [205, 'LIMITS'],
  [206, 'OOM_ADJUST'],
  [207, 'SIGNAL_MASK'],
  [208, 'STDIN'],
  [209, 'STDOUT'],
  [210, 'CHROOT'],
  [211, 'IOPRIO'],
  [212, 'TIMERSLACK'],
  [213, 'SECUREBITS'],
  [214, 'SETSCHEDULER'],
  [215, 'CPUAFFINITY'],
  [216, 'GROUP'],
  [217, 'USER'],
  [218, 'CAPABILITIES'],
  [219, 'CGROUP'],
  [220, 'SETSID'],
  [221, 'CONFIRM'],
  [222, 'STDERR'],
  [224, 'PAM'],
  [225, 'NETWORK'],
  [226, 'NAMESPACE'],
  [227, 'NO_NEW_PRIVILEGES'],
  [228, 'SECCOMP'],
  [229, 'SELINUX_CONTEXT'],
  [230, 'PERSONALITY'],
  [231, 'APPARMOR'],
  [232, 'ADDRESS_FAMILIES'],
  [233, 'RUNTIME_DIRECTORY'],
  [235, 'CHOWN'],
  [236, 'SMACK_PROCESS_LABEL'],
  [237, 'KEYRING'],
  [238, 'STATE_DIRECTORY'],
  [239, 'CACHE_DIRECTORY'],
  [240, 'LOGS_DIRECTORY'],
  [241, 'CONFIGURATION_DIRECTORY'],
  [242, 'NUMA_POLICY'],
  [243, 'CREDENTIALS'],
  [244, 'BPF'],
  [255, 'EXCEPTION'],
];
/** The journal knows all names; `status` leaves LSB and BSD names out. */
const FULL = new Map([...LIBC, ...LSB, ...BSD, ...SYSTEMD]);
const SHORT = new Map([...LIBC, ...SYSTEMD]);
const NUMBERS = new Map([...LIBC, ...LSB, ...BSD, ...SYSTEMD].map(([code, name]) => [name, code]));

export const CHDIR = 200;
export const EXEC = 203;
export const GROUP = 216;
export const USER = 217;

/** All names with their numbers and who gave them. */
export const EXIT_STATUSES: readonly (readonly [name: string, status: number, group: string])[] = [
  ...LIBC.map(([code, name]) => [name, code, 'libc'] as const),
  ...LSB.map(([code, name]) => [name, code, 'LSB'] as const),
  ...BSD.map(([code, name]) => [name, code, 'BSD'] as const),
  ...SYSTEMD.map(([code, name]) => [name, code, 'systemd'] as const),
].sort(([, a], [, b]) => a - b);

export function exitStatusName(code: number): string | undefined {
  return FULL.get(code);
}
export function shortExitStatusName(code: number): string | undefined {
  return SHORT.get(code);
}
export function exitStatusNumber(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word) < 256 ? Number(word) : undefined;
  return NUMBERS.get(word);
}
