/** systemd-cat, systemd-notify, systemd-cgls, systemd-cgtop, systemd-escape, systemd-delta, systemd-run, systemd-sysv-install. */
import { FileError } from '../../../world/files.contract';
import type { Program, ProgramContext, SyslogPriority, Wait, Wake } from '../../../world/process.contract';
import { isDown } from '../active';
import { managerOf } from '../host-manager';
import { disable, enable } from '../enable';
import { priorityNamed } from '../journalctl/match';
import { formatBytes } from '../systemctl/output';
import { groupTree } from '../systemctl/status';
import { Refusal } from '../transaction';
import { SEARCH_PATH } from '../unit-file/search';
import { parseCalendar } from '../unit-file/calendar';
import { type ParsedOptions, parseOptions } from '../../command-options';
import {
  escapeName,
  escapePath,
  mangle,
  sliceOf,
  typeOf,
  unescapeName,
  withInstance,
} from '../unit-file/names';
import type { UnitState } from '../state';
import { formatTimeSpan, parseTimeSpan } from '../unit-file/time-span';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** Sends lines, or a command's output, to the journal. */
export const systemdCat: Program = function* (context) {
  let identifier = 'cat';
  let named: SyslogPriority | undefined = 'info';
  const words = context.argv.slice(1);
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    const value = word.includes('=')
      ? word.slice(word.indexOf('=') + 1)
      : word.length > 2 && !word.startsWith('--')
        ? word.slice(2)
        : (words.shift() ?? '');
    if (word.startsWith('-t') || word.startsWith('--identifier')) identifier = value;
    else if (word.startsWith('-p') || word.startsWith('--priority')) named = priorityNamed(value);
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
    yield* context.err('No status data could be sent: $NOTIFY_SOCKET was not set\n');
    return 1;
  }
  context.notify(parts.join('\n'));
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
      ? `systemd-escape: ${longComplaint(problem)}`
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
function longComplaint({ kind, option, long }: NonNullable<ParsedOptions['problem']>): string {
  if (kind === 'missing') return `option '${option}' requires an argument`;
  return long ? `unrecognized option '${option}'` : `invalid option -- '${option}'`;
}
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
/** Runs a command as a transient service, or a timer that starts one. */
export const systemdRun: Program = function* (context) {
  const manager = managerOf(context.host);
  const words = context.argv.slice(1);
  if (context.who.uid !== 0 || manager === undefined) {
    yield* context.err('Failed to start transient service unit: Access denied\n');
    return 1;
  }
  let name = '';
  const service: string[] = [];
  const timer: string[] = [];
  let waits = false;
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    const equals = word.indexOf('=');
    const key = equals === -1 ? word : word.slice(0, equals);
    const takes = [
      '--unit',
      '-u',
      '--on-active',
      '--on-boot',
      '--on-calendar',
      '--on-startup',
      '--property',
      '-p',
      '--description',
      '--uid',
      '--gid',
      '--setenv',
      '-E',
      '--working-directory',
      '--service-type',
      '--slice',
      '--timer-property',
    ].includes(key);
    const value = equals !== -1 ? word.slice(equals + 1) : takes ? (words.shift() ?? '') : '';
    if (key === '--unit' || key === '-u') name = value.replace(/\.(service|timer)$/, '');
    else if (key === '--on-active')
      timer.push(`OnActiveSec=${parseTimeSpan(value) === undefined ? value : value}`);
    else if (key === '--on-boot') timer.push(`OnBootSec=${value}`);
    else if (key === '--on-startup') timer.push(`OnStartupSec=${value}`);
    else if (key === '--on-calendar') {
      if (parseCalendar(value) === undefined) {
        yield* context.err('Failed to parse calendar event specification: Invalid argument\n');
        return 1;
      }
      timer.push(`OnCalendar=${value}`);
    } else if (key === '--property' || key === '-p') service.push(value);
    else if (key === '--uid') service.push(`User=${value}`);
    else if (key === '--gid') service.push(`Group=${value}`);
    else if (key === '--setenv' || key === '-E') service.push(`Environment=${value}`);
    else if (key === '--working-directory') service.push(`WorkingDirectory=${value}`);
    else if (key === '--service-type') service.push(`Type=${value}`);
    else if (key === '--wait') waits = true;
    else if (['--scope', '--pty', '-t', '--pipe', '-P', '--shell', '-S', '--user'].includes(key)) {
      yield* context.err(`systemd-run: not modelled: ${key}\n`);
      return 1;
    }
  }
  const command = words[0];
  if (command === undefined) {
    yield* context.err('Command line to execute required.\n');
    return 1;
  }
  const path = command.startsWith('/')
    ? command
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']
        .map((folder) => `${folder}/${command}`)
        .find((candidate) => context.fs.exists(candidate));
  if (path === undefined) {
    yield* context.err(`Failed to find executable ${command}: No such file or directory\n`);
    return 1;
  }
  if (name === '')
    name = waits
      ? `run-u${context.pid}`
      : `run-r${Array.from({ length: 4 }, () => context.kernel.random(`systemd-run:${context.host.name}`).nextUint32().toString(16).padStart(8, '0')).join('')}`;
  const quoted = [path, ...words.slice(1)]
    .map((word) => (/[\s"'\\;]/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word))
    .join(' ');
  const unit = `${name}.service`;
  if (manager.unit(unit) !== undefined && manager.unit(unit)?.definition.load === 'loaded') {
    yield* context.err(
      `Failed to start transient service unit: Unit ${unit} was already loaded or has a fragment file.\n`,
    );
    return 1;
  }
  const write = (file: string, text: string): void => {
    context.host.install(`/run/systemd/transient/${file}`, {
      text: `# This is a transient unit file, created programmatically via the systemd API. Do not edit.\n${text}`,
    });
  };
  write(
    unit,
    `[Unit]\nDescription=${[path, ...words.slice(1)].join(' ')}\n[Service]\nExecStart=${quoted}\n${service.map((line) => `${line}\n`).join('')}`,
  );
  if (timer.length > 0) {
    write(
      `${name}.timer`,
      `[Unit]\nDescription=${[path, ...words.slice(1)].join(' ')}\n[Timer]\n${timer.map((line) => `${line}\n`).join('')}RemainAfterElapse=no\n`,
    );
    manager.load(`${name}.timer`);
  }
  const started = context.host.clock();
  const queued = manager.jobs.enqueue('start', timer.length > 0 ? `${name}.timer` : unit, 'replace');
  if (queued instanceof Refusal) {
    yield* context.err(`Failed to start transient service unit: ${queued.text}\n`);
    return 1;
  }
  yield* context.err(
    timer.length > 0
      ? `Running timer as unit: ${name}.timer\nWill run service as unit: ${unit}\n`
      : `Running as unit: ${unit}\n`,
  );
  // Kept, for a unit that ended is soon unloaded.
  const ran = manager.unit(unit);
  while (waits && ran !== undefined && (ran.job !== 0 || !isDown(ran.active))) yield* context.sleep(20_000);
  return waits && ran !== undefined ? yield* told(context, ran, started) : 0;
};
/** What `--wait` says in the end; the exit code is the command's own. */
function* told(
  context: ProgramContext,
  { service }: UnitState,
  started: number,
): Generator<Wait, number, Wake> {
  const main = service?.main;
  const result = service?.result ?? 'success';
  const runtime = Math.max(1_000, context.host.clock() - started);
  const ended =
    main?.code === 2 ? `code=killed/status=${main.status}` : `code=exited/status=${main?.status ?? 0}`;
  yield* context.err(
    `Finished with result: ${result}\nMain processes terminated with: ${ended}\nService runtime: ${formatTimeSpan(runtime, 1_000)}\n`,
  );
  return main?.code === 2 ? 128 + main.status : (main?.status ?? 0);
}
/** Debian's bridge to update-rc.d: the links of /etc/rc?.d are not modelled. */
export const sysvInstall: Program = function* (context) {
  const [verb = '', name = ''] = context.argv.slice(1).filter((word) => !word.startsWith('--'));
  if (!context.fs.exists(`/etc/init.d/${name}`)) return verb === 'is-enabled' ? 1 : 0;
  if (verb === 'enable') enable(context.host, [], { runtime: false, force: false });
  else if (verb === 'disable') disable(context.host, [], { runtime: false });
  yield* context.sleep(20_000);
  return 0;
};
