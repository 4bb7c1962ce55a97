/** logrotate 3.21.0 as Debian 12 has it: the program, its configuration, and the base system's. */
import { FileError } from '../../world/files.contract';
import type { Program, ProgramContext, Wait, Wake } from '../../world/process.contract';
import type { Registry } from '../../world/world.contract';
import { parseOptions } from '../command-options';
import { defaultSettings, type Reading, readConfig } from './config';
import { rotateBlock } from './rotate';
import { formatState, parseState } from './state';

const STATE = '/var/lib/logrotate/status';
const USAGE = `Usage: logrotate [-dfv?] [-d|--debug] [-f|--force] [-m|--mail=command]
        [-s|--state=statefile] [--skip-state-lock] [--wait-for-state-lock]
        [-v|--verbose] [-l|--log=logfile] [--version] [-?|--help] [--usage]
        [OPTION...] <configfile>
`;
const WITHOUT_FILE = `logrotate 3.21.0 - Copyright (C) 1995-2001 Red Hat, Inc.
This may be freely redistributed under the terms of the GNU General Public License

${USAGE}`;
const VERSION = `logrotate 3.21.0

    Default mail command:       /usr/bin/mail
    Default compress command:   /bin/gzip
    Default uncompress command: /bin/gunzip
    Default compress extension: .gz
    Default state file path:    ${STATE}
    ACL support:                yes
    SELinux support:            yes
`;
const HELP = `Usage: logrotate [OPTION...] <configfile>
  -d, --debug                   Don't do anything, just test and print debug
                                messages
  -f, --force                   Force file rotation
  -m, --mail=command            Command to send mail (instead of
                                \`/usr/bin/mail')
  -s, --state=statefile         Path of state file
      --skip-state-lock         Do not lock the state file
      --wait-for-state-lock     Wait for lock on the state file
  -v, --verbose                 Display messages during rotation
  -l, --log=logfile             Log file or 'syslog' to log to syslog
      --version                 Display version information

Help options:
  -?, --help                    Show this help message
      --usage                   Display brief usage message
`;
const LONG = {
  debug: 'd',
  force: 'f',
  'mail=': 'm',
  'state=': 's',
  'skip-state-lock': 'skip',
  'wait-for-state-lock': 'wait',
  verbose: 'v',
  'log=': 'l',
  version: 'version',
  help: '?',
  usage: 'usage',
};
const DEBUG_WARNING =
  'warning: logrotate in debug mode does nothing except printing debug messages!  Consider using verbose mode (-v) instead if this is not what you want.\n\n';

