/** mount(8), umount(8), findmnt(8) and swapon(8) of util-linux. Mounting: tmpfs, bind mounts, and remounts of what is mounted. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { type MountRow, mountTable } from './mount-table';
import { parseSize } from './sizes';
import type { Command, Tool, ToolRun } from './tool';

export const mount: Command = {
  name: 'mount',
  package: 'mount',
  paths: ['/usr/bin/mount'],
  synopsis:
    'mount [-lhV]\nmount -a [options]\nmount [options] [--source] <source> | [--target] <directory>\nmount [options] <source> <directory>\nmount <operation> <mountpoint> [<target>]',
  summary: 'Mount a filesystem.',
  run: runMount,
  setuid: true,
};
export const umount: Command = {
  name: 'umount',
  package: 'mount',
  paths: ['/usr/bin/umount'],
  synopsis: 'umount [-hV]\numount -a [options]\numount [options] <source> | <directory>',
  summary: 'Unmount filesystems.',
  run: runUmount,
  setuid: true,
};
export const findmnt: Command = {
  name: 'findmnt',
  package: 'util-linux',
  paths: ['/usr/bin/findmnt'],
  synopsis:
    'findmnt [options]\nfindmnt [options] <device> | <mountpoint>\nfindmnt [options] <device> <mountpoint>',
  summary: 'Find a (mounted) filesystem.',
  run: runFindmnt,
};
export const swapon: Command = {
  name: 'swapon',
  package: 'mount',
  paths: ['/usr/sbin/swapon', '/usr/sbin/swapoff'],
  synopsis: 'swapon [options] [<spec>]',
  summary: 'Enable devices and files for paging and swapping.',
  run: function* (tool) {
    const { operands } = tool.options({
      short: 'ad::efhLo:p:sT:U:vV',
      long: {
        all: 'a',
        'show::': 'show',
        summary: 's',
        noheadings: 'noheadings',
        bytes: 'bytes',
        raw: 'raw',
      },
    });
    yield* tool.drain();
    return operands.length > 0 ? tool.fail('not modelled: swap space', 255) : 0;
  },
};

const FAILED = 32;
/** What Debian's kernel can mount, with its modules. */
const KNOWN_TYPES =
  /^(auto|tmpfs|ext[234]|xfs|btrfs|vfat|msdos|iso9660|squashfs|proc|sysfs|devtmpfs|devpts|overlay|nfs4?|cifs|fuse.*|none|bind|swap|cgroup2?|ramfs|debugfs|tracefs)(,.*)?$/;
const HINT = '       dmesg(1) may have more information after failed mount system call.\n';

/** Whose name stands first in a message of mount's. */
function trouble(
  tool: Tool,
  message: string,
  settings: { readonly code?: number; readonly hint?: boolean } = {},
): number {
  tool.note(`${tool.command.name}: ${message}\n`);
  if (settings.hint === true) tool.note(HINT);
  return settings.code ?? FAILED;
}

