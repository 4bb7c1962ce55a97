/**
 * nft(8) 1.0.6: options, input, and what comes out. The language is in `parse/`
 * and `evaluate/`, the ruleset in `transaction.ts`.
 * Not modelled: `-i` (interactive), `monitor`, `-o`, `-d`.
 */
import { lookUpName } from '../host-names';
import { getoptComplaint, parseOptions } from '../command-options';
import { FileError } from '../../world/files.contract';
import type { FilterRule, FilterTable, Ruleset } from '../../world/packet-filter.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { echoText } from './listing/echo';
import { jsonText } from './listing/json';
import { listingText } from './listing/commands';
import type { ListingOptions } from './listing/ruleset';
import { formatProblem } from './messages';
import { evaluateRule } from './evaluate/rule';
import { NameNeeded, type Style, type Surroundings, Values } from './evaluate/values';
import { type Includes, parseText } from './parse/commands';
import type { Command, Source } from './parse/tree';
import { USAGE, VERSION, VERSION_DETAILS } from './usage';
import { applyCommands, type Outcome } from './transaction';
import { isPattern } from '../../std/fnmatch';
import { glob } from '../../world/glob';

const LONG = {
  help: 'h',
  version: 'v',
  'file=': 'f',
  'define=': 'D',
  interactive: 'i',
  'includepath=': 'I',
  check: 'c',
  optimize: 'o',
  handle: 'a',
  stateless: 's',
  terse: 't',
  service: 'S',
  reversedns: 'N',
  guid: 'u',
  numeric: 'n',
  'numeric-priority': 'y',
  'numeric-protocol': 'p',
  'numeric-time': 'T',
  echo: 'e',
  json: 'j',
  'debug=': 'd',
};
const NOT_MODELLED: Readonly<Record<string, string>> = {
  i: 'the interactive mode (nft -i)',
  o: 'nft --optimize',
  d: 'nft --debug',
  N: 'nft --reversedns',
};

export function* nft(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  const late = lateOption(args);
  if (late !== undefined) {
    yield* context.err(late.err);
    yield* context.out(late.out);
    return 1;
  }
  const parsed = parseOptions(
    args,
    { short: 'hvVf:D:iI:costaSNunypTejd:', long: LONG },
    { stopsAtOperand: true },
  );
  const { problem } = parsed;
  if (problem !== undefined) {
    yield* context.err(`nft: ${getoptComplaint(problem)}\n`);
    return 1;
  }
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  if (given.has('h')) {
    yield* context.out(USAGE);
    return 0;
  }
  if (given.has('v') || given.has('V')) {
    yield* context.out(given.has('V') ? VERSION_DETAILS : VERSION);
    return 0;
  }
  const unmodelled = [...given.keys()].find((name) => NOT_MODELLED[name] !== undefined);
  if (unmodelled !== undefined) {
    yield* context.err(`nft: not modelled: ${NOT_MODELLED[unmodelled] ?? ''}\n`);
    return 1;
  }
  const defines = new Map<string, string>();
  for (const { name, value } of parsed.options) {
    if (name !== 'D') continue;
    const equals = value.indexOf('=');
    defines.set(value.slice(0, equals), value.slice(equals + 1));
  }
  if (defines.size > 0 && !given.has('f')) {
    yield* context.err('Error: -D/--define can only be used with -f/--filename\n');
    return 1;
  }
  const source = yield* readSource(context, given.get('f'), parsed.operands);
  if (typeof source === 'number') return source;
  const paths = parsed.options.filter(({ name }) => name === 'I').map(({ value }) => value);
  return yield* run(context, source, given, defines, paths);
}

/** Options behind the command are refused before anything is read. */
function lateOption(args: readonly string[]): { out: string; err: string } | undefined {
  let skips = false;
  let isCommand = false;
  let column = 'nft '.length;
  for (const argument of args) {
    if (argument.startsWith('{')) return undefined;
    if (skips) skips = false;
    else if (argument.startsWith('-') && argument.length > 1) {
      if (isCommand)
        return {
          out: `\n   ^${'~~'.padStart(column - 2)}\n`,
          err: `Error: syntax error, options must be specified before commands\nnft ${args.join(' ')} `,
        };
      skips = /^-[a-z]*[dIfD]$|^--(?:debug|includepath|file|define)$/.test(argument);
    } else isCommand = true;
    column += argument.length + 1;
  }
  return undefined;
}

