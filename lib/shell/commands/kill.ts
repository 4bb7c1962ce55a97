/** kill(1), pgrep(1), pkill(1), pidwait of procps; killall(1) of psmisc; pidof(8). */
import type { ProcessState, SignalName } from '../../world/process.contract';
import { compilePosix } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import { isZombie, terminalOf } from './process-view';
import { parseSignal, signalTable } from './signal-names';
import { Exit, type Command, type Tool, type ToolRun } from './tool';

export const kill: Command = {
  name: 'kill',
  package: 'procps',
  paths: ['/usr/bin/kill'],
  synopsis: 'kill [options] <pid> [...]',
  summary: 'Send a signal to a process.',
  run: runKill,
};
export const pgrep: Command = {
  name: 'pgrep',
  package: 'procps',
  paths: ['/usr/bin/pgrep'],
  synopsis: 'pgrep [options] <pattern>',
  summary: 'Look up processes based on name and other attributes.',
  run: runPgrep,
};
export const pkill: Command = {
  ...pgrep,
  name: 'pkill',
  paths: ['/usr/bin/pkill'],
  synopsis: 'pkill [options] <pattern>',
  summary: 'Signal processes based on name and other attributes.',
};
export const killall: Command = {
  name: 'killall',
  package: 'psmisc',
  paths: ['/usr/bin/killall'],
  synopsis: 'killall [OPTION]... [--] NAME...',
  summary: 'Kill processes by name.',
  run: runKillall,
};
export const pidof: Command = {
  name: 'pidof',
  package: 'sysvinit-utils',
  // One binary, two names: whoever resolves the link and runs the file gets the other command.
  paths: ['/usr/sbin/killall5', '/usr/bin/pidof'],
  synopsis: 'pidof [options] [program-name ...]',
  summary: 'Find the process ID of a running program.',
  run: runPidof,
};

function* runKill(tool: Tool): ToolRun {
  const words = [...tool.args];
  let signal: SignalName | 0 = 'TERM';
  const usage = (): never => {
    tool.note(
      '\nUsage:\n kill [options] <pid> [...]\n\nOptions:\n <pid> [...]            send signal to every <pid> listed\n -<signal>, -s, --signal <signal>\n                        specify the <signal> to be sent\n -q, --queue <value>    integer value to be sent with the signal\n -l, --list=[<signal>]  list all signal names, or convert one to a name\n -L, --table            list all signal names in a nice table\n\n -h, --help     display this help and exit\n -V, --version  output version information and exit\n\nFor more details see kill(1).\n',
    );
    throw new Exit(1);
  };
  const [first] = words;
  if (first === undefined) usage();
  if (first === '-l' || first === '--list' || first === '-L' || first === '--table') {
    const named = words[1] === undefined ? undefined : parseSignal(words[1]);
    if (named !== undefined && named !== 0)
      tool.line(
        /^\d+$/.test(words[1] ?? '')
          ? named
          : String(signalTable().find(({ name }) => name === named)?.number ?? ''),
      );
    else tool.print(signalList());
    yield* tool.drain();
    return 0;
  }
  if (first === '-s' || first === '--signal') {
    const parsed = parseSignal(words[1] ?? '');
    if (parsed === undefined) return tool.fail(`unknown signal name ${words[1] ?? ''}`);
    signal = parsed;
    words.splice(0, 2);
  } else if (first?.startsWith('-') === true && first !== '--' && first.length > 1) {
    const parsed = parseSignal(first.slice(1));
    if (parsed === undefined) {
      tool.note(`${tool.name}: invalid option -- '${first[1] ?? ''}'\n`);
      usage();
    } else signal = parsed;
    words.shift();
  }
  if (words[0] === '--') words.shift();
  let code = words.length === 0 ? 1 : 0;
  for (const word of words) {
    if (!/^-?\d+$/.test(word)) {
      tool.complain(`failed to parse argument: '${word}'`);
      code = 1;
      continue;
    }
    const failed = sendTo(tool, Number(word), signal);
    if (failed === undefined) continue;
    tool.complain(`(${word}): ${failed === 'ESRCH' ? 'No such process' : 'Operation not permitted'}`);
    code = 1;
  }
  yield* tool.drain();
  return code;
}

function signalList(): string {
  const names = signalTable().map(({ name }) => name);
  const lines: string[] = [];
  for (let i = 0; i < names.length; i += 16) lines.push(names.slice(i, i + 16).join(' '));
  return `${lines.join('\n')}\n`;
}

