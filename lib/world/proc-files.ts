/** /proc and /sys as far as people and programs look at them: computed when read. Source: proc(5). */
import { SECOND } from '../std/instant';
import type { ProcessState } from './process.contract';
import type { Host, Registry, VirtualFiles } from './world.contract';

const STATES: Readonly<Record<ProcessState['state'], string>> = {
  running: 'S (sleeping)',
  stopped: 'T (stopped)',
  zombie: 'Z (zombie)',
};
const TOP: Readonly<Record<string, (host: Host) => string>> = {
  uptime: (host) =>
    `${seconds(host.world.kernel.now - host.state.bootedAt)} ${seconds(host.world.kernel.now - host.state.bootedAt)}\n`,
  loadavg: (host) => `${loads(host)} 1/${host.state.processes.size} ${host.state.nextPid - 1}\n`,
  meminfo: memoryInfo,
  version: (host) =>
    `Linux version ${host.sysctl('kernel.osrelease') ?? ''} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) ${host.sysctl('kernel.version') ?? ''}\n`,
  cpuinfo: (host) =>
    Array.from(
      { length: host.state.cores },
      (_, index) =>
        `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel Xeon Processor (Skylake, IBRS)\ncpu MHz\t\t: 2400.000\ncache size\t: 16384 KB\ncpu cores\t: ${host.state.cores}\n`,
    ).join('\n') + '\n',
  mounts: (host) =>
    host.state.mounts
      .map((mount) => `${mount.source} ${mount.point} ${mount.type} ${mount.options.join(',')} 0 0\n`)
      .join(''),
  stat: (host) =>
    `cpu  ${Math.floor(host.state.cpuMicros / 10_000)} 0 0 ${Math.max(0, Math.floor((host.world.kernel.now - host.state.bootedAt) / 10_000))} 0 0 0 0 0 0\nbtime ${Math.floor((host.world.state.epoch + host.state.bootedAt) / SECOND)}\nprocesses ${host.state.nextPid}\n`,
  filesystems: () =>
    [
      'sysfs',
      'tmpfs',
      'bdev',
      'proc',
      'cgroup',
      'cgroup2',
      'devtmpfs',
      'securityfs',
      'sockfs',
      'pipefs',
      'ramfs',
      'devpts',
      'mqueue',
    ]
      .map((name) => `nodev\t${name}\n`)
      .join('') + '\text4\n',
  swaps: () => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
  cmdline: ({ state }) => {
    const given = state.extra.get('disk:cmdline');
    return `${typeof given === 'string' ? given : 'BOOT_IMAGE=/boot/vmlinuz-6.1.0-41-amd64 root=/dev/vda1 ro quiet'}\n`;
  },
};

const procFiles: VirtualFiles = {
  read(host, path) {
    const parts = path.split('/').slice(2);
    const [first = '', ...rest] = parts;
    if (first === 'sys') return sysctlOf(host, rest)?.concat('\n');
    if (first === 'self' && rest[0] === 'mounts') return TOP['mounts']?.(host);
    const pid = Number(first);
    if (Number.isInteger(pid) && first !== '')
      return processFile(host, host.state.processes.get(pid), rest.join('/'));
    return rest.length === 0 ? TOP[first]?.(host) : undefined;
  },
  write(host, path, text) {
    const parts = path.split('/').slice(2);
    if (parts[0] !== 'sys') return 'EACCES';
    const refused = host.setSysctl(keyOf(parts.slice(1)), text.replace(/\n$/, ''));
    return refused === 'ENOENT' ? 'EPERM' : refused;
  },
  list(host, path) {
    const parts = path
      .split('/')
      .slice(2)
      .filter((part) => part !== '');
    if (parts.length === 0)
      return [...Object.keys(TOP), 'self', 'sys', ...[...host.state.processes.keys()].map(String)];
    if (parts[0] === 'self') return parts.length === 1 ? ['mounts'] : undefined;
    if (parts[0] === 'sys') return sysctlChildren(host, parts.slice(1));
    const process = host.state.processes.get(Number(parts[0]));
    if (process === undefined) return undefined;
    if (parts.length === 1) return [...PROCESS_FILES, ...PROCESS_LINKS, 'fd'];
    return parts.length === 2 && parts[1] === 'fd'
      ? [...descriptorLinks(host, process).keys()].map(String)
      : undefined;
  },
  link(host, path) {
    const [pid = '', name = '', fd = '', ...rest] = path.split('/').slice(2);
    const process = host.state.processes.get(Number(pid));
    if (process === undefined || rest.length > 0) return undefined;
    if (name === 'fd' && fd !== '') return descriptorLinks(host, process).get(Number(fd));
    if (fd !== '') return undefined;
    if (name === 'cwd') return process.cwd;
    if (name === 'root') return '/';
    return name === 'exe' && process.exe !== '' ? process.exe : undefined;
  },
  owner(host, path) {
    const [pid = '', name = '', below] = path.split('/').slice(2);
    const process = host.state.processes.get(Number(pid));
    if (process === undefined) return undefined;
    const { uid, gid } = process;
    if (below !== undefined || PROCESS_LINKS.includes(name)) return { uid, gid, mode: 0o777 };
    return { uid, gid, mode: MODES[name] ?? (name === '' ? 0o555 : 0o444) };
  },
};
const MODES: Readonly<Record<string, number>> = { environ: 0o400, fd: 0o500, oom_score_adj: 0o644 };
const PROCESS_FILES = ['cmdline', 'comm', 'status', 'stat', 'environ', 'limits', 'cgroup', 'oom_score_adj'];
const PROCESS_LINKS = ['cwd', 'exe', 'root'];

