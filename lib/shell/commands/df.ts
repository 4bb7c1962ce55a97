/** df(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { type MountRow, mountTable } from './mount-table';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import { humanSize, parseSize } from './sizes';
import type { Command, Tool, ToolRun } from './tool';

export const df: Command = {
  name: 'df',
  package: 'coreutils',
  paths: ['/usr/bin/df'],
  synopsis: 'df [OPTION]... [FILE]...',
  summary:
    'Show information about the file system on which each FILE resides,\nor all file systems by default.',
  run,
};

type Column =
  | 'source'
  | 'fstype'
  | 'itotal'
  | 'iused'
  | 'iavail'
  | 'ipcent'
  | 'size'
  | 'used'
  | 'avail'
  | 'pcent'
  | 'file'
  | 'target';

interface Settings {
  all: boolean;
  human: 0 | 1000 | 1024;
  unit: number;
  columns: Column[];
  inodes: boolean;
  posix: boolean;
  types: string[];
  excludedTypes: string[];
  total: boolean;
  local: boolean;
}

const SYNTAX = {
  short: 'aB:hHikmlPTt:x:v',
  long: {
    all: 'a',
    'block-size:': 'B',
    'human-readable': 'h',
    si: 'H',
    inodes: 'i',
    local: 'l',
    'no-sync': 'no-sync',
    'output::': 'output',
    portability: 'P',
    sync: 'sync',
    total: 'total',
    'type:': 't',
    'print-type': 'T',
    'exclude-type:': 'x',
  },
};
const ALL_COLUMNS: readonly Column[] = [
  'source',
  'fstype',
  'itotal',
  'iused',
  'iavail',
  'ipcent',
  'size',
  'used',
  'avail',
  'pcent',
  'file',
  'target',
];
const LEFT: ReadonlySet<Column> = new Set(['source', 'fstype', 'file', 'target']);
const LEAST: Readonly<Partial<Record<Column, number>>> = {
  source: 14,
  fstype: 4,
  itotal: 5,
  iused: 5,
  iavail: 5,
  ipcent: 4,
  size: 5,
  used: 5,
  avail: 5,
  pcent: 4,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(SYNTAX);
  const settings: Settings = {
    all: false,
    human: 0,
    unit: 1024,
    columns: [],
    inodes: false,
    posix: false,
    types: [],
    excludedTypes: [],
    total: false,
    local: false,
  };
  let withType = false;
  for (const option of options) {
    if (option.name === 'T') withType = true;
    else setOption(tool, settings, option.name, option.value === undefined ? undefined : valueOf(option));
  }
  if (settings.columns.length === 0)
    settings.columns = [
      'source',
      ...(withType ? (['fstype'] as const) : []),
      ...(settings.inodes
        ? (['itotal', 'iused', 'iavail', 'ipcent'] as const)
        : (['size', 'used', 'avail', 'pcent'] as const)),
      'target',
    ];
  const table = mountTable(tool.context.host);
  let code = 0;
  const rows: { mount: MountRow; file: string }[] = [];
  if (operands.length === 0)
    for (const mount of table) {
      if (isShown(mount, settings)) rows.push({ mount, file: '-' });
    }
  for (const path of operands) {
    const info = tool.stat(path);
    if (info instanceof FileError) {
      tool.complain(`${quoteFileIfNeeded(path)}: ${errnoText(info.errno)}`);
      code = 1;
      continue;
    }
    const real = tool.context.fs.realpath(tool.resolve(path), tool.context.who);
    const device = info.kind === 'block' ? table.find((mount) => mount.source === real) : undefined;
    const virtual = typeof real === 'string' ? kernelMount(table, real) : undefined;
    const mount = device ?? virtual ?? table.find((row) => row.point === info.mount);
    if (mount !== undefined && isWanted(mount, settings)) rows.push({ mount, file: path });
  }
  if (rows.length === 0) return code !== 0 ? code : tool.fail('no file systems processed');
  show(tool, rows, settings);
  yield* tool.drain();
  return code;
}

/** /proc, /sys and /dev are file systems without files of ours. */
function kernelMount(table: readonly MountRow[], path: string): MountRow | undefined {
  return table
    .filter((mount) => mount.point !== '/' && (path === mount.point || path.startsWith(`${mount.point}/`)))
    .sort((a, b) => b.point.length - a.point.length)[0];
}

function isWanted(mount: MountRow, settings: Settings): boolean {
  return (
    (settings.types.length === 0 || settings.types.includes(mount.type)) &&
    !settings.excludedTypes.includes(mount.type)
  );
}
function isShown(mount: MountRow, settings: Settings): boolean {
  return isWanted(mount, settings) && (settings.all || (mount.size > 0 && !mount.isBound));
}