/** kill(2): a negative number is a process group. */
function sendTo(tool: Tool, pid: number, signal: SignalName | 0): 'ESRCH' | 'EPERM' | undefined {
  const { host, world, who } = tool.context;
  const targets =
    pid > 0
      ? [pid]
      : host
          .processes()
          .filter((process) => process.pgid === (pid === 0 ? tool.context.process.pgid : -pid))
          .map((process) => process.pid);
  let result: 'ESRCH' | 'EPERM' | undefined = 'ESRCH';
  for (const target of targets) {
    const process = host.process(target);
    const failed =
      process === undefined
        ? 'ESRCH'
        : signal === 0
          ? who.uid !== 0 && who.uid !== process.uid
            ? 'EPERM'
            : undefined
          : world.kill(host, target, signal, who);
    if (failed === undefined) result = undefined;
    else if (result === 'ESRCH') result = failed;
  }
  return result;
}

const PGREP_SYNTAX = {
  short: 'acd:fF:g:G:ilLnoP:qr:s:t:u:U:vwxeHO:V',
  long: {
    'list-full': 'a',
    count: 'c',
    'delimiter:': 'd',
    full: 'f',
    'pidfile:': 'F',
    'pgroup:': 'g',
    'group:': 'G',
    'ignore-case': 'i',
    'list-name': 'l',
    newest: 'n',
    oldest: 'o',
    'parent:': 'P',
    'session:': 's',
    'terminal:': 't',
    'euid:': 'u',
    'uid:': 'U',
    inverse: 'v',
    exact: 'x',
    'runstates:': 'r',
    echo: 'e',
    'signal:': 'signal',
    'older:': 'O',
  },
};

function* runPgrep(tool: Tool): ToolRun {
  const kills = tool.command.name === 'pkill';
  let signal: SignalName | 0 = 'TERM';
  const args = tool.args.filter((argument) => {
    const parsed = /^-(\d+|[A-Z][A-Z0-9]+)$/.test(argument) ? parseSignal(argument.slice(1)) : undefined;
    if (parsed === undefined || !kills) return true;
    signal = parsed;
    return false;
  });
  const { options, operands } = tool.options(PGREP_SYNTAX, { args, misuseCode: 2 });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const named = value('signal');
  if (named !== undefined) signal = parseSignal(named) ?? tool.fail(`Unknown signal "${named}".`, 2);
  if (operands.length > 1) {
    tool.complain('only one pattern can be provided');
    tool.note(`Try \`${tool.name} --help' for more information.\n`);
    return 2;
  }
  const [pattern] = operands;
  const selectors = 'FgGPstuUr';
  if (pattern === undefined && !options.some((option) => selectors.includes(option.name))) {
    tool.complain('no matching criteria specified');
    tool.note(`Try \`${tool.name} --help' for more information.\n`);
    return 2;
  }
  if (pattern !== undefined && pattern.length > 15 && !has('f') && /^[\w.-]+$/.test(pattern)) {
    tool.complain(
      'pattern that searches for process name longer than 15 characters will result in zero matches',
    );
    tool.note(`Try \`${tool.name} -f' option to match against the complete command line.\n`);
  }
  const compiled =
    pattern === undefined
      ? undefined
      : compilePosix(pattern, {
          dialect: 'posixExtended',
          ignoreCase: has('i'),
          ...(has('x') ? { whole: 'line' as const } : {}),
        });
  if (compiled instanceof RegexError) return tool.fail(`${compiled.message}`, 2);
  const text = (process: ProcessState): string =>
    has('f') ? process.argv.join(' ') || process.comm : process.comm;
  const criteria = criteriaOf(tool, value);
  let found = tool.context.host.processes().filter((process) => {
    if (process.pid === tool.context.pid) return false;
    if (isZombie(process) && has('f')) return false;
    const holds =
      (compiled === undefined || compiled.test(text(process))) &&
      criteria.every((criterion) => criterion(process));
    return holds !== has('v');
  });
  if (has('n') || has('o')) {
    const byAge = [...found].sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
    const one = has('n') ? byAge[byAge.length - 1] : byAge[0];
    found = one === undefined ? [] : [one];
  }
  if (!kills) return yield* listFound(tool, found, { has, delimiter: value('d') ?? '\n' });
  let killed = 0;
  for (const process of found) {
    const failed = sendTo(tool, process.pid, signal);
    if (failed === undefined) {
      killed++;
      if (has('e')) tool.line(`${process.comm} killed (pid ${process.pid})`);
    } else
      tool.complain(
        `killing pid ${process.pid} failed: ${failed === 'EPERM' ? 'Operation not permitted' : 'No such process'}`,
      );
  }
  if (has('c')) tool.line(String(found.length));
  yield* tool.drain();
  return killed > 0 ? 0 : 1;
}