function* runMount(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'aBcfFilL:MnN:o:O:rRsT:t:U:vw',
    long: {
      all: 'a',
      bind: 'B',
      rbind: 'R',
      move: 'M',
      'options:': 'o',
      'read-only': 'r',
      'read-write': 'w',
      'types:': 't',
      verbose: 'v',
      'show-labels': 'l',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const type = options.findLast((option) => option.name === 't')?.value;
  const table = mountTable(tool.context.host);
  if (operands.length === 0 && !has('a')) {
    for (const row of table)
      if (type === undefined || type.split(',').includes(row.type))
        tool.line(`${row.source} on ${row.point} type ${row.type} (${row.options})`);
    yield* tool.drain();
    return 0;
  }
  const wanted = options
    .filter((option) => option.name === 'o')
    .flatMap((option) => valueOf(option).split(','))
    .concat(has('r') ? ['ro'] : [], has('w') ? ['rw'] : []);
  yield* tool.drain();
  if (has('a')) return mountAll(tool);
  const [first = '', second] = operands;
  const entry =
    second === undefined
      ? fstab(tool).find((row) => row.point === first.replace(/(?<=.)\/+$/, '') || row.source === first)
      : undefined;
  const point = second ?? entry?.point ?? first;
  const isRemount = wanted.includes('remount');
  if (second === undefined && entry === undefined && !isRemount)
    return trouble(tool, `${first}: can't find in /etc/fstab.`, { code: 1 });
  if (tool.context.who.uid !== 0)
    return trouble(tool, `${point}: must be superuser to use mount.`, { hint: true });
  if (isRemount) return remount(tool, point, [...(entry?.options ?? []), ...wanted]);
  if (has('M')) return trouble(tool, 'not modelled: moving a mount', { code: 1 });
  if (has('B') || has('R')) wanted.push('bind');
  return mountOne(tool, {
    source: second === undefined ? (entry?.source ?? '') : first,
    point,
    type: type ?? entry?.type ?? '',
    options: [...(entry?.options ?? []), ...wanted],
  });
}

interface Wanted {
  source: string;
  point: string;
  type: string;
  options: string[];
}

function fstab(tool: Tool): Wanted[] {
  const text = tool.context.fs.readFile('/etc/fstab', { uid: 0, gid: 0, groups: [] });
  if (text instanceof FileError) return [];
  return text
    .split('\n')
    .filter((line) => /^\s*[^#\s]/.test(line))
    .map((line) => {
      const [source = '', point = '', type = '', options = 'defaults'] = line.trim().split(/\s+/);
      return { source, point, type, options: options.split(',').filter((option) => option !== 'defaults') };
    });
}

function mountAll(tool: Tool): number {
  const mounted = new Set(mountTable(tool.context.host).map((row) => row.point));
  let code = 0;
  for (const entry of fstab(tool)) {
    if (mounted.has(entry.point) || entry.type === 'swap' || entry.options.includes('noauto')) continue;
    if (mountOne(tool, entry) !== 0) code = FAILED;
  }
  return code;
}

function mountOne(tool: Tool, wanted: Wanted): number {
  const { fs, host, who } = tool.context;
  const info = tool.stat(wanted.point);
  if (info instanceof FileError)
    return trouble(tool, `${wanted.point}: mount point does not exist.`, { hint: true });
  const isBind = wanted.options.includes('bind') || wanted.options.includes('rbind');
  if (info.kind !== 'directory' && !isBind)
    return trouble(tool, `${wanted.point}: mount point is not a directory.`, { hint: true });
  if (isBind) return bindOne(tool, wanted, info.kind === 'directory');
  const table = mountTable(host);
  const point = fs.realpath(tool.resolve(wanted.point), who);
  if (typeof point !== 'string') return FAILED;
  const isKnown = wanted.type === '' || KNOWN_TYPES.test(wanted.type);
  if (wanted.type !== 'tmpfs') {
    const known = table.find((row) => row.source === wanted.source && row.source.startsWith('/'));
    if (known !== undefined)
      return trouble(tool, `${wanted.point}: ${wanted.source} already mounted on ${known.point}.`, {
        hint: true,
      });
    if (tool.stat(wanted.source) instanceof FileError && wanted.options.includes('nofail')) return 0;
    if (tool.stat(wanted.source) instanceof FileError)
      return trouble(tool, `${wanted.point}: special device ${wanted.source} does not exist.`, {
        hint: true,
      });
    if (!isKnown)
      return trouble(tool, `${wanted.point}: unknown filesystem type '${wanted.type}'.`, { hint: true });
    if (tool.stat(wanted.source) instanceof FileError || isPlainFile(tool, wanted.source))
      return trouble(tool, `${wanted.point}: ${wanted.source} is not a block device; try "-o loop".`, {
        hint: true,
      });
    if (wanted.type === '')
      return trouble(
        tool,
        `${wanted.point}: wrong fs type, bad option, bad superblock on ${wanted.source}, missing codepage or helper program, or other error.`,
        { hint: true },
      );
    return trouble(tool, `not modelled: file systems of type ${wanted.type}`);
  }
  const odd = wanted.options.find((option) => !TMPFS_OPTION.test(option));
  if (odd !== undefined)
    return trouble(
      tool,
      `${wanted.point}: wrong fs type, bad option, bad superblock on ${wanted.source}, missing codepage or helper program, or other error.`,
      { hint: true },
    );
  const size = readSize(
    wanted.options.find((option) => option.startsWith('size='))?.slice(5),
    host.state.memoryMiB,
  );
  const inodes = wanted.options.find((option) => option.startsWith('nr_inodes='))?.slice(10);
  const mode = wanted.options.find((option) => option.startsWith('mode='))?.slice(5);
  const readOnly = wanted.options.includes('ro');
  const owner = (['uid', 'gid'] as const).flatMap((kind): [string, number][] => {
    const given = wanted.options.find((option) => option.startsWith(`${kind}=`))?.slice(4);
    const id = kind === 'uid' ? host.user(given ?? '')?.uid : host.group(given ?? '')?.gid;
    return given === undefined ? [] : [[kind, id ?? Number(given)]];
  });
  const shown = [
    ...wanted.options.filter((option) => /^(noexec|nosuid|nodev)$/.test(option)),
    'relatime',
    ...(size.given ? [`size=${size.bytes / 1024}k`] : []),
    ...(inodes === undefined ? [] : [`nr_inodes=${inodes}`]),
    ...(mode === undefined ? [] : [`mode=${mode}`]),
    ...owner.map(([kind, id]) => `${kind}=${id}`),
  ];
  const failed = fs.mount(
    {
      source: wanted.source,
      point,
      type: 'tmpfs',
      options: [readOnly ? 'ro' : 'rw', ...shown],
      size: size.bytes,
      used: 0,
      inodes: inodes === undefined ? Math.floor((host.state.memoryMiB * 1024) / 8) : Number(inodes),
      inodesUsed: 1,
    },
    mode === undefined ? 0o1777 : Number.parseInt(mode, 8),
  );
  const ids = new Map(owner);
  if (failed === undefined && ids.size > 0)
    fs.chown(point, ids.get('uid') ?? 0, ids.get('gid') ?? 0, { uid: 0, gid: 0, groups: [] });
  return failed === undefined
    ? 0
    : trouble(tool, `${wanted.point}: ${errnoText(failed.errno)}.`, { hint: true });
}

function isPlainFile(tool: Tool, path: string): boolean {
  const info = tool.stat(path);
  return !(info instanceof FileError) && info.kind === 'file';
}
/** Since util-linux 2.27 the options of a bind mount come into force too. */
function bindOne(tool: Tool, wanted: Wanted, isDirectory: boolean): number {
  const source = tool.stat(wanted.source);
  if (source instanceof FileError)
    return trouble(tool, `${wanted.point}: special device ${wanted.source} does not exist.`, { hint: true });
  if ((source.kind === 'directory') !== isDirectory)
    return trouble(
      tool,
      isDirectory
        ? `${wanted.point}: wrong fs type, bad option, bad superblock on ${wanted.source}, missing codepage or helper program, or other error.`
        : `${wanted.point}: mount point is not a directory.`,
      { hint: true },
    );
  const own = wanted.options.filter((option) => /^(ro|noexec|nosuid|nodev)$/.test(option));
  const failed = tool.context.fs.bind(tool.resolve(wanted.source), tool.resolve(wanted.point), own);
  return failed === undefined
    ? 0
    : trouble(tool, `${wanted.point}: ${errnoText(failed.errno)}.`, { hint: true });
}

/** What tmpfs takes besides what every file system does. Source: tmpfs(5). */
const TMPFS_OPTION =
  /^(defaults|auto|noauto|nofail|_netdev|(no)?user|users|r[ow]|sync|async|(no)?(exec|suid|dev|atime|diratime|relatime|iversion|swap)|strictatime|lazytime|inode(32|64)|(size|nr_blocks)=\d+[kKmMgG%]?|nr_inodes=\d+[kKmMgG]?|mode=[0-7]+|[ug]id=\w+|(huge|mpol|x-[\w.-]+|context|comment)(=.*)?)$/;

function readSize(text: string | undefined, memoryMiB: number): { bytes: number; given: boolean } {
  const half = memoryMiB * 1_048_576 * 0.5;
  if (text === undefined) return { bytes: half, given: false };
  const share = /^(\d+)%$/.exec(text);
  if (share !== null)
    return { bytes: Math.floor((half * 2 * Number(share[1])) / 100 / 4096) * 4096, given: true };
  const size = parseSize(text.toUpperCase());
  return { bytes: typeof size === 'number' ? Math.ceil(size / 4096) * 4096 : half, given: true };
}

/** What a mounted file system takes; a word that is none is refused. */
const REMOUNTABLE =
  /^(remount|defaults|bind|auto|noauto|user|nouser|nofail|sync|async|(no)?(exec|suid|dev|atime|diratime|relatime)|strictatime|lazytime|(nr_inodes|nr_blocks|mode|uid|gid|huge|errors|commit|barrier|data|x-[\w.-]+)(=.*)?|discard)$/;
function remount(tool: Tool, point: string, wanted: readonly string[]): number {
  const real = tool.context.fs.realpath(tool.resolve(point), tool.context.who);
  const row = tool.context.host.state.mounts.findLast((candidate) => candidate.point === real);
  if (row === undefined)
    return trouble(tool, `${point}: mount point not mounted or bad option.`, { hint: true });
  for (const option of wanted) {
    if (option === 'ro' || option === 'rw')
      row.options = [option, ...row.options.filter((other) => other !== 'ro' && other !== 'rw')];
    else if (option.startsWith('size=')) {
      const { bytes } = readSize(option.slice(5), tool.context.host.state.memoryMiB);
      if (bytes < row.used)
        return trouble(tool, `${point}: mount point not mounted or bad option.`, { hint: true });
      row.size = bytes;
      row.options = inOrder([
        ...row.options.filter((other) => !other.startsWith('size=')),
        `size=${bytes / 1024}k`,
      ]);
    } else if (!REMOUNTABLE.test(option))
      return trouble(tool, `${point}: mount point not mounted or bad option.`, { hint: true });
    else if (option !== 'remount' && option !== 'defaults' && !row.options.includes(option))
      row.options.push(option);
  }
  return 0;
}

/** As tmpfs tells its options (`shmem_show_options`): what every file system has comes before. */
function inOrder(options: readonly string[]): string[] {
  const rank = (option: string): number =>
    1 + ['size', 'nr_inodes', 'mode', 'uid', 'gid'].indexOf(option.split('=')[0] ?? '');
  return options.toSorted((a, b) => rank(a) - rank(b));
}

function* runUmount(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'aAcdfilnN:O:qrRt:v',
    long: { all: 'a', force: 'f', lazy: 'l', recursive: 'R', 'read-only': 'r', verbose: 'v', quiet: 'q' },
  });
  if (operands.length === 0) {
    if (options.some((option) => option.name === 'a'))
      return trouble(tool, 'not modelled: option -a', { code: 1 });
    return tool.misuse('bad usage', 1);
  }
  let code = 0;
  const { fs, host, who } = tool.context;
  for (const operand of operands) {
    const bySource = mountTable(host).findLast((row) => row.source === operand);
    const path = bySource?.point ?? operand;
    const real = fs.realpath(tool.resolve(path), who);
    const row = mountTable(host).findLast((candidate) => candidate.point === real);
    if (typeof real !== 'string') code = trouble(tool, `${operand}: no mount point specified.`);
    else if (row === undefined) code = trouble(tool, `${operand}: not mounted.`);
    else if (who.uid !== 0) code = trouble(tool, `${operand}: must be superuser to unmount.`);
    else {
      const failed = row.type === 'tmpfs' || row.size > 0 ? fs.unmount(real) : new FileError('EBUSY', real);
      if (failed !== undefined)
        code = trouble(
          tool,
          `${operand}: ${failed.errno === 'EBUSY' ? 'target is busy' : errnoText(failed.errno)}.`,
        );
    }
  }
  yield* tool.drain();
  return code;
}

function* runFindmnt(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'AabCcDdeFfhiJklmMnN:o:O:pPrRsS:t:T:uUvVxy',
    long: {
      noheadings: 'n',
      'output:': 'o',
      raw: 'r',
      list: 'l',
      'target:': 'T',
      'source:': 'S',
      'types:': 't',
      df: 'D',
      'mountpoint:': 'M',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const columns = (value('o') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').toUpperCase().split(',');
  for (const column of columns)
    if (!['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS', 'SIZE', 'USED', 'AVAIL', 'USE%'].includes(column))
      tool.fail(`unknown column: ${column}`);
  const table = mountTable(tool.context.host);
  const [named] = operands;
  const path = value('T') ?? named;
  let rows = table;
  if (path !== undefined) {
    const info = tool.stat(path);
    const point = value('T') === undefined ? path : info instanceof FileError ? '' : info.mount;
    rows = table.filter((row) => row.point === point || row.source === path);
  }
  const types = value('t')?.split(',');
  if (types !== undefined) rows = rows.filter((row) => types.includes(row.type));
  if (rows.length === 0) return 1;
  const isTree = !has('l') && !has('r') && path === undefined && types === undefined;
  const ordered = isTree ? asTree(rows) : rows.map((row) => ({ row, branch: '' }));
  const lines = ordered.map(({ row, branch }) =>
    columns.map((column) => branchOf(column, branch) + columnOf(row, column)),
  );
  if (!has('n')) lines.unshift(columns);
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => [...(line[index] ?? '')].length)));
  for (const line of lines)
    tool.line(
      has('r')
        ? line.join(' ')
        : line
            .map((text, index) => text + ' '.repeat((widths[index] ?? 0) - [...text].length))
            .join(' ')
            .trimEnd(),
    );
  yield* tool.drain();
  return 0;
}