function setOption(tool: Tool, settings: Settings, name: string, given: string | undefined): void {
  const value = given ?? '';
  switch (name) {
    case 'a':
      settings.all = true;
      break;
    case 'B': {
      const size = parseSize(value);
      if (typeof size !== 'number') tool.fail(`invalid -B argument '${value}'`);
      settings.unit = size;
      settings.human = 0;
      break;
    }
    case 'h':
      settings.human = 1024;
      break;
    case 'H':
      settings.human = 1000;
      break;
    case 'i':
      settings.inodes = true;
      break;
    case 'm':
      settings.unit = 1_048_576;
      settings.human = 0;
      break;
    case 'k':
      settings.unit = 1024;
      settings.human = 0;
      break;
    case 'P':
      settings.posix = true;
      break;
    case 't':
      settings.types.push(value);
      break;
    case 'x':
      settings.excludedTypes.push(value);
      break;
    case 'total':
      settings.total = true;
      break;
    case 'output':
      settings.columns.push(
        ...(given === undefined ? ALL_COLUMNS : value.split(',').map((name_) => columnNamed(tool, name_))),
      );
      break;
  }
}

function columnNamed(tool: Tool, name: string): Column {
  const found = ALL_COLUMNS.find((column) => column === name);
  if (found !== undefined) return found;
  return tool.misuse(`option --output: field ${quoteValue(name)} unknown`);
}

function show(tool: Tool, rows: { mount: MountRow; file: string }[], settings: Settings): void {
  const { columns } = settings;
  const lines = [columns.map((column) => heading(column, settings))];
  for (const { mount, file } of rows)
    lines.push(columns.map((column) => cell(mount, file, column, settings)));
  if (settings.total) {
    const sum = total(rows.map(({ mount }) => mount));
    lines.push(columns.map((column) => cell(sum, '-', column, settings)));
  }
  const widths = columns.map((column, index) =>
    Math.max(LEAST[column] ?? 0, ...lines.map((line) => (line[index] ?? '').length)),
  );
  for (const line of lines) {
    const cells = line.map((text, index) => {
      const width = widths[index] ?? 0;
      if (!LEFT.has(columns[index] ?? 'target')) return text.padStart(width);
      return index === line.length - 1 ? text : text.padEnd(width);
    });
    tool.line(cells.join(' '));
  }
}

function total(mounts: readonly MountRow[]): MountRow {
  const sum = (pick: (mount: MountRow) => number): number =>
    mounts.reduce((all, mount) => all + pick(mount), 0);
  return {
    source: 'total',
    point: '-',
    type: '-',
    options: '',
    size: sum((mount) => mount.size),
    used: sum((mount) => mount.used),
    available: sum((mount) => mount.available),
    inodes: sum((mount) => mount.inodes),
    inodesUsed: sum((mount) => mount.inodesUsed),
    isBound: false,
  };
}

function heading(column: Column, { human, unit, posix }: Settings): string {
  switch (column) {
    case 'source':
      return 'Filesystem';
    case 'fstype':
      return 'Type';
    case 'itotal':
      return 'Inodes';
    case 'iused':
      return 'IUsed';
    case 'iavail':
      return 'IFree';
    case 'ipcent':
      return 'IUse%';
    case 'size':
      return human !== 0 ? 'Size' : posix ? `${unit}-blocks` : `${unitText(unit)}-blocks`;
    case 'used':
      return 'Used';
    case 'avail':
      return human !== 0 ? 'Avail' : 'Available';
    case 'pcent':
      return posix ? 'Capacity' : 'Use%';
    case 'file':
      return 'File';
    case 'target':
      return 'Mounted on';
  }
}

function unitText(unit: number): string {
  for (const [letter, size] of [
    ['G', 1_073_741_824],
    ['M', 1_048_576],
    ['K', 1024],
  ] as const)
    if (unit % size === 0) return `${unit / size}${letter}`;
  return unit % 1000 === 0 ? `${unit / 1000}kB` : `${unit}B`;
}

function cell(mount: MountRow, file: string, column: Column, settings: Settings): string {
  switch (column) {
    case 'source':
      return mount.source;
    case 'fstype':
      return mount.type;
    case 'itotal':
      return count(mount.inodes, settings);
    case 'iused':
      return count(mount.inodesUsed, settings);
    case 'iavail':
      return count(mount.inodes - mount.inodesUsed, settings);
    case 'ipcent':
      return percent(mount.inodesUsed, mount.inodes - mount.inodesUsed);
    case 'size':
      return bytes(mount.size, settings);
    case 'used':
      return bytes(mount.used, settings);
    case 'avail':
      return bytes(mount.available, settings);
    case 'pcent':
      return percent(mount.used, mount.available);
    case 'file':
      return file;
    case 'target':
      return mount.point;
  }
}
function bytes(value: number, { human, unit }: Settings): string {
  return human === 0 ? String(Math.ceil(value / unit)) : humanSize(value, { base: human });
}
function count(value: number, { human }: Settings): string {
  return human === 0 ? String(value) : humanSize(value, { base: human });
}
function percent(used: number, available: number): string {
  return used + available === 0 ? '-' : `${Math.ceil((used * 100) / (used + available))}%`;
}