function* listFound(
  tool: Tool,
  found: readonly ProcessState[],
  how: { has: (name: string) => boolean; delimiter: string },
): ToolRun {
  const { has } = how;
  if (has('c')) tool.line(String(found.length));
  else if (found.length > 0) {
    const rows = found.map((process) =>
      has('a')
        ? `${process.pid} ${process.argv.join(' ') || process.comm}`
        : has('l')
          ? `${process.pid} ${process.comm}`
          : String(process.pid),
    );
    tool.line(rows.join(how.delimiter));
  }
  yield* tool.drain();
  return found.length > 0 ? 0 : 1;
}

function criteriaOf(
  tool: Tool,
  value: (name: string) => string | undefined,
): ((process: ProcessState) => boolean)[] {
  const { host, fs, who } = tool.context;
  const list = (name: string): string[] | undefined => value(name)?.split(',');
  const criteria: ((process: ProcessState) => boolean)[] = [];
  const numbers = (name: string, own: number, pick: (process: ProcessState) => number): void => {
    const wanted = list(name)?.map((text) => (text === '0' && name !== 'P' ? own : Number(text)));
    if (wanted !== undefined) criteria.push((process) => wanted.includes(pick(process)));
  };
  numbers('P', 0, (process) => process.ppid);
  numbers('g', tool.context.process.pgid, (process) => process.pgid);
  numbers('s', tool.context.process.sid, (process) => process.sid);
  for (const name of ['u', 'U'] as const) {
    const uids = list(name)?.map((text) => {
      const uid = host.user(text)?.uid ?? (/^\d+$/.test(text) ? Number(text) : undefined);
      if (uid === undefined) return tool.fail(`invalid user name: ${text}`, 2);
      return uid;
    });
    if (uids !== undefined) criteria.push((process) => uids.includes(process.uid));
  }
  const gids = list('G')?.map((text) => host.group(text)?.gid ?? Number(text));
  if (gids !== undefined) criteria.push((process) => gids.includes(process.gid));
  const terminals = list('t');
  if (terminals !== undefined) criteria.push((process) => terminals.includes(terminalOf(process)));
  const file = value('F');
  if (file !== undefined) {
    const text = fs.readFile(tool.resolve(file), who);
    if (typeof text !== 'string' || !/^\s*\d+/.test(text)) tool.fail('pidfile not valid', 1);
    const pid = Number.parseInt(typeof text === 'string' ? text : '', 10);
    criteria.push((process) => process.pid === pid);
  }
  return criteria;
}

