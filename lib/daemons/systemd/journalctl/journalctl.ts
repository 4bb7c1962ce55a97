/** journalctl(1): reads the host's journal. */
import { SYSLOG_PRIORITIES } from '../../../protocols/syslog';
import { compileRegExp } from './pattern';
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { LoggedEntry } from '../../../world/world.contract';
import { FEATURES, VERSION } from '../host-manager';
import { isPersistent, machineOf, PERSISTENT, VOLATILE } from '../journal-store';
import { flushJournal } from '../tools/journald';
import { mangle } from '../unit-file/names';
import { mayReadJournal } from './access';
import { explanationOf } from './catalog';
import { cursorOf, formatEntry, isCursor, numberOfCursor, OUTPUTS } from './format';
import { aboutUnit, FACILITIES, fieldsOf, priorityOf } from './match';
import { type JournalOptions, parseJournalOptions } from './options';
import { paged } from '../paged';
import { parseTimestamp } from './time';

/** Formats that other programs read: nothing but entries. */
const WITHOUT_REMARKS = /^(export|json.*|cat)$/;

type Run<T> = Generator<Wait, T, Wake>;
const START_MICROS = 4_000;

export const journalctl: Program = function* (context) {
  const options = parseJournalOptions(context.argv.slice(1));
  yield* context.sleep(START_MICROS);
  if (typeof options === 'string') {
    yield* context.err(
      /^(un|invalid|option)/.test(options)
        ? `${context.argv[0] ?? 'journalctl'}: ${options}\n`
        : `${options}\n`,
    );
    return 1;
  }
  return yield* act(context, options);
};
function* act(context: ProgramContext, options: JournalOptions): Run<number> {
  const { host } = context;
  switch (options.action) {
    case 'version':
      yield* context.out(`systemd 252 (${VERSION})\n${FEATURES}\n`);
      return 0;
    case 'help':
      yield* context.out(
        'journalctl [OPTIONS...] [MATCHES...]\n\nQuery the journal.\n\nSee the journalctl(1) man page for details.\n',
      );
      return 0;
    case 'facilities':
      yield* context.out(`Available facilities:\n${FACILITIES.join('\n')}\n`);
      return 0;
    case 'outputs':
      yield* context.out(`${OUTPUTS.join('\n')}\n`);
      return 0;
    case 'flush':
    case 'sync':
    case 'rotate':
      if (context.who.uid !== 0) {
        yield* context.err('Failed to connect: Permission denied\n');
        return 1;
      }
      if (options.action === 'flush') flushJournal(host);
      return 0;
    case 'verify': {
      const folder = isPersistent(host) ? PERSISTENT : VOLATILE;
      yield* context.err(
        `PASS: ${folder}/${machineOf(host)}/system.journal                                                                                    \n`.replace(
          / +\n$/,
          '\n',
        ),
      );
      return 0;
    }
    case 'disk-usage': {
      const bytes = Math.max(8, Math.ceil((host.state.log.length * 700) / (1024 * 1024)));
      yield* context.out(`Archived and active journals take up ${bytes}.0M in the file system.\n`);
      return 0;
    }
    case 'vacuum':
      yield* context.err(
        [
          `${isPersistent(host) ? PERSISTENT : VOLATILE}/${machineOf(host)}`,
          ...(isPersistent(host) ? [PERSISTENT] : []),
          VOLATILE,
        ]
          .map((folder) => `Vacuuming done, freed 0B of archived journals from ${folder}.\n`)
          .join(''),
      );
      return 0;
    case 'header':
      yield* context.err('journalctl: not modelled: --header\n');
      return 1;
    default: {
      // Before the pager takes its place.
      const color = context.stdout.tty !== undefined;
      const print = (): Run<number> => query(context, { ...options, color });
      return yield* options.follow ? print() : paged(context, print, { jumpToEnd: options.atEnd });
    }
  }
}

interface Filter {
  (entry: LoggedEntry): boolean;
}
/** What is asked for, and whether a terminal sees it. */
type Query = JournalOptions & { readonly color: boolean };

