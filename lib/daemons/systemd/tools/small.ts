/** systemd-cat, systemd-notify, systemd-cgls, systemd-cgtop, systemd-escape, systemd-delta, systemd-sysv-install. */
import { FileError } from '../../../world/files.contract';
import type { Program, SyslogPriority } from '../../../world/process.contract';
import { managerOf } from '../host-manager';
import { disable, enable } from '../enable';
import { priorityNamed } from '../journalctl/match';
import { formatBytes } from '../systemctl/output';
import { groupTree } from '../systemctl/status';
import { SEARCH_PATH } from '../unit-file/search';
import { getoptComplaint, parseOptions } from '../../command-options';
import {
  escapeName,
  escapePath,
  mangle,
  sliceOf,
  typeOf,
  unescapeName,
  withInstance,
} from '../unit-file/names';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** Sends lines, or a command's output, to the journal. */
export const systemdCat: Program = function* (context) {
  let identifier = 'cat';
  let named: SyslogPriority | undefined = 'info';
  let isGiven = false;
  const words = context.argv.slice(1);
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    const value = word.includes('=')
      ? word.slice(word.indexOf('=') + 1)
      : word.length > 2 && !word.startsWith('--')
        ? word.slice(2)
        : (words.shift() ?? '');
    if (word.startsWith('-t') || word.startsWith('--identifier')) identifier = value;
    else if (word.startsWith('-p') || word.startsWith('--priority')) {
      named = priorityNamed(value);
      isGiven = true;
    }
  }
  if (named === undefined) {
    yield* context.err('Failed to parse priority value.\n');
    return 1;
  }
  const priority = named;
  const name = words[0];
  if (name !== undefined) {
    const path = name.includes('/')
      ? context.resolve(name)
      : (context.env.get('PATH') ?? '/usr/bin')
          .split(':')
          .map((folder) => `${folder}/${name}`)
          .find((candidate) => context.fs.exists(candidate));
    const run =
      path === undefined
        ? undefined
        : context.spawn({
            argv: words,
            path,
            journal: {
              ...(isGiven ? { priority } : {}),
              identifier: identifier === 'cat' ? name.slice(name.lastIndexOf('/') + 1) : identifier,
            },
          });
    if (typeof run !== 'number') {
      yield* context.err(`Failed to execute process: No such file or directory\n`);
      return 1;
    }
    const ended = yield* context.wait(run);
    return ended.code ?? 1;
  }
  for (;;) {
    const line = yield* context.readLine();
    if (line === '') return 0;
    const text = line.replace(/\n$/, '');
    if (text.trim() !== '')
      context.host.syslog({
        facility: 'user',
        priority,
        tag: identifier,
        pid: context.pid,
        text,
        transport: 'stdout',
        uid: context.who.uid,
      });
  }
};
const NOTIFY_HELP = `systemd-notify [OPTIONS...] [VARIABLE=VALUE...]

Notify the init system about service status updates.

  -h --help            Show this help
     --version         Show package version
     --ready           Inform the init system about service start-up completion
     --pid[=PID]       Set main PID of daemon
     --uid=USER        Set user to send from
     --status=TEXT     Set status text
     --booted          Check if the system was booted up with systemd
     --no-block        Do not wait until operation finished

See the systemd-notify(1) man page for details.
`;
export const systemdNotify: Program = function* (context) {
  const parts: string[] = [];
  for (const word of context.argv.slice(1)) {
    if (word === '--ready') parts.push('READY=1');
    else if (word === '--stopping') parts.push('STOPPING=1');
    else if (word === '--reloading') parts.push('RELOADING=1');
    else if (word.startsWith('--status=')) parts.push(`STATUS=${word.slice('--status='.length)}`);
    else if (word.startsWith('--pid'))
      parts.push(`MAINPID=${word.includes('=') ? word.slice(word.indexOf('=') + 1) : context.process.ppid}`);
    else if (word === '--booted') return managerOf(context.host) === undefined ? 1 : 0;
    else if (/^[A-Z_]+=/.test(word)) parts.push(word);
  }
  if (parts.length === 0) {
    yield* context.out(NOTIFY_HELP);
    return 1;
  }
  const socket = context.env.get('NOTIFY_SOCKET');
  if (socket === undefined) {
    yield* context.err('No status data could be sent: $NOTIFY_SOCKET was not set\n');
    return 1;
  }
  if (!context.fs.exists(socket) && socket !== '/run/systemd/notify') {
    yield* context.err('Failed to notify init system: No such file or directory\n');
    return 1;
  }
  // It speaks for the process that called it, where it may.
  context.notify(parts.join('\n'), context.who.uid === 0 ? context.process.ppid : context.pid);
  return 0;
};
export const cgls: Program = function* (context) {
  const manager = managerOf(context.host);
  if (manager === undefined) return 1;
  // By default with the groups' inode numbers and extended attributes (systemd 252).
  const about = (group: string): { head: string; notes: string[] } => {
    const unit = manager.unit(group);
    const number = 4_096 + [...manager.state.units.keys()].indexOf(group) * 38;
    const id = unit?.invocation ?? '';
    return {
      head: `${group} (#${number})`,
      notes: id === '' ? [] : [`user.invocation_id: ${id}`, `trusted.invocation_id: ${id}`],
    };
  };
  const tree = groupTree({ manager }, (argv) => argv.join(' '), about);
  yield* context.out(`Control group /:\n-.slice\n${tree.join('\n')}\n`);
  return 0;
};
export const cgtop: Program = function* (context) {
  const { host } = context;
  const groups = new Map<string, { tasks: number; memory: number }>();
  for (const process of host.processes()) {
    const path = process.unit === undefined ? '/' : `${sliceOf(process.unit)}/${process.unit}`;
    const parts = path.split('/').filter((part) => part !== '');
    for (let i = 0; i <= parts.length; i++) {
      const name = i === 0 ? '/' : parts.slice(0, i).join('/');
      const group = groups.get(name) ?? { tasks: 0, memory: 0 };
      groups.set(name, { tasks: group.tasks + 1, memory: group.memory + process.rssKiB * 1024 });
    }
  }
  for (const [name, { tasks, memory }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield* context.out(
      `${name.padEnd(37)} ${String(tasks).padStart(8)}      - ${formatBytes(memory).padStart(8)}        -        -\n`,
    );
  return 0;
};
export const escapeProgram: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), ESCAPE_OPTIONS);
  const { problem, operands } = parsed;
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  const complaint =
    problem !== undefined
      ? `systemd-escape: ${getoptComplaint(problem)}`
      : operands.length === 0
        ? 'Not enough arguments.'
        : given.has('p') && !given.has('u')
          ? operands
              .filter((path) => !path.startsWith('/'))
              .map((path) => `Input '${path}' is not an absolute file system path, failed to escape.`)[0]
          : undefined;
  if (complaint !== undefined) {
    yield* context.err(`${complaint}\n`);
    return 1;
  }
  yield* context.out(`${operands.map((text) => escapedAs(text, given)).join(' ')}\n`);
  return 0;
};
const ESCAPE_OPTIONS = {
  short: 'upm',
  long: { unescape: 'u', path: 'p', mangle: 'm', 'suffix=': 'suffix', 'template=': 'template' },
} as const;
function escapedAs(text: string, given: ReadonlyMap<string, string>): string {
  if (given.has('m')) return mangle(text);
  if (given.has('u')) return `${given.has('p') ? '/' : ''}${unescapeName(text)}`;
  const escaped = given.has('p') ? escapePath(text) : escapeName(text);
  const template = given.get('template');
  if (template !== undefined) return withInstance(template, escaped);
  const suffix = given.get('suffix');
  return suffix === undefined ? escaped : `${escaped}.${suffix}`;
}
/** Which files in /etc change what /usr brings. */
export const delta: Program = function* (context) {
  const { fs } = context;
  const wanted = context.argv
    .find((word) => word.startsWith('--type='))
    ?.slice('--type='.length)
    .split(',');
  const lines: string[] = [];
  const add = (type: string, text: string): void => {
    if (wanted === undefined || wanted.includes(type)) lines.push(text);
  };
  for (const folder of [...SEARCH_PATH].filter(
    (path) => path.startsWith('/etc/') || path.startsWith('/run/') || path.startsWith('/usr/'),
  )) {
    const names = fs.readdir(folder, ROOT);
    if (names instanceof FileError) continue;
    for (const name of [...names].sort()) {
      const path = `${folder}/${name}`;
      const vendor = `/usr/lib/systemd/system/${name}`;
      if (name.endsWith('.d')) {
        const entries = fs.readdir(path, ROOT);
        const unit = `/usr/lib/systemd/system/${name.slice(0, -2)}`;
        if (Array.isArray(entries))
          for (const entry of entries)
            if (entry.endsWith('.conf'))
              add(
                'extended',
                `[EXTENDED]   ${fs.exists(`/etc/systemd/system/${name.slice(0, -2)}`) ? `/etc/systemd/system/${name.slice(0, -2)}` : unit} → ${path}/${entry}`,
              );
      } else if (
        path !== vendor &&
        typeOf(name) !== undefined &&
        fs.exists(vendor) &&
        folder.startsWith('/etc/')
      ) {
        if (fs.readlink(path, ROOT) === '/dev/null') add('masked', `[MASKED]     ${path} → ${vendor}`);
        else add('overridden', `[OVERRIDDEN] ${path} → ${vendor}\n`);
      }
    }
  }
  yield* context.out(
    `${lines.join('\n')}${lines.length > 0 ? '\n\n' : ''}${lines.length} overridden configuration files found.\n`,
  );
  return 0;
};
/** Debian's bridge to update-rc.d: the links of /etc/rc?.d are not modelled. */
export const sysvInstall: Program = function* (context) {
  const [verb = '', name = ''] = context.argv.slice(1).filter((word) => !word.startsWith('--'));
  if (!context.fs.exists(`/etc/init.d/${name}`)) return verb === 'is-enabled' ? 1 : 0;
  if (verb === 'enable') enable(context.host, [], { runtime: false, force: false });
  else if (verb === 'disable') disable(context.host, [], { runtime: false });
  yield* context.sleep(20_000);
  return 0;
};
