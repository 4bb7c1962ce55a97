/** lsblk(8) and blkid(8) of util-linux: the one virtual disk that a host has. */
import { humanSize } from './sizes';
import type { Command, Tool, ToolRun } from './tool';

export const lsblk: Command = {
  name: 'lsblk',
  package: 'util-linux',
  paths: ['/usr/bin/lsblk'],
  synopsis: 'lsblk [options] [<device> ...]',
  summary: 'List information about block devices.',
  run: runLsblk,
};
export const blkid: Command = {
  name: 'blkid',
  package: 'util-linux',
  paths: ['/usr/sbin/blkid'],
  synopsis: 'blkid [options] [<dev> ...]',
  summary: 'Locate/print block device attributes.',
  run: function* (tool) {
    const { operands } = tool.options({ short: 'c:dghilL:kno:ps:t:u:U:S:O:' });
    const root = tool.context.fs.mounts().find((mount) => mount.point === '/');
    if (root === undefined || tool.context.who.uid !== 0) return tool.context.who.uid === 0 ? 2 : 0;
    const id = uuidOf(tool.context.host.state.name);
    if (operands.length > 0 && !operands.includes(root.source)) return 2;
    tool.line(
      `${root.source}: UUID="${id}" BLOCK_SIZE="4096" TYPE="${root.type}" PARTUUID="${id.slice(0, 8)}-01"`,
    );
    yield* tool.drain();
    return 0;
  },
};

interface Device {
  readonly name: string;
  readonly number: string;
  readonly size: number;
  readonly type: string;
  readonly points: string;
  readonly fstype: string;
  readonly branch: string;
}

function* runLsblk(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'aAbdDe:fhiI:JlLmnNo:OpPrsStTVvw:xz',
    long: {
      all: 'a',
      bytes: 'b',
      nodeps: 'd',
      fs: 'f',
      list: 'l',
      noheadings: 'n',
      'output:': 'o',
      paths: 'p',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const root = tool.context.fs.mounts().find((mount) => mount.point === '/');
  const size = tool.context.host.state.diskMiB * 1_048_576;
  const source = root?.source.replace(/^\/dev\//, '') ?? 'vda';
  const disk = source.replace(/\d+$/, '');
  const isPartition = disk !== source;
  const devices: Device[] = [
    {
      name: disk,
      number: '254:0',
      size,
      type: 'disk',
      points: isPartition ? '' : '/',
      fstype: isPartition ? '' : 'ext4',
      branch: '',
    },
    ...(isPartition && !has('d')
      ? [
          {
            name: source,
            number: '254:1',
            size: size - 1_048_576,
            type: 'part',
            points: '/',
            fstype: 'ext4',
            branch: has('l') ? '' : '└─',
          },
        ]
      : []),
  ].filter(
    (device) =>
      operands.length === 0 ||
      operands.some(
        (name) =>
          name.replace(/^\/dev\//, '') === device.name ||
          device.name.startsWith(name.replace(/^\/dev\//, '')),
      ),
  );
  const [unknown] = operands;
  if (devices.length === 0) return tool.fail(`${unknown ?? ''}: not a block device`, 32);
  const given = options.findLast((option) => option.name === 'o')?.value;
  const columns = (
    given ??
    (has('f')
      ? 'NAME,FSTYPE,FSVER,LABEL,UUID,FSAVAIL,FSUSE%,MOUNTPOINTS'
      : 'NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS')
  )
    .toUpperCase()
    .split(',');
  const cell = (device: Device, column: string): string | undefined => {
    switch (column) {
      case 'NAME':
        return device.branch + (has('p') ? '/dev/' : '') + device.name;
      case 'MAJ:MIN':
        return device.number.replace(
          /^(\d+):(\d+)$/,
          (_, major: string, minor: string) => `${major.padStart(3)}:${minor.padEnd(3)}`,
        );
      case 'RM':
      case 'RO':
        return '0';
      case 'SIZE':
        return has('b')
          ? String(device.size)
          : humanSize(device.size, { base: 1024, rounding: 'nearest' }).replace(/\.0(?=[A-Z])/, '');
      case 'TYPE':
        return device.type;
      case 'FSTYPE':
        return device.fstype;
      case 'FSVER':
        return device.fstype === '' ? '' : '1.0';
      case 'UUID':
        return device.fstype === '' ? '' : uuidOf(tool.context.host.state.name);
      case 'FSAVAIL':
        return device.points === '' || root === undefined
          ? ''
          : humanSize(root.size - root.used, { base: 1024 });
      case 'FSUSE%':
        return device.points === '' || root === undefined
          ? ''
          : `${Math.round((root.used * 100) / root.size)}%`;
      case 'MOUNTPOINT':
      case 'MOUNTPOINTS':
        return device.points;
      case 'LABEL':
      case 'MODEL':
      case 'SERIAL':
        return '';
      default:
        return undefined;
    }
  };
  for (const column of columns)
    if (
      cell(
        devices[0] ?? { name: '', number: '', size: 0, type: '', points: '', fstype: '', branch: '' },
        column,
      ) === undefined
    )
      tool.fail(`unknown column: ${column}`);
  const rows = devices.map((device) => columns.map((column) => cell(device, column) ?? ''));
  if (!has('n')) rows.unshift(columns);
  const isRight = (column: string): boolean => /^(RM|RO|SIZE|FSAVAIL|FSUSE%)$/.test(column);
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => [...(row[index] ?? '')].length)));
  for (const row of rows)
    tool.line(
      row
        .map((text, index) => {
          if (index === row.length - 1) return text;
          const gap = ' '.repeat((widths[index] ?? 0) - [...text].length);
          return isRight(columns[index] ?? '') ? gap + text : text + gap;
        })
        .join(' '),
    );
  yield* tool.drain();
  return 0;
}

function uuidOf(name: string): string {
  let hex = '';
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5 ^ (part + 17);
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    hex += hash.toString(16).padStart(8, '0');
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