/** Where the links below /proc/PID/fd point. Source: proc(5) "/proc/pid/fd". */
function descriptorLinks(host: Host, process: ProcessState): Map<number, string> {
  const links = new Map<number, string>();
  const number = (fd: number): number => 10_000 + process.pid * 8 + fd;
  for (const [fd, stream] of host.descriptors(process.pid) ?? [])
    links.set(
      fd,
      stream.kind === 'pipe' ? `pipe:[${number(fd)}]` : (stream.path ?? `socket:[${number(fd)}]`),
    );
  let fd = Math.max(2, ...links.keys()) + 1;
  for (const socket of host.world.network.sockets(host))
    if (socket.pid === process.pid) links.set(fd, `socket:[${number(fd++)}]`);
  return new Map([...links].sort(([a], [b]) => a - b));
}

/** Receive packet steering: a processor mask for each queue. Kept, without effect: reception costs nothing here. */
const STEERING = /^\/sys\/class\/net\/([^/]+)\/queues\/rx-0\/rps_cpus$/;

const sysFiles: VirtualFiles = {
  read(host, path) {
    const steered = STEERING.exec(path)?.[1];
    if (steered !== undefined && host.state.interfaces.has(steered))
      return `${String(host.state.extra.get(`rps:${steered}`) ?? '0')}\n`;
    const match = /^\/sys\/class\/net\/([^/]+)\/([a-z_]+)$/.exec(path);
    const device = host.state.interfaces.get(match?.[1] ?? '');
    if (device === undefined) return undefined;
    switch (match?.[2]) {
      case 'address':
        return `${device.mac}\n`;
      case 'operstate':
        return `${device.name === 'lo' ? 'unknown' : device.up && device.carrier ? 'up' : 'down'}\n`;
      case 'carrier':
        return `${device.carrier ? 1 : 0}\n`;
      case 'mtu':
        return `${device.mtu}\n`;
      default:
        return undefined;
    }
  },
  write(host, path, text) {
    const device = STEERING.exec(path)?.[1];
    if (device === undefined) return 'EACCES';
    const mask = text.trim();
    if (!/^[0-9a-f]{1,8}$/i.test(mask)) return 'EINVAL';
    host.state.extra.set(`rps:${device}`, mask.replace(/^0+(?=.)/, '').toLowerCase());
    return undefined;
  },
  list(host, path) {
    const queues = /^\/sys\/class\/net\/([^/]+)\/queues(\/rx-0)?$/.exec(path);
    if (queues !== null && host.state.interfaces.has(queues[1] ?? ''))
      return queues[2] === undefined ? ['rx-0'] : ['rps_cpus'];
    if (path === '/sys') return ['class'];
    if (path === '/sys/class') return ['net'];
    if (path === '/sys/class/net') return [...host.state.interfaces.keys()];
    const device = /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1];
    return device !== undefined && host.state.interfaces.has(device)
      ? ['address', 'operstate', 'carrier', 'mtu', 'queues']
      : undefined;
  },
};

export function registerProcFiles(registry: Registry): void {
  registry.virtualFiles('/proc', procFiles);
  registry.virtualFiles('/sys', sysFiles);
}

