/** lsof(8) and fuser(1): who has which files, sockets and directories open. */
import { formatIPv4 } from '../../std/ipv4';
import { FileError, type Stat } from '../../world/files.contract';
import type { ProcessState } from '../../world/process.contract';
import { isZombie, shortUser } from './process-view';
import { parseSignal } from './signal-names';
import type { Command, Tool, ToolRun } from './tool';

export const lsof: Command = {
  name: 'lsof',
  package: 'lsof',
  paths: ['/usr/bin/lsof'],
  synopsis: 'lsof [-nPtaR] [+L1] [-i [addr]] [-p pids] [-u users] [-c name] [+D dir] [files]',
  summary: 'List open files.',
  run: runLsof,
};
export const fuser: Command = {
  name: 'fuser',
  package: 'psmisc',
  paths: ['/usr/bin/fuser'],
  synopsis: 'fuser [-fIMuvw] [-a|-s] [-4|-6] [-c|-m|-n SPACE] [-k [-i] [-SIGNAL]] NAME...',
  summary: 'Show which processes use the named files, sockets, or filesystems.',
  run: runFuser,
};

interface Row {
  readonly process: ProcessState;
  readonly fd: string;
  readonly type: string;
  readonly device: string;
  readonly size: string;
  readonly node: string;
  readonly name: string;
  readonly path: string | undefined;
  readonly links: number | undefined;
  readonly socket: { protocol: string; port: number; peerPort: number; state: string } | undefined;
}

/** Ports have names where /etc/services knows them and -P is not given. */
function portName(tool: Tool, port: number, protocol: string, plain: boolean): string {
  if (plain) return String(port);
  const text = tool.context.fs.readFile('/etc/services', { uid: 0, gid: 0, groups: [] });
  if (text instanceof FileError) return String(port);
  const match = new RegExp(`^(\\S+)\\s+${port}/${protocol}\\b`, 'm').exec(text);
  return match?.[1] ?? String(port);
}

function openFiles(tool: Tool, plainPorts: boolean): Row[] {
  const { host, world, who } = tool.context;
  const rows: Row[] = [];
  for (const process of host.processes()) {
    if (isZombie(process) || (who.uid !== 0 && process.uid !== who.uid)) continue;
    const add = (fd: string, path: string, fallback = 'REG'): void => {
      const info = host.fs.stat(path, { uid: 0, gid: 0, groups: [] });
      rows.push(
        fileRow(tool, process, fd, { path, info: info instanceof FileError ? undefined : info, fallback }),
      );
    };
    add('cwd', process.cwd, 'DIR');
    add('rtd', '/', 'DIR');
    if (process.exe !== '') add('txt', process.exe);
    for (const [fd, stream] of [...(host.descriptors(process.pid) ?? [])].sort(([a], [b]) => a - b)) {
      // It closes what it was started with, beyond the first three.
      if (process.pid === tool.context.pid && fd > 2) continue;
      const node = stream.ino === undefined ? undefined : host.state.inodes.get(stream.ino);
      if (stream.kind === 'file' && stream.path !== undefined && node !== undefined)
        rows.push(
          fileRow(tool, process, `${fd}${fd === 0 ? 'r' : 'w'}`, {
            path: stream.path,
            info: undefined,
            fallback: 'REG',
            node: { ino: node.ino, size: node.bytes, links: node.nlink },
          }),
        );
      else if (stream.kind === 'pipe')
        rows.push({
          ...base(process, `${fd}${fd === 0 ? 'r' : 'w'}`),
          type: 'FIFO',
          device: '0,13',
          size: '0t0',
          node: '',
          name: 'pipe',
        });
      else if (stream.path !== undefined) add(`${fd}u`, stream.path, 'CHR');
    }
    let fd = 3;
    for (const socket of world.network.sockets(host)) {
      if (
        socket.pid !== process.pid &&
        !(socket.state === 'LISTEN' && inherits(host.process(socket.pid), process))
      )
        continue;
      const local = `${socket.localIp === 0 ? '*' : formatIPv4(socket.localIp)}:${portName(tool, socket.localPort, socket.protocol, plainPorts)}`;
      const peer =
        socket.peerPort === 0
          ? ''
          : `->${formatIPv4(socket.peerIp)}:${portName(tool, socket.peerPort, socket.protocol, plainPorts)}`;
      const state =
        socket.protocol === 'udp'
          ? ''
          : ` (${socket.state === 'ESTAB' ? 'ESTABLISHED' : socket.state.replace('-', '_')})`;
      rows.push({
        ...base(process, `${fd++}u`),
        type: socket.six === true ? 'IPv6' : 'IPv4',
        device: String(13_000 + socket.localPort),
        size: '0t0',
        node: socket.protocol.toUpperCase(),
        name: local + peer + state,
        socket: {
          protocol: socket.protocol,
          port: socket.localPort,
          peerPort: socket.peerPort,
          state: socket.state,
        },
      });
    }
  }
  return rows;
}

