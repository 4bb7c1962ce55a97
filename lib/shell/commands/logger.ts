/** logger(1) and dmesg(1) of util-linux. */
import { strftime } from '../../std/civil';
import type { SyslogPriority } from '../../world/process.contract';
import { errnoText } from './errno-text';
import type { Command, ToolRun, Tool } from './tool';

const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'security',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];
const PRIORITIES: Readonly<Record<string, SyslogPriority>> = {
  emerg: 'emerg',
  panic: 'emerg',
  alert: 'alert',
  crit: 'crit',
  err: 'err',
  error: 'err',
  warning: 'warning',
  warn: 'warning',
  notice: 'notice',
  info: 'info',
  debug: 'debug',
};
const LEVELS: readonly SyslogPriority[] = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
];

export const logger: Command = {
  name: 'logger',
  package: 'bsdutils',
  paths: ['/usr/bin/logger'],
  synopsis: 'logger [options] [<message>]',
  summary: 'Enter messages into the system log.',
  run: runLogger,
};

function* runLogger(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: '+def:hin:p:P:sS:t:Tu:V',
    long: {
      file: 'f',
      id: 'i',
      'priority:': 'p',
      stderr: 's',
      'tag:': 't',
      'server:': 'n',
      'skip-empty': 'e',
      'size:': 'S',
      tcp: 'T',
      udp: 'd',
      'port:': 'P',
      'no-act': 'no-act',
      journald: 'journald',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const { context } = tool;
  const [first = '', second] = (value('p') ?? 'user.notice').split('.');
  const [facility, level] = second === undefined ? ['user', first] : [first, second];
  if (!FACILITIES.includes(facility)) return tool.fail(`unknown facility name: ${facility}`);
  const priority = PRIORITIES[level];
  if (priority === undefined) return tool.fail(`unknown priority name: ${level}`);
  if (has('n')) return tool.fail('not modelled: option -n');
  const tag = value('t') ?? context.env.get('LOGNAME') ?? context.host.user(context.who.uid)?.name ?? 'root';
  const say = (text: string): void => {
    if (text === '' && has('e')) return;
    if (has('s'))
      tool.note(
        `<${FACILITIES.indexOf(facility) * 8 + LEVELS.indexOf(priority)}>${strftime('%b %e %H:%M:%S', context.host.clock())} ${tag}: ${text}\n`,
      );
    if (has('no-act')) return;
    context.host.syslog({
      facility,
      priority,
      tag,
      text,
      transport: 'syslog',
      uid: context.who.uid,
      ...(has('i') ? { pid: context.pid } : {}),
    });
  };
  const file = value('f');
  if (operands.length > 0) say(operands.join(' '));
  else {
    const read = file === undefined ? { text: yield* context.readAll() } : yield* tool.readFile(file);
    if (typeof read === 'string') return tool.fail(`file ${file ?? ''}: ${errnoText(read)}`);
    for (const line of read.text.replace(/\n$/, '').split('\n')) if (read.text !== '') say(line);
  }
  yield* tool.drain();
  return 0;
}

export const dmesg: Command = {
  name: 'dmesg',
  package: 'util-linux',
  paths: ['/usr/bin/dmesg'],
  synopsis: 'dmesg [options]',
  summary: 'Display or control the kernel ring buffer.',
  run: runDmesg,
};

function* runDmesg(tool: Tool): ToolRun {
  const { options } = tool.options({
    short: 'CcdDeEF:f:hHkL::l:n:PprSs:tTuwWxVJ',
    long: {
      clear: 'C',
      'read-clear': 'c',
      ctime: 'T',
      reltime: 'e',
      human: 'H',
      'level:': 'l',
      follow: 'w',
      'follow-new': 'W',
      notime: 't',
      decode: 'x',
      kernel: 'k',
      'color::': 'L',
      nopager: 'P',
      'facility:': 'f',
      raw: 'r',
      'since:': 'since',
      'until:': 'until',
      'time-format:': 'time-format',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const { context } = tool;
  const { host } = context;
  if (context.who.uid !== 0 && host.sysctl('kernel.dmesg_restrict') === '1')
    return tool.fail('read kernel buffer failed: Operation not permitted');
  const levels = options
    .findLast((option) => option.name === 'l')
    ?.value?.split(',')
    .map((name) => PRIORITIES[name] ?? tool.fail(`unknown level '${name}'`));
  const boot = host.clock() - (context.kernel.now - host.state.bootedAt);
  let seen = 0;
  const cleared = Number(host.state.extra.get('dmesg.cleared') ?? 0);
  const showNew = (): void => {
    for (const entry of host.state.log) {
      if (entry.seq <= Math.max(seen, cleared) || entry.boot !== host.state.bootId) continue;
      seen = entry.seq;
      if (entry.transport !== 'kernel' || (levels !== undefined && !levels.includes(entry.priority)))
        continue;
      const micros = Math.max(0, entry.at - boot);
      const stamp = has('t')
        ? ''
        : has('T')
          ? `[${strftime('%a %b %e %H:%M:%S %Y', entry.at)}] `
          : `[${`${Math.floor(micros / 1_000_000)}.${String(Math.floor(micros) % 1_000_000).padStart(6, '0')}`.padStart(12)}] `;
      const decode = has('x')
        ? `${'kern'.padEnd(6)}:${entry.priority.replace('warning', 'warn').padEnd(6)}: `
        : '';
      tool.line(decode + stamp + entry.text);
    }
  };
  if (has('C')) {
    host.state.extra.set('dmesg.cleared', host.state.log.at(-1)?.seq ?? 0);
    return 0;
  }
  if (has('W')) seen = host.state.log.at(-1)?.seq ?? 0;
  showNew();
  if (has('c')) host.state.extra.set('dmesg.cleared', host.state.log.at(-1)?.seq ?? 0);
  yield* tool.flush();
  while (has('w') || has('W')) {
    yield { keys: [`log:${host.name}`] };
    showNew();
    yield* tool.flush();
  }
  return 0;
}