function* query(context: ProgramContext, options: Query): Run<number> {
  const { host } = context;
  const mayRead = mayReadJournal(host, context.who);
  // Nobody has a journal of his own here: user managers are not modelled.
  if (!mayRead && options.own) {
    if (!options.quiet) yield* context.err('No journal files were found.\n');
    if (!options.quiet) yield* context.out('-- No entries --\n');
    return 0;
  }
  if (!mayRead) {
    if (!options.quiet)
      yield* context.err(
        "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm', 'systemd-journal' can see all messages.\n      Pass -q to turn off this notice.\n",
      );
    yield* context.err('No journal files were opened due to insufficient permissions.\n');
    return 1;
  }
  if (options.action === 'list-boots') return yield* listBoots(context);
  if (!OUTPUTS.includes(options.output)) {
    yield* context.err(`Unknown output format '${options.output}'.\n`);
    return 1;
  }
  const elsewhere = yield* refuseSource(context, options);
  if (elsewhere !== undefined) return elsewhere;
  const filter = yield* makeFilter(context, options);
  if (typeof filter === 'number') return filter;
  if (options.action === 'fields' || options.field !== undefined)
    return yield* listValues(context, options, filter);
  return yield* print(context, options, filter);
}
/** Another folder or file than the host's own journal has no entries; undefined when it is the own one. */
function* refuseSource(context: ProgramContext, { source, quiet }: Query): Run<number | undefined> {
  if (source === undefined) return undefined;
  const { host } = context;
  const path = context.resolve(source.path);
  const own = [PERSISTENT, VOLATILE].flatMap((folder) => [folder, `${folder}/${machineOf(host)}`]);
  if (own.some((folder) => path === folder || path === `${folder}/system.journal`)) return undefined;
  if (!context.fs.exists(path)) {
    yield* context.err(`Failed to open ${source.isFile ? 'files' : path}: No such file or directory\n`);
    return 1;
  }
  if (source.isFile) {
    yield* context.err('Failed to open files: Bad message\n');
    return 1;
  }
  if (!quiet) {
    yield* context.err('No journal files were found.\n');
    yield* context.out('-- No entries --\n');
  }
  return 0;
}
function boots(log: readonly LoggedEntry[]): { id: string; first: number; last: number }[] {
  const found = new Map<string, { id: string; first: number; last: number }>();
  for (const { boot, at } of log) {
    const known = found.get(boot);
    if (known === undefined) found.set(boot, { id: boot, first: at, last: at });
    else known.last = at;
  }
  return [...found.values()];
}
function* listBoots(context: ProgramContext): Run<number> {
  const { log } = context.host.state;
  const list = boots(log);
  const time = (at: number): string =>
    formatEntry(
      { at, boot: '', seq: 0, facility: '', priority: 'info', tag: '', text: '', transport: 'journal' },
      {
        output: 'short-full',
        host: context.host,
        previous: undefined,
        color: false,
        utc: false,
        noHostname: true,
      },
    ).slice(0, 27);
  yield* context.out(
    'IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY                 \n'.replace(
      / +\n$/,
      '\n',
    ),
  );
  for (const [i, { id, first, last }] of list.entries())
    yield* context.out(`${String(i - list.length + 1).padStart(3)} ${id} ${time(first)} ${time(last)}\n`);
  return 0;
}
/** A number is the exit code of what was wrong. */
function* makeFilter(context: ProgramContext, options: JournalOptions): Run<Filter | number> {
  const { host } = context;
  const filters: Filter[] = [];
  const now = host.clock();
  const times: Partial<Record<'since' | 'until', number>> = {};
  for (const [text, name] of [
    [options.since, 'since'],
    [options.until, 'until'],
  ] as const) {
    if (text === undefined) continue;
    const at = parseTimestamp(text, now);
    if (at === undefined) {
      yield* context.err(`Failed to parse timestamp: ${text}\n`);
      return 1;
    }
    times[name] = at;
    filters.push(name === 'since' ? (entry) => entry.at >= at : (entry) => entry.at <= at);
  }
  if ((times.since ?? 0) > (times.until ?? Number.POSITIVE_INFINITY)) {
    yield* context.err('--since= must be before --until=.\n');
    return 1;
  }
  const boot = yield* bootFilter(context, options);
  if (typeof boot === 'number') return boot;
  if (boot !== undefined) filters.push(boot);
  if (options.kernel) filters.push((entry) => entry.transport === 'kernel');
  if (options.units.length > 0) {
    const units = options.units.map((unit) => mangle(unit));
    filters.push((entry) => units.some((unit) => aboutUnit(entry, unit)));
  }
  if (options.identifiers.length > 0) filters.push((entry) => options.identifiers.includes(entry.tag));
  if (options.priority !== undefined) {
    const range = priorityRange(options.priority);
    if (range === undefined) {
      yield* context.err(
        options.priority.includes('..')
          ? `Failed to parse log level range ${options.priority}\n`
          : `Unknown log level ${options.priority}\n`,
      );
      return 1;
    }
    filters.push((entry) => priorityOf(entry) >= range[0] && priorityOf(entry) <= range[1]);
  }
  if (options.facilities.length > 0) {
    const wanted = options.facilities.map(String);
    filters.push((entry) => {
      const [, facility = ''] = fieldsOf(entry, host).find(([name]) => name === 'SYSLOG_FACILITY') ?? [];
      return wanted.includes(facility);
    });
  }
  if (options.grep !== undefined) {
    const matches = compileRegExp(
      options.grep,
      options.caseSensitive ?? options.grep !== options.grep.toLowerCase(),
    );
    if (typeof matches === 'string') {
      yield* context.err(`Bad pattern "${options.grep}": ${matches}\n`);
      return 1;
    }
    filters.push((entry) => matches(entry.text));
  }
  const own = fieldFilter(context, options.matches);
  if (typeof own === 'string') {
    yield* context.err(own);
    return 1;
  }
  if (own !== undefined) filters.push(own);
  return (entry) => filters.every((filter) => filter(entry));
}
function* bootFilter(context: ProgramContext, { boot }: JournalOptions): Run<Filter | number | undefined> {
  const { host } = context;
  if (boot === undefined || boot === 'all') return undefined;
  const list = boots(host.state.log);
  const parts = /^([0-9a-f]{32})?([-+]?\d+)?$/.exec(boot);
  if (parts === null) {
    yield* context.err(`Failed to parse boot descriptor '${boot}'\n`);
    return 1;
  }
  const offset = Number(parts[2] ?? 0);
  if (parts[1] === undefined && offset !== 0 && !isPersistent(host)) {
    yield* context.err('Specifying boot ID or boot offset has no effect, no persistent journal was found.\n');
    return 0;
  }
  const base = parts[1] === undefined ? list.length - 1 : list.findIndex(({ id }) => id === parts[1]);
  const wanted = parts[1] === undefined && offset > 0 ? list[offset - 1] : list[base + offset];
  if (parts[1] === undefined && offset === 0) return (entry) => entry.boot === host.state.bootId;
  if (wanted === undefined) {
    yield* context.err(
      `Data from the specified boot (${parts[1] ?? ''}${offset < 0 ? '' : '+'}${offset}) is not available: No such boot ID in journal\n`,
    );
    return 1;
  }
  return (entry) => entry.boot === wanted.id;
}
function priorityRange(text: string): [number, number] | undefined {
  const number = (word: string): number =>
    /^[0-7]$/.test(word) ? Number(word) : SYSLOG_PRIORITIES.findIndex((name) => name === aliasOf(word));
  const [from = '', to] = text.split('..');
  const first = number(from);
  const last = to === undefined ? first : number(to);
  if (first === -1 || last === -1) return undefined;
  return to === undefined ? [0, first] : [Math.min(first, last), Math.max(first, last)];
}
function aliasOf(word: string): string {
  return { error: 'err', warn: 'warning', panic: 'emerg' }[word] ?? word;
}
/** `FIELD=value` words: the same field twice is or, others are and; `+` joins groups. */
function fieldFilter(context: ProgramContext, words: readonly string[]): Filter | string | undefined {
  if (words.length === 0) return undefined;
  const groups: Map<string, string[]>[] = [new Map()];
  for (const word of words) {
    if (word === '+') {
      if (groups[groups.length - 1]?.size === 0) return '"+" can only be used between terms\n';
      groups.push(new Map());
      continue;
    }
    const group = groups[groups.length - 1] ?? new Map<string, string[]>();
    const equals = word.indexOf('=');
    if (equals === -1 && !word.startsWith('/')) return `Failed to add match '${word}': Invalid argument\n`;
    if (equals === -1 && !context.fs.exists(word))
      return "Couldn't canonicalize path: No such file or directory\n";
    if (equals !== -1 && !/^[A-Z_][A-Z0-9_]*$/.test(word.slice(0, equals)))
      return `Failed to add match '${word}': Invalid argument\n`;
    const [key, value] = equals === -1 ? ['_EXE', word] : [word.slice(0, equals), word.slice(equals + 1)];
    group.set(key, [...(group.get(key) ?? []), value]);
  }
  if (groups[groups.length - 1]?.size === 0) return '"+" can only be used between terms\n';
  return (entry) => {
    const fields = new Map(fieldsOf(entry, context.host));
    return groups.some((group) =>
      [...group].every(([key, values]) => values.includes(fields.get(key) ?? '\0')),
    );
  };
}
function* listValues(context: ProgramContext, options: JournalOptions, filter: Filter): Run<number> {
  const values = new Set<string>();
  for (const entry of context.host.state.log) {
    if (!filter(entry)) continue;
    for (const [name, value] of fieldsOf(entry, context.host)) {
      if (options.field === undefined) values.add(name);
      else if (name === options.field) values.add(value);
    }
  }
  for (const value of values) yield* context.out(`${value}\n`);
  return 0;
}