function branchOf(column: string, branch: string): string {
  return column === 'TARGET' ? branch : '';
}

function columnOf(row: MountRow, column: string): string {
  switch (column) {
    case 'TARGET':
      return row.point;
    case 'SOURCE':
      return row.part === undefined ? row.source : `${row.source}[${row.part}]`;
    case 'FSTYPE':
      return row.type;
    case 'OPTIONS':
      return row.options;
    case 'SIZE':
      return `${(row.size / 1_073_741_824).toFixed(1)}G`;
    case 'USED':
      return `${(row.used / 1_073_741_824).toFixed(1)}G`;
    case 'AVAIL':
      return `${(row.available / 1_073_741_824).toFixed(1)}G`;
    default:
      return row.size === 0 ? '0%' : `${Math.round((row.used * 100) / row.size)}%`;
  }
}

function asTree(rows: readonly MountRow[]): { row: MountRow; branch: string }[] {
  const parentOf = (row: MountRow): MountRow | undefined =>
    rows
      .filter((other) => other !== row && (other.point === '/' || row.point.startsWith(`${other.point}/`)))
      .sort((a, b) => b.point.length - a.point.length)[0];
  const out: { row: MountRow; branch: string }[] = [];
  const visit = (row: MountRow, lead: string, branch: string): void => {
    out.push({ row, branch });
    const children = rows.filter((other) => parentOf(other) === row);
    children.forEach((child, index) => {
      const isLast = index === children.length - 1;
      visit(child, lead + (isLast ? '  ' : '│ '), lead + (isLast ? '└─' : '├─'));
    });
  };
  for (const row of rows) if (parentOf(row) === undefined) visit(row, '', '');
  return out;
}
