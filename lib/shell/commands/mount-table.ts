/**
 * What is mounted, as df(1), mount(8) and findmnt(8) list it: the modelled
 * mounts, and the kernel's own that every host has and that hold no files of ours.
 */
import type { Host } from '../../world/world.contract';

export interface MountRow {
  readonly source: string;
  readonly point: string;
  readonly type: string;
  readonly options: string;
  /** Bytes; 0 for the kernel's own. */
  readonly size: number;
  readonly used: number;
  readonly available: number;
  readonly inodes: number;
  readonly inodesUsed: number;
  /** Its files are mounted elsewhere too: all of their file system, or `part` of it. */
  readonly isBound: boolean;
  readonly part?: string;
}

/** ext4 keeps a twentieth for root. */
const RESERVED = 20;

/** In the order in which a Debian host mounts them. */
export function mountTable(host: Host): MountRow[] {
  const real = host.fs.mounts().map((mount): MountRow => {
    const free = mount.size - mount.used;
    const reserved = mount.type === 'ext4' ? Math.floor(mount.size / RESERVED) : 0;
    return { ...mount, available: Math.max(0, free - reserved) };
  });
  const find = (point: string): MountRow[] => real.filter((mount) => mount.point === point);
  const first = ['/run', '/'];
  return [
    kernel('sysfs', '/sys', 'sysfs', 'rw,nosuid,nodev,noexec,relatime'),
    kernel('proc', '/proc', 'proc', 'rw,nosuid,nodev,noexec,relatime'),
    devices(host),
    kernel('devpts', '/dev/pts', 'devpts', 'rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000'),
    ...find('/run'),
    ...find('/'),
    kernel('securityfs', '/sys/kernel/security', 'securityfs', 'rw,nosuid,nodev,noexec,relatime'),
    ...real.filter((mount) => /^\/(dev|run)\//.test(mount.point)),
    kernel(
      'cgroup2',
      '/sys/fs/cgroup',
      'cgroup2',
      'rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot',
    ),
    kernel('pstore', '/sys/fs/pstore', 'pstore', 'rw,nosuid,nodev,noexec,relatime'),
    kernel('bpf', '/sys/fs/bpf', 'bpf', 'rw,nosuid,nodev,noexec,relatime,mode=700'),
    kernel('mqueue', '/dev/mqueue', 'mqueue', 'rw,nosuid,nodev,noexec,relatime'),
    kernel('hugetlbfs', '/dev/hugepages', 'hugetlbfs', 'rw,relatime,pagesize=2M'),
    kernel('tracefs', '/sys/kernel/tracing', 'tracefs', 'rw,nosuid,nodev,noexec,relatime'),
    kernel('debugfs', '/sys/kernel/debug', 'debugfs', 'rw,nosuid,nodev,noexec,relatime'),
    ...real.filter((mount) => !first.includes(mount.point) && !/^\/(dev|run)\//.test(mount.point)),
  ];
}

function kernel(source: string, point: string, type: string, options: string): MountRow {
  return {
    source,
    point,
    type,
    options,
    size: 0,
    used: 0,
    available: 0,
    inodes: 0,
    inodesUsed: 0,
    isBound: false,
  };
}

function devices(host: Host): MountRow {
  const size = Math.floor((host.state.memoryMiB * 1024 * 0.475) / 4) * 4 * 1024;
  const inodes = Math.floor(size / 4096);
  return {
    source: 'udev',
    point: '/dev',
    type: 'devtmpfs',
    options: `rw,nosuid,relatime,size=${size / 1024}k,nr_inodes=${inodes},mode=755,inode64`,
    size,
    used: 0,
    available: size,
    inodes,
    inodesUsed: 304,
    isBound: false,
  };
}
