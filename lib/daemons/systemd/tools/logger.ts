/** logger(1) of bsdutils: one message, or the lines of its input, to syslog. */
import type { Program, SyslogPriority } from '../../../world/process.contract';
import { strftime } from '../../../std/civil';
import { errnoText } from '../../host-names';
import { priorityNamed } from '../journalctl/match';

/** Facilities in the order of their numbers; see syslog(3). */
const FACILITIES = new Map(
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp'
    .split(' ')
    .map((name, number): [string, number] => [name, number])
    .concat(Array.from({ length: 8 }, (_, i): [string, number] => [`local${i}`, 16 + i])),
);
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
function code(facility: string, priority: SyslogPriority): number {
  return (FACILITIES.get(facility) ?? 1) * 8 + LEVELS.indexOf(priority);
}

export const logger: Program = function* (context) {
  let priority: SyslogPriority = 'notice';
  let facility = 'user';
  let tag = context.host.user(context.who.uid)?.name ?? String(context.who.uid);
  let echo = false;
  let bare = true;
  const words = context.argv.slice(1);
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const key = equals === -1 ? (word.startsWith('--') ? word : word.slice(0, 2)) : word.slice(0, equals);
    const value = (): string =>
      equals !== -1
        ? word.slice(equals + 1)
        : !word.startsWith('--') && word.length > 2
          ? word.slice(2)
          : (words.shift() ?? '');
    if (key === '-p' || key === '--priority') {
      const text = value();
      const [first = '', second] = text.split('.');
      if (second !== undefined && !FACILITIES.has(first)) {
        yield* context.err(`logger: unknown facility name: ${first}\n`);
        return 1;
      }
      const named = priorityNamed(second ?? first);
      if (named === undefined) {
        yield* context.err(`logger: unknown priority name: ${second ?? first}\n`);
        return 1;
      }
      priority = named;
      if (second !== undefined) facility = first;
    } else if (key === '-t' || key === '--tag') tag = value();
    else if (key === '-i' || key === '--id') bare = false;
    else if (key === '-s' || key === '--stderr') echo = true;
    else if (key === '-f' || key === '--file') {
      const path = value();
      const text = context.fs.readFile(context.resolve(path), context.who);
      if (typeof text !== 'string') {
        yield* context.err(`logger: file ${path}: ${errnoText(text.errno)}\n`);
        return 1;
      }
      words.push(text.replace(/\n$/, ''));
    } else if (!['-e', '--skip-empty', '--no-act'].includes(key)) {
      const isKnown =
        /^(-[dnPTuS]|--(server|port|tcp|udp|socket|rfc3164|rfc5424|journald|size|sd-id|sd-param|octet-count|msgid|prio-prefix|socket-errors)|--journald)$/.test(
          key,
        );
      if (isKnown) {
        yield* context.err(`logger: not modelled: ${key}\n`);
        return 1;
      }
      yield* context.err(
        `logger: ${key.startsWith('--') ? `unrecognized option '${word}'` : `invalid option -- '${key.slice(1)}'`}\nTry 'logger --help' for more information.\n`,
      );
      return 1;
    }
  }
  const send = function* (text: string): ReturnType<typeof context.err> {
    context.host.syslog({
      facility,
      priority,
      tag,
      pid: context.pid,
      text,
      transport: 'syslog',
      uid: context.who.uid,
      bare,
      ...(context.process.unit === undefined ? {} : { unit: context.process.unit }),
    });
    if (echo)
      yield* context.err(
        `<${code(facility, priority)}>${strftime('%b %e %H:%M:%S', context.host.clock())} ${tag}: ${text}\n`,
      );
  };
  if (words.length > 0) {
    for (const line of words.join(' ').split('\n')) yield* send(line);
    return 0;
  }
  for (;;) {
    const line = yield* context.readLine();
    if (line === '') return 0;
    yield* send(line.replace(/\n$/, ''));
  }
};