export const logrotate: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), { short: 'dfm:s:vl:?', long: LONG });
  if (parsed.problem !== undefined) {
    const { option, long } = parsed.problem;
    yield* context.err(`logrotate: bad argument ${long ? option : `-${option}`}: unknown error\n`);
    return 2;
  }
  const given = new Set(parsed.options.map(({ name }) => name));
  const value = (name: string): string | undefined =>
    parsed.options.findLast((option) => option.name === name)?.value;
  if (given.has('version') || given.has('?') || given.has('usage')) {
    yield* context.out(given.has('version') ? VERSION : given.has('?') ? HELP : USAGE);
    return 0;
  }
  const isDry = given.has('d');
  if (isDry) yield* context.err(DEBUG_WARNING);
  if (parsed.operands.length === 0) {
    yield* context.err(WITHOUT_FILE);
    return 1;
  }
  return yield* run(context, {
    paths: parsed.operands,
    isDry,
    isForced: given.has('f'),
    isVerbose: given.has('v') || isDry,
    statePath: context.resolve(value('s') ?? STATE),
    shownState: value('s') ?? STATE,
    logPath: value('l'),
  });
};
interface Call {
  readonly paths: readonly string[];
  readonly isDry: boolean;
  readonly isForced: boolean;
  readonly isVerbose: boolean;
  readonly statePath: string;
  readonly shownState: string;
  readonly logPath: string | undefined;
}
function* run(context: ProgramContext, call: Call): Generator<Wait, number, Wake> {
  // Messages are collected between the points where programs run: theirs come in between.
  let pending = '';
  let logged = '';
  const say = (text: string, end = '\n'): void => {
    logged += text + end;
    if (call.isVerbose) pending += text + end;
  };
  const complain = (text: string): void => {
    const line = `${text.startsWith('warning: ') || text.startsWith('not modelled') ? '' : 'error: '}${text}\n`;
    logged += line;
    pending += line;
  };
  const flush = function* (): Generator<Wait, void, Wake> {
    const text = pending;
    pending = '';
    if (text !== '') yield* context.err(text);
    if (call.logPath !== undefined && logged !== '')
      context.fs.writeFile(context.resolve(call.logPath), logged, context.who, { append: true });
    logged = '';
  };
  if (call.logPath !== undefined) context.fs.writeFile(context.resolve(call.logPath), '', context.who);
  const reading: Reading = { context, blocks: [], globals: defaultSettings(), failed: false, say, complain };
  for (const path of call.paths) readConfig(reading, context.resolve(path), path);
  const state = readState(context, call, { say, complain });
  if (typeof state === 'number') {
    yield* flush();
    return state;
  }
  say(`\nHandling ${reading.blocks.length} logs`);
  const work = {
    context,
    state,
    now: context.host.clock(),
    isDry: call.isDry,
    isForced: call.isForced,
    say: (text: string) => say(text),
    complain,
  };
  let code = reading.failed ? 1 : 0;
  for (const block of reading.blocks) {
    const steps = rotateBlock(work, block);
    // What was said so far is written before a program that it starts can say anything.
    let step = steps.next();
    while (step.done !== true) {
      yield* flush();
      const wake = yield step.value;
      step = steps.next(wake);
    }
    if (!step.value) code = 1;
    yield* flush();
  }
  if (!call.isDry) context.fs.writeFile(call.statePath, formatState(state), context.who, { mode: 0o640 });
  yield* flush();
  return code;
}
/** A number is the exit code when there is nothing to be done with it. */
function readState(
  context: ProgramContext,
  { statePath, shownState, isDry }: Call,
  { say, complain }: { say(text: string, end?: string): void; complain(text: string): void },
): Map<string, number> | number {
  const text = context.fs.readFile(statePath, context.who);
  if (!isDry && text instanceof FileError) {
    if (text.errno === 'EACCES') {
      complain(`error opening state file ${shownState}: Permission denied`);
      return 3;
    }
    say(`Creating stub state file: ${shownState}`);
    const folder = statePath.slice(0, statePath.lastIndexOf('/'));
    if (!context.fs.exists(folder)) context.fs.mkdir(folder, 0o755, context.who);
    const made = context.fs.writeFile(statePath, formatState(new Map()), context.who, { mode: 0o640 });
    if (made instanceof FileError) {
      complain(
        `error opening state file ${shownState}: ${made.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}`,
      );
      return 3;
    }
  }
  if (!isDry) say(`acquired lock on state file ${shownState}`, '');
  say(`Reading state from file: ${shownState}`);
  if (isDry && text instanceof FileError) say(`state file ${shownState} does not exist`);
  const state = text instanceof FileError ? new Map<string, number>() : parseState(text);
  if (state === undefined) {
    complain(`bad top line in state file ${shownState}`);
    return 1;
  }
  say('Allocating hash table for state file, size 64 entries');
  for (let i = 0; i < state.size; i++) say('Creating new state');
  return state;
}

const CONFIG = `# see "man logrotate" for details

# global options do not affect preceding include directives

# rotate log files weekly
weekly

# keep 4 weeks worth of backlogs
rotate 4

# create new (empty) log files after rotating old ones
create

# use date as a suffix of the rotated file
#dateext

# uncomment this if you want your log files compressed
#compress

# packages drop log rotation information into this directory
include /etc/logrotate.d

# system-specific logs may also be configured here.
`;
const monthly = (name: string): string =>
  `/var/log/${name}.log {\n\tmonthly\n\trotate 12\n\tcompress\n\tdelaycompress\n\tmissingok\n\tnotifempty\n\tcreate 644 root root\n}\n`;
const BTMP =
  "# no packages own btmp -- we'll rotate it here\n/var/log/btmp {\n    missingok\n    monthly\n    create 0660 root utmp\n    rotate 1\n}\n";
const WTMP =
  "# no packages own wtmp -- we'll rotate it here\n/var/log/wtmp {\n    missingok\n    monthly\n    create 0664 root utmp\n    minsize 1M\n    rotate 1\n}\n";

export function register(registry: Registry): void {
  registry.program('logrotate/logrotate', logrotate);
  registry.package('logrotate', {
    '/usr/sbin/logrotate': { program: 'logrotate/logrotate' },
    '/etc/logrotate.conf': { text: CONFIG },
    '/etc/logrotate.d/alternatives': { text: monthly('alternatives') },
    '/etc/logrotate.d/btmp': { text: BTMP },
    '/etc/logrotate.d/dpkg': { text: monthly('dpkg') },
    '/etc/logrotate.d/wtmp': { text: WTMP },
    '/var/lib/logrotate': { directory: true, mode: 0o755 },
  });
}