/** Who was forked after a socket was opened has it too, unless it closes it, as sshd's children do. */
function inherits(owner: ProcessState | undefined, process: ProcessState): boolean {
  return (
    owner !== undefined &&
    process.ppid === owner.pid &&
    process.comm === owner.comm &&
    process.exe === owner.exe &&
    owner.comm !== 'sshd'
  );
}

function base(process: ProcessState, fd: string): Row {
  return {
    process,
    fd,
    type: '',
    device: '',
    size: '',
    node: '',
    name: '',
    path: undefined,
    links: undefined,
    socket: undefined,
  };
}

function fileRow(
  tool: Tool,
  process: ProcessState,
  fd: string,
  about: {
    path: string;
    info: Stat | undefined;
    fallback: string;
    node?: { ino: number; size: number; links: number };
  },
): Row {
  const { path, info, node } = about;
  const isDisk =
    tool.context.fs
      .mounts()
      .find((mount) => mount.point === (info?.mount ?? '/'))
      ?.source.startsWith('/dev/') !== false;
  const kinds = {
    directory: 'DIR',
    character: 'CHR',
    file: 'REG',
    fifo: 'FIFO',
    socket: 'unix',
    block: 'BLK',
    symlink: 'LINK',
  } as const;
  const links = node?.links ?? info?.nlink;
  return {
    ...base(process, fd),
    type: info === undefined ? about.fallback : kinds[info.kind],
    device: info?.kind === 'character' ? '1,3' : isDisk ? '254,1' : '0,23',
    size: info?.kind === 'character' ? '0t0' : String(node?.size ?? info?.size ?? 0),
    node: String(node?.ino ?? info?.ino ?? ''),
    name: path + (links === 0 ? ' (deleted)' : ''),
    path,
    links,
  };
}

interface Filter {
  /** Of TCP sockets. */
  state?: string;
  and: boolean;
  terse: boolean;
  withLinks: boolean;
  tests: ((row: Row) => boolean)[];
}

function* runLsof(tool: Tool): ToolRun {
  const words = [...tool.args];
  const filter: Filter = { and: false, terse: false, withLinks: false, tests: [] };
  const plainPorts = words.some((word) => /^-[a-zA-Z]*P/.test(word) && !/^-[cupsdD]/.test(word));
  const files: string[] = [];
  const { host } = tool.context;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (/^\+L\d*$/.test(word) || word === '+L') {
      filter.withLinks = true;
      const most = Number(word.slice(2) || '0');
      if (most > 0) filter.tests.push((row) => row.links !== undefined && row.links < most);
    } else if (/^[+-]D/.test(word) || word === '+d') {
      const given = word.slice(2) || (words.shift() ?? '');
      const real = host.fs.realpath(tool.resolve(given), tool.context.who);
      const directory = real instanceof FileError ? given : real;
      filter.tests.push(
        (row) => row.path !== undefined && (row.path === directory || row.path.startsWith(`${directory}/`)),
      );
    } else if (word.startsWith('-') && word.length > 1) {
      const failed = readCluster(tool, word.slice(1), words, filter);
      if (failed !== undefined) return failed;
    } else files.push(word);
  }
  let code = 0;
  for (const name of files) {
    const info = tool.stat(name);
    if (info instanceof FileError) {
      tool.note(`lsof: status error on ${name}: No such file or directory\n`);
      code = 1;
      continue;
    }
    const mount = host.fs
      .mounts()
      .find((candidate) => candidate.point === host.fs.realpath(tool.resolve(name), tool.context.who));
    filter.tests.push((row) => {
      if (row.path === undefined) return false;
      const own = host.fs.stat(row.path, { uid: 0, gid: 0, groups: [] });
      if (own instanceof FileError) return false;
      return own.ino === info.ino || (mount !== undefined && own.mount === mount.point);
    });
  }
  if (files.length > 0 && filter.tests.length === 0) return code;
  const rows = openFiles(tool, plainPorts).filter(
    (row) =>
      (filter.state === undefined ||
        (row.socket === undefined ? filter.tests.length > 0 : row.socket.state === filter.state)) &&
      (filter.tests.length === 0 ||
        (filter.and ? filter.tests.every((test) => test(row)) : filter.tests.some((test) => test(row)))),
  );
  if (filter.terse) for (const pid of new Set(rows.map((row) => row.process.pid))) tool.line(String(pid));
  else if (rows.length > 0) show(tool, rows, filter.withLinks);
  yield* tool.drain();
  return rows.length === 0 ? 1 : code;
}