function* print(context: ProgramContext, options: Query, filter: Filter): Run<number> {
  const { host } = context;
  const lines = options.lines ?? (options.follow ? 10 : options.atEnd ? 1_000 : undefined);
  let chosen = host.state.log.filter(filter);
  const from = options.cursor ?? cursorInFile(context, options.cursorFile);
  if (from !== undefined) {
    const number = numberOfCursor(from.text);
    chosen = chosen.filter(({ seq }) => (from.isAfter ? seq > number : seq >= number));
  }
  if (lines !== undefined && !(options.since !== undefined && options.lines === undefined && options.follow))
    chosen = lines === 0 ? [] : chosen.slice(-lines);
  if (options.reverse) chosen.reverse();
  if (chosen.length === 0 && !options.follow && !options.quiet && !WITHOUT_REMARKS.test(options.output))
    yield* context.out('-- No entries --\n');
  const last = chosen.at(-1);
  if (last !== undefined && options.cursorFile !== undefined)
    context.fs.writeFile(context.resolve(options.cursorFile), `${cursorOf(last)}\n`, context.who);
  if (chosen.length === 0 && !options.follow) return options.grep === undefined ? 0 : 1;
  let previous: LoggedEntry | undefined;
  const show = function* (entry: LoggedEntry): Run<void> {
    if (previous !== undefined && previous.boot !== entry.boot && !WITHOUT_REMARKS.test(options.output))
      yield* context.out(`-- Boot ${entry.boot} --\n`);
    yield* context.out(
      formatEntry(entry, {
        output: options.output,
        host,
        previous,
        color: options.color,
        utc: options.utc,
        noHostname: options.noHostname,
        ...(options.outputFields === undefined ? {} : { fields: options.outputFields }),
      }),
    );
    if (options.catalog) yield* context.out(explanationOf(entry));
    previous = entry;
  };
  for (const entry of chosen) yield* show(entry);
  if (options.showCursor && last !== undefined) yield* context.out(`-- cursor: ${cursorOf(last)}\n`);
  if (!options.follow) return 0;
  let seen = host.state.log[host.state.log.length - 1]?.seq ?? 0;
  for (;;) {
    const wake = yield { keys: [`log:${host.name}`] };
    if (wake.reason === 'signal') return 130;
    const { log } = host.state;
    let from = log.length;
    while (from > 0 && (log[from - 1]?.seq ?? 0) > seen) from -= 1;
    for (const entry of log.slice(from)) if (filter(entry)) yield* show(entry);
    seen = log[log.length - 1]?.seq ?? seen;
  }
}
/** What an earlier call with the same file showed last. */
function cursorInFile(
  context: ProgramContext,
  path: string | undefined,
): { text: string; isAfter: boolean } | undefined {
  const text = path === undefined ? undefined : context.fs.readFile(context.resolve(path), context.who);
  if (typeof text !== 'string' || !isCursor(text.trim())) return undefined;
  return { text: text.trim(), isAfter: true };
}