function processFile(host: Host, process: ProcessState | undefined, name: string): string | undefined {
  if (process === undefined) return undefined;
  switch (name) {
    case 'cmdline':
      return process.argv.map((argument) => `${argument}\0`).join('');
    case 'comm':
      return `${process.comm}\n`;
    case 'status':
      return `Name:\t${process.comm}\nUmask:\t${process.umask.toString(8).padStart(4, '0')}\nState:\t${STATES[process.state]}\nTgid:\t${process.pid}\nPid:\t${process.pid}\nPPid:\t${process.ppid}\nUid:\t${process.uid}\t${process.uid}\t${process.uid}\t${process.uid}\nGid:\t${process.gid}\t${process.gid}\t${process.gid}\t${process.gid}\nVmRSS:\t${process.rssKiB} kB\nThreads:\t1\n`;
    case 'stat':
      return `${process.pid} (${process.comm}) ${STATES[process.state].slice(0, 1)} ${process.ppid} ${process.pgid} ${process.sid} 0 -1 4194560 0 0 0 0 ${Math.floor(process.cpuMicros / 10_000)} 0 0 0 20 0 1 0 ${Math.floor((process.startedAt - host.state.bootedAt) / 10_000)} 0 ${process.rssKiB / 4}\n`;
    case 'environ':
      return [...process.env].map(([key, value]) => `${key}=${value}\0`).join('');
    case 'limits':
      return limitsFile(host, process.limits);
    case 'oom_score_adj':
      return '0\n';
    case 'cgroup':
      return `0::/${process.unit === undefined ? '' : `system.slice/${process.unit}`}\n`;
    default:
      return undefined;
  }
}
/** Source: proc(5) "/proc/pid/limits". */
function limitsFile(host: Host, own: ProcessState['limits']): string {
  const threads = Math.floor(Number(host.sysctl('kernel.threads-max') ?? 7_660) / 2);
  const rows: readonly (readonly [string, string | number, string | number, string])[] = [
    ['Max cpu time', UNLIMITED, UNLIMITED, 'seconds'],
    ['Max file size', UNLIMITED, UNLIMITED, 'bytes'],
    ['Max data size', UNLIMITED, UNLIMITED, 'bytes'],
    ['Max stack size', 8_388_608, UNLIMITED, 'bytes'],
    ['Max core file size', 0, UNLIMITED, 'bytes'],
    ['Max resident set', UNLIMITED, UNLIMITED, 'bytes'],
    ['Max processes', threads, threads, 'processes'],
    ['Max open files', 1_024, 524_288, 'files'],
    ['Max locked memory', 8_388_608, 8_388_608, 'bytes'],
    ['Max address space', UNLIMITED, UNLIMITED, 'bytes'],
    ['Max file locks', UNLIMITED, UNLIMITED, 'locks'],
    ['Max pending signals', threads, threads, 'signals'],
    ['Max msgqueue size', 819_200, 819_200, 'bytes'],
    ['Max nice priority', 0, 0, ''],
    ['Max realtime priority', 0, 0, ''],
    ['Max realtime timeout', UNLIMITED, UNLIMITED, 'us'],
  ];
  const line = (cells: readonly (string | number)[]): string =>
    `${String(cells[0]).padEnd(25)} ${String(cells[1]).padEnd(20)} ${String(cells[2]).padEnd(20)} ${String(cells[3]).padEnd(10)}\n`;
  const shown = rows.map(([name, soft, hard, unit]) => [name, ...(own?.[name] ?? [soft, hard]), unit]);
  return [['Limit', 'Soft Limit', 'Hard Limit', 'Units'], ...shown].map(line).join('');
}
const UNLIMITED = 'unlimited';
function keyOf(parts: readonly string[]): string {
  return parts.join('.');
}
function sysctlOf(host: Host, parts: readonly string[]): string | undefined {
  return host.state.sysctl.get(keyOf(parts));
}
function sysctlChildren(host: Host, parts: readonly string[]): string[] | undefined {
  const prefix = parts.length === 0 ? '' : `${keyOf(parts)}.`;
  const names = new Set<string>();
  for (const key of host.state.sysctl.keys())
    if (key.startsWith(prefix)) names.add(key.slice(prefix.length).split('.')[0] ?? '');
  return names.size === 0 ? undefined : [...names];
}
function seconds(micros: number): string {
  return (micros / SECOND).toFixed(2);
}
/** Load averages: work waiting for a core now stands for all three, decayed by uptime. */
export function loads(host: Host): string {
  const { now } = host.world.kernel;
  const waiting = host.state.coreBusyUntil.reduce((sum, until) => sum + Math.max(0, until - now), 0) / SECOND;
  const uptime = Math.max(1, (now - host.state.bootedAt) / SECOND);
  const average = host.state.cpuMicros / SECOND / uptime;
  return [waiting + average, average + waiting / 5, average + waiting / 15]
    .map((load) => load.toFixed(2))
    .join(' ');
}
/** Memory in KiB: what processes hold, beside a small fixed share of the system. */
export function memoryKiB(host: Host): {
  total: number;
  used: number;
  free: number;
  cache: number;
  available: number;
} {
  const total = host.state.memoryMiB * 1024 - 41_000;
  let used = 96_000;
  for (const process of host.state.processes.values()) if (process.state !== 'zombie') used += process.rssKiB;
  const cache = Math.max(0, Math.min(210_000, Math.floor((total - used) / 3)));
  return {
    total,
    used: Math.min(used, total),
    free: Math.max(0, total - used - cache),
    cache,
    available: Math.max(0, total - used),
  };
}
function memoryInfo(host: Host): string {
  const memory = memoryKiB(host);
  const row = (name: string, value: number): string =>
    `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`;
  return (
    row('MemTotal', memory.total) +
    row('MemFree', memory.free) +
    row('MemAvailable', memory.available) +
    row('Buffers', Math.floor(memory.cache / 10)) +
    row('Cached', memory.cache - Math.floor(memory.cache / 10)) +
    row('SwapTotal', 0) +
    row('SwapFree', 0)
  );
}