function* runKillall(tool: Tool): ToolRun {
  let signal: SignalName | 0 = 'TERM';
  const args = tool.args.filter((argument) => {
    const parsed = /^-(\d+|[A-Z][A-Z0-9]+)$/.test(argument) ? parseSignal(argument.slice(1)) : undefined;
    if (parsed === undefined) return true;
    signal = parsed;
    return false;
  });
  const { options, operands } = tool.options(
    {
      short: 'eIgilqrs:u:vwy:o:Z:n:V',
      long: {
        exact: 'e',
        'ignore-case': 'I',
        'process-group': 'g',
        interactive: 'i',
        list: 'l',
        quiet: 'q',
        regexp: 'r',
        'signal:': 's',
        'user:': 'u',
        verbose: 'v',
        wait: 'w',
      },
    },
    { args },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  if (has('l')) {
    tool.print(signalList());
    yield* tool.drain();
    return 0;
  }
  const given = value('s');
  if (given !== undefined) {
    const parsed = parseSignal(given);
    if (parsed === undefined) return tool.fail(`unknown signal; ${tool.name} -l lists signals.`);
    signal = parsed;
  }
  const user = value('u');
  const uid = user === undefined ? undefined : tool.context.host.user(user)?.uid;
  if (user !== undefined && uid === undefined) return tool.fail(`Cannot find user ${user}`);
  if (operands.length === 0 && user === undefined) {
    tool.note(
      `Usage: killall [OPTION]... [--] NAME...\n       killall -l, --list\n       killall -V, --version\n\n  -e,--exact          require exact match for very long names\n  -I,--ignore-case    case insensitive process name match\n  -g,--process-group  kill process group instead of process\n  -y,--younger-than   kill processes younger than TIME\n  -o,--older-than     kill processes older than TIME\n  -i,--interactive    ask for confirmation before killing\n  -l,--list           list all known signal names\n  -q,--quiet          don't print complaints\n  -r,--regexp         interpret NAME as an extended regular expression\n  -s,--signal SIGNAL  send this signal instead of SIGTERM\n  -u,--user USER      kill only process(es) running as USER\n  -v,--verbose        report if the signal was successfully sent\n  -V,--version        display version information\n  -w,--wait           wait for processes to die\n  -n,--ns PID         match processes that belong to the same namespaces\n                      as PID\n  -Z,--context REGEXP kill only process(es) having context\n                      (must precede other arguments)\n\n`,
    );
    return 1;
  }
  let code = 0;
  const waitedFor: number[] = [];
  for (const name of operands.length === 0 ? [undefined] : operands) {
    const targets = tool.context.host
      .processes()
      .filter(
        (process) =>
          process.pid !== tool.context.pid &&
          !isZombie(process) &&
          (uid === undefined || process.uid === uid) &&
          (name === undefined || isNamed(tool, process, name, has)),
      );
    let sent = 0;
    for (const process of targets) {
      const failed = sendTo(tool, process.pid, signal);
      if (failed !== undefined) {
        tool.note(
          `${process.comm}(${process.pid}): ${failed === 'EPERM' ? 'Operation not permitted' : 'No such process'}\n`,
        );
        continue;
      }
      sent++;
      waitedFor.push(process.pid);
      if (has('v'))
        tool.note(
          `Killed ${process.comm}(${process.pid}) with signal ${signalTable().find((row) => row.name === signal)?.number ?? 0}\n`,
        );
    }
    if (sent === 0 && !has('q')) tool.note(`${name ?? ''}: no process found\n`);
    if (sent === 0) code = 1;
  }
  if (has('w'))
    while (waitedFor.some((pid) => tool.context.host.process(pid) !== undefined))
      yield* tool.context.sleep(100_000);
  yield* tool.drain();
  return code;
}

function isNamed(tool: Tool, process: ProcessState, name: string, has: (option: string) => boolean): boolean {
  if (has('r')) {
    const pattern = compilePosix(name, { dialect: 'posixExtended', ignoreCase: has('I') });
    return !(pattern instanceof RegexError) && pattern.test(process.comm);
  }
  if (name.includes('/')) {
    const info = tool.stat(name);
    const own = tool.stat(process.exe);
    return 'ino' in info && 'ino' in own && info.ino === own.ino;
  }
  const [a, b] = has('I') ? [process.comm.toLowerCase(), name.toLowerCase()] : [process.comm, name];
  return a === b || (b.length > 15 && a === b.slice(0, 15));
}

/** killall5(8): a signal to all processes but those of its own session. */
function* runKillall5(tool: Tool): ToolRun {
  const { host, process } = tool.context;
  const [given, ...more] = tool.args;
  const signal = given === undefined ? 'TERM' : parseSignal(given.replace(/^-/, ''));
  if (more.length > 0 || signal === undefined || (given !== undefined && !/^-\d+$/.test(given))) {
    const text = 'only one argument, a signal number, allowed';
    tool.note(`${tool.shortName}: ${text}\n`);
    tool.context.syslog({ priority: 'err', tag: tool.shortName, text });
    return 1;
  }
  if (signal !== 0)
    for (const { pid, sid } of host.processes())
      if (pid !== 1 && sid !== process.sid) tool.context.world.kill(host, pid, signal, process);
  yield* tool.drain();
  return 0;
}

function* runPidof(tool: Tool): ToolRun {
  if (tool.shortName !== 'pidof') return yield* runKillall5(tool);
  const { options, operands } = tool.options({ short: '+cd:hnqo:sxzS:' });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const omitted = options
    .filter((option) => option.name === 'o')
    .flatMap((option) => (option.value ?? '').split(','))
    .map((text) => (text === '%PPID' ? tool.context.process.ppid : Number(text)));
  const pids: number[] = [];
  for (const name of operands) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    for (const process of [...tool.context.host.processes()].reverse()) {
      if (process.pid === tool.context.pid || isZombie(process) || omitted.includes(process.pid)) continue;
      const zeroth = process.argv[0] ?? '';
      const own = zeroth.replace(/^-/, '').slice(zeroth.lastIndexOf('/') + 1);
      const isScript = has('x') && (process.argv[1] ?? '').split('/').at(-1) === base;
      const matches = name.startsWith('/')
        ? process.exe === name || zeroth === name
        : own === base || process.comm === base;
      if (matches || isScript) pids.push(process.pid);
    }
  }
  if (pids.length === 0) return 1;
  if (!has('q')) tool.line((has('s') ? pids.slice(0, 1) : pids).join(' '));
  yield* tool.drain();
  return 0;
}