function readCluster(tool: Tool, letters: string, words: string[], filter: Filter): number | undefined {
  const { host } = tool.context;
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    const rest = letters.slice(i + 1);
    const value = (): string => (rest !== '' ? rest : (words.shift() ?? ''));
    switch (letter) {
      case 'n':
      case 'P':
      case 'w':
      case 'l':
      case 'R':
      case 'b':
      case 'O':
        continue;
      case 't':
        filter.terse = true;
        continue;
      case 'a':
        filter.and = true;
        continue;
      case 'i': {
        const given =
          rest !== ''
            ? rest
            : /^(\d*(tcp|udp)?(@\S+)?:?\S*|[46])$/i.test(words[0] ?? '-') &&
                !words[0]?.startsWith('-') &&
                !words[0]?.startsWith('/')
              ? (words.shift() ?? '')
              : '';
        filter.tests.push(internetTest(given));
        return undefined;
      }
      case 'p': {
        const pids = value().split(',').map(Number);
        filter.tests.push((row) => pids.includes(row.process.pid));
        return undefined;
      }
      case 'u': {
        const uids = value()
          .split(',')
          .map((name) => host.user(name)?.uid ?? Number(name));
        filter.tests.push((row) => uids.includes(row.process.uid));
        return undefined;
      }
      case 'c': {
        const start = value();
        filter.tests.push((row) => row.process.comm.startsWith(start));
        return undefined;
      }
      case 'd': {
        const fds = value().split(',');
        filter.tests.push((row) => fds.includes(row.fd) || fds.includes(row.fd.replace(/\D/g, '')));
        return undefined;
      }
      case 's': {
        const given = /^(TCP|UDP):(\S+)$/i.exec(rest !== '' ? rest : (words[0] ?? ''));
        if (given === null) return undefined;
        if (rest === '') words.shift();
        const state = (given[2] ?? '').toUpperCase().replace('ESTABLISHED', 'ESTAB');
        // It narrows what -i and others find, and finds sockets where it stands alone.
        filter.state = state;
        return undefined;
      }
      case 'v':
        return tool.version();
      default:
        tool.note(
          `lsof: illegal option character: ${letter}\nlsof 4.95.0\n latest revision: https://github.com/lsof-org/lsof\n latest FAQ: https://github.com/lsof-org/lsof/blob/master/00FAQ\n`,
        );
        return 1;
    }
  }
  return undefined;
}

/** `-i :80`, `-i tcp`, `-iTCP:80`, `-i tcp@10.0.0.1:80`. */
function internetTest(text: string): (row: Row) => boolean {
  const match = /^[46]?(tcp|udp)?(?:@([^:]*))?(?::(\S+))?$/i.exec(text);
  const protocol = match?.[1]?.toLowerCase();
  const address = match?.[2];
  const ports = match?.[3]?.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-');
    return Array.from(
      { length: Math.max(0, Number(last) - Number(first)) + 1 },
      (_, index) => Number(first) + index,
    );
  });
  return (row) =>
    row.socket !== undefined &&
    (protocol === undefined || row.socket.protocol === protocol) &&
    (address === undefined || address === '' || row.name.includes(address)) &&
    (ports === undefined || ports.includes(row.socket.port) || ports.includes(row.socket.peerPort));
}

function show(tool: Tool, rows: readonly Row[], withLinks: boolean): void {
  const cells = rows.map((row) => [
    row.process.comm.slice(0, 9),
    String(row.process.pid),
    (tool.context.host.user(row.process.uid)?.name ?? String(row.process.uid)).slice(0, 16),
    row.fd,
    row.type,
    row.device,
    row.size,
    ...(withLinks ? [row.links === undefined ? '' : String(row.links)] : []),
    row.node,
    row.name,
  ]);
  const heads = [
    'COMMAND',
    'PID',
    'USER',
    'FD',
    'TYPE',
    'DEVICE',
    'SIZE/OFF',
    ...(withLinks ? ['NLINK'] : []),
    'NODE',
    'NAME',
  ];
  const least = [7, 3, 4, 0, 4, 6, 8];
  const widths = heads.map((head, index) =>
    Math.max(head.length, least[index] ?? 0, ...cells.map((row) => (row[index] ?? '').length)),
  );
  for (const row of [heads, ...cells])
    tool.line(
      row
        .map((cell, index) => {
          if (index === heads.length - 1) return cell;
          if (index === 0) return cell.padEnd(widths[0] ?? 0);
          return index === 3 ? descriptorCell(cell) : cell.padStart(widths[index] ?? 0);
        })
        .join(' '),
    );
}