function* readSource(
  context: ProgramContext,
  file: string | undefined,
  operands: readonly string[],
): Generator<Wait, Source | number, Wake> {
  if (file === undefined) {
    if (operands.length === 0) {
      yield* context.err('nft: no command specified\n');
      return 1;
    }
    return { name: undefined, text: `${operands.join(' ')}\n` };
  }
  if (file === '-' || file === '/dev/stdin') return { name: '/dev/stdin', text: yield* context.readAll() };
  const path = context.resolve(file);
  const stat = context.fs.stat(path, context.who);
  if (!(stat instanceof FileError) && stat.kind === 'directory') {
    yield* context.err('input in flex scanner failed\n');
    return 2;
  }
  const text = context.fs.readFile(path, context.who);
  if (!(text instanceof FileError)) return { name: file, text };
  const words = text.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory';
  yield* context.err(`internal:0:0-0: Error: Could not open file "${file}": ${words}\n\n\n`);
  return 1;
}

function* run(
  context: ProgramContext,
  source: Source,
  given: ReadonlyMap<string, string>,
  defines: ReadonlyMap<string, string>,
  paths: readonly string[],
): Generator<Wait, number, Wake> {
  const { host, world } = context;
  const { commands, problems } = parseText(source, includesOf(context, paths), defines);
  if (context.who.uid !== 0) return yield* refuseUser(context, commands, problems.map(formatProblem));
  const names = new Map<string, { ip: number } | { problem: string }>();
  const surroundings = surroundingsOf(context, names);
  const before = world.network.ruleset(host);
  let outcome: Outcome;
  for (;;) {
    try {
      outcome = applyCommands(before, commands, surroundings, context.kernel.now, {
        reachesKernel: problems.length === 0,
        isCheck: given.has('c'),
      });
      break;
    } catch (needed) {
      if (!(needed instanceof NameNeeded)) throw needed;
      const found = yield* lookUpName(context, needed.name);
      names.set(
        needed.name,
        typeof found === 'string' ? { problem: found } : { ip: found.addresses[0] ?? 0 },
      );
    }
  }
  const complaints = [...problems, ...outcome.problems];
  if (complaints.length > 0) {
    if (outcome.misfits && !given.has('c')) world.network.setRuleset(host, { ...before, isValidating: true });
    yield* context.err(complaints.map(formatProblem).join(''));
    return 1;
  }
  const style = styleOf(given);
  const values = new Values(surroundings, { ...style, protocols: given.has('n') ? 'numbers' : 'names' });
  const ofRules = new Values(surroundings, style);
  const isOther = ['n', 'p', 'T', 'S', 'u'].some((name) => given.has(name));
  const options: ListingOptions = {
    handles: given.has('a'),
    stateless: given.has('s'),
    terse: given.has('t'),
    numericPriority: given.has('n') || given.has('y'),
    numericTime: given.has('n') || given.has('T'),
    now: context.kernel.now,
    values,
    ruleText: isOther ? (table, rule) => otherText(ofRules, table, rule) : (_table, rule) => rule.text,
  };
  for (const { command, tables } of outcome.listings) {
    yield* context.out(
      given.has('j') ? jsonText(command, tables, options) : listingText(command, tables, options),
    );
    if (command.verb === 'reset') resetCounters(command, tables);
  }
  if (given.has('c') || outcome.ruleset === undefined) return 0;
  world.network.setRuleset(host, outcome.ruleset);
  world.record(host.name, 'nft.ruleset', {
    generation: outcome.ruleset.generation,
    tables: outcome.ruleset.tables.length,
  });
  if (given.has('e')) yield* context.out(echoed(before, outcome.ruleset, commands, options, context.pid));
  return 0;
}

function echoed(
  before: Ruleset,
  after: Ruleset,
  commands: readonly Command[],
  options: ListingOptions,
  pid: number,
): string {
  const said = echoText(before, after, commands, options);
  return said === '' ? '' : `${said}# new generation ${after.generation} by process ${pid} (nft)\n`;
}