/** Number, mode, lock. */
function descriptorCell(cell: string): string {
  const match = /^(\d+)([a-z])$/.exec(cell);
  return match === null ? `${cell.padStart(4)}  ` : `${(match[1] ?? '').padStart(4)}${match[2] ?? ''} `;
}

function* runFuser(tool: Tool): ToolRun {
  const words = [...tool.args];
  const names: string[] = [];
  let space = 'file';
  let [kills, verbose, mounts, users, silent] = [false, false, false, false, false];
  let signal = parseSignal('KILL');
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const asSignal = /^-[A-Z0-9]{2,}$/.test(word) ? parseSignal(word.slice(1)) : undefined;
    if (asSignal !== undefined) signal = asSignal;
    else if (/^-\d+$/.test(word)) signal = parseSignal(word.slice(1));
    else if (word.startsWith('-') && word.length > 1) {
      for (const letter of word.slice(1)) {
        if (letter === 'k') kills = true;
        else if (letter === 'v') verbose = true;
        else if (letter === 'm' || letter === 'c') mounts = true;
        else if (letter === 'u') users = true;
        else if (letter === 's') silent = true;
        else if (letter === 'n') space = words.shift() ?? 'file';
      }
    } else names.push(word);
  }
  if (names.length === 0) {
    tool.note(
      'No process specification given\nUsage: fuser [-fIMuvw] [-a|-s] [-4|-6] [-c|-m|-n SPACE]\n             [-k [-i] [-SIGNAL]] NAME...\n       fuser -l\n       fuser -V\n',
    );
    return 1;
  }
  const rows = openFiles(tool, true);
  const { host, world, who } = tool.context;
  let code = 1;
  for (const name of names) {
    const port = /^(\d+)(?:\/(tcp|udp))?$/.exec(name);
    const protocol = port?.[2] ?? (space === 'file' ? undefined : space);
    let found: Row[];
    if (port !== null && protocol !== undefined)
      found = rows.filter((row) => row.socket?.protocol === protocol && row.socket.port === Number(port[1]));
    else {
      const info = tool.stat(name);
      if (info instanceof FileError) {
        tool.note(`Specified filename ${name} does not exist.\n`);
        continue;
      }
      found = rows.filter((row) => {
        const own =
          row.path === undefined ? undefined : host.fs.stat(row.path, { uid: 0, gid: 0, groups: [] });
        if (own === undefined || own instanceof FileError) return false;
        return own.ino === info.ino || (mounts && own.mount === info.mount);
      });
    }
    if (found.length === 0) continue;
    code = 0;
    const pids = [...new Set(found.map((row) => row.process.pid))];
    const label =
      port !== null && protocol !== undefined ? `${port[1] ?? ''}/${protocol}` : tool.resolve(name);
    const accessOf = (pid: number): string =>
      found.some((row) => row.process.pid === pid && row.fd === 'cwd')
        ? 'c'
        : found.some((row) => row.process.pid === pid && row.fd === 'txt')
          ? 'e'
          : found.some((row) => row.process.pid === pid && row.fd === 'rtd')
            ? 'r'
            : '';
    if (verbose) {
      tool.note(`${' '.repeat(21)}USER        PID ACCESS COMMAND\n`);
      for (const [index, pid] of pids.entries()) {
        const process = host.process(pid);
        if (process === undefined) continue;
        const access = accessOf(pid);
        const flags =
          access === 'c' ? '..c..' : access === 'e' ? '...e.' : access === 'r' ? '.r...' : 'F....';
        // Numbers go to the output, all the rest does not.
        tool.note(`${(index === 0 ? `${label}:` : '').padEnd(20)} ${shortUser(host, process.uid).padEnd(9)}`);
        tool.print(String(pid).padStart(6));
        yield* tool.flush();
        tool.note(` ${flags} ${process.comm}\n`);
      }
    } else if (!silent) {
      tool.note(`${label}:`.padEnd(20));
      for (const pid of pids) {
        tool.print(`${String(pid).padStart(6)}`);
        yield* tool.flush();
        const process = host.process(pid);
        tool.note(
          accessOf(pid) + (users && process !== undefined ? `(${shortUser(host, process.uid)})` : ''),
        );
      }
      tool.note('\n');
    }
    if (kills && signal !== undefined && signal !== 0)
      for (const pid of pids) world.kill(host, pid, signal, who);
  }
  yield* tool.drain();
  return code;
}