/** Only root may ask the kernel anything. */
function* refuseUser(
  context: ProgramContext,
  commands: readonly Command[],
  problems: readonly string[],
): Generator<Wait, number, Wake> {
  const [first] = commands;
  if (problems.length > 0)
    yield* context.err(`Operation not permitted (you must be root)\n${problems.join('')}`);
  else if (first !== undefined && first.verb !== 'list' && first.verb !== 'reset' && first.object === 'table')
    yield* context.err(
      formatProblem({ place: first.place, message: 'Could not process rule: Operation not permitted' }),
    );
  else
    yield* context.err(
      'Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted\n',
    );
  return 1;
}

function resetCounters(command: Command, tables: readonly FilterTable[]): void {
  const target = 'target' in command ? command.target : undefined;
  for (const table of tables) {
    if (target !== undefined && (table.family !== target.family || table.name !== target.table)) continue;
    if ('family' in command && command.family !== undefined && table.family !== command.family) continue;
    if (command.object === 'quota' || command.object === 'quotas') {
      for (const { name, state } of table.objects)
        if (state?.step === 'quota' && (command.object === 'quotas' || name === target?.name)) state.used = 0;
      continue;
    }
    for (const counter of table.counters) {
      if (command.object === 'counter' && counter.name !== target?.name) continue;
      counter.packets = 0;
      counter.bytes = 0;
    }
  }
}

/** What stands in listings for names of values, or for numbers. */
function styleOf(given: ReadonlyMap<string, string>): Style {
  const isNumeric = given.has('n');
  return {
    constants: isNumeric ? 'numbers' : 'names',
    protocols: isNumeric || given.has('p') ? 'numbers' : 'names',
    services: given.has('S') ? 'names' : 'numbers',
    owners: given.has('u') ? 'names' : 'numbers',
  };
}

/** A rule's text in another style: its canonical text, read again. */
function otherText(values: Values, table: FilterTable, rule: FilterRule): string {
  const source = { name: undefined, text: `add rule ${table.family} ${table.name} x ${rule.text}\n` };
  const { commands } = parseText(source, { files: () => [] });
  const [command] = commands;
  if (command?.object !== 'rule' || command.rule === undefined) return rule.text;
  const view = { family: table.family, set: (name: string) => table.sets.find((set) => set.name === name) };
  return evaluateRule(values, view, command.rule).text;
}

export function surroundingsOf(
  context: ProgramContext,
  names: ReadonlyMap<string, { ip: number } | { problem: string }>,
): Surroundings {
  const { host } = context;
  const { interfaces } = host.state;
  return {
    interfaceIndex: (name) => interfaces.get(name)?.index,
    interfaceName: (index) => [...interfaces.values()].find((device) => device.index === index)?.name,
    user: (name) => host.user(name)?.uid,
    group: (name) => host.group(name)?.gid,
    userName: (uid) => host.user(uid)?.name,
    groupName: (gid) => host.group(gid)?.name,
    address: (name) => names.get(name),
  };
}

/** Files of `include`: as written when the path is absolute or starts with a dot, else under /etc and what `-I` adds. */
export function includesOf(
  context: Pick<ProgramContext, 'fs' | 'who' | 'resolve'>,
  paths: readonly string[],
): Includes {
  const { fs, who } = context;
  const read = (path: string): { path: string; text: string | undefined } => {
    const text = fs.readFile(path, who);
    return { path, text: text instanceof FileError ? undefined : text };
  };
  const matches = (pattern: string): string[] => glob(fs, context.resolve(pattern), who);
  return {
    files(path) {
      const isWild = isPattern(path);
      const places = /^(?:\/|\.\/|\.\.\/)/.test(path)
        ? [path]
        : ['/etc', ...paths].map((folder) => `${folder}/${path}`);
      const found: { path: string; text: string | undefined }[] = [];
      for (const place of places) {
        const hits = isWild
          ? matches(place)
          : fs.exists(context.resolve(place))
            ? [context.resolve(place)]
            : [];
        for (const hit of hits) {
          const stat = fs.stat(hit, who);
          if (!(stat instanceof FileError) && stat.kind !== 'directory')
            found.push({ ...read(hit), path: isWild ? hit : place });
        }
        if (!isWild && found.length > 0) return found;
      }
      return isWild ? found : undefined;
    },
  };
}
