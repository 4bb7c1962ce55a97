/**
 * sysctl(8) of procps 4.0.2. Texts recorded in truth/host (a03, v01, §5 of its FACTS).
 * Files are read in the order of sysctl.d(5); /etc/sysctl.conf comes last and wins.
 */
import { compilePosix, type Pattern } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { getoptComplaint, parseOptions } from '../command-options';

/** The order in which `--system` looks; an earlier directory's file hides a later one's of the same name. */
const DIRECTORIES = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
];
const DEFAULT_FILE = '/etc/sysctl.conf';
const LONG = {
  all: 'a',
  deprecated: 'd',
  binary: 'b',
  ignore: 'e',
  names: 'N',
  values: 'n',
  load: 'p',
  quiet: 'q',
  write: 'w',
  system: 'system',
  'pattern=': 'r',
  help: 'h',
  version: 'V',
  'dry-run': 'dry-run',
};
const USAGE =
  '\nUsage:\n sysctl [options] [variable[=value] ...]\n\nOptions:\n  -a, --all            display all variables\n  -A                   alias of -a\n  -X                   alias of -a\n      --deprecated     include deprecated parameters to listing\n      --dry-run        Print the key and values but do not write\n  -b, --binary         print value without new line\n  -e, --ignore         ignore unknown variables errors\n  -N, --names          print variable names without values\n  -n, --values         print only values of the given variable(s)\n  -p, --load[=<file>]  read values from file\n  -f                   alias of -p\n      --system         read values from all system directories\n  -r, --pattern <expression>\n                       select setting that match expression\n  -q, --quiet          do not echo variable set\n  -w, --write          enable writing a value to variable\n  -o                   does nothing\n  -x                   does nothing\n  -d                   alias of -h\n\n -h, --help     display this help and exit\n -V, --version  output version information and exit\n\nFor more details see sysctl(8).\n';

interface Call {
  given: ReadonlySet<string>;
  /** Not a regular expression: it matches nothing, and nobody says so (`pattern_match`). */
  pattern: Pattern | RegexError | undefined;
  ignoreUnknown: boolean;
}

export function* sysctl(context: ProgramContext): ProgramRun {
  const args = context.argv.slice(1);
  // `--load=FILE` takes its value only that way.
  const loads = args.flatMap((word) => (word.startsWith('--load=') ? [word.slice(7)] : []));
  const parsed = parseOptions(
    args.map((word) => (word.startsWith('--load=') ? '-p' : word)),
    { short: 'bneNwfpqoxaAXr:Vdh', long: LONG },
  );
  if (args.length === 0) {
    yield* context.err(USAGE);
    return 1;
  }
  if (parsed.problem !== undefined) {
    yield* context.err(`sysctl: ${getoptComplaint(parsed.problem)}\n`);
    // As recorded: the usage goes to standard output, and all is well.
    yield* context.out(USAGE);
    return 0;
  }
  const given = new Set(parsed.options.map((option) => option.name));
  if (given.has('V')) {
    yield* context.out('sysctl from procps-ng 4.0.2\n');
    return 0;
  }
  if (given.has('h') || given.has('d')) {
    yield* context.out(USAGE);
    return 0;
  }
  const patternText = parsed.options.find((option) => option.name === 'r')?.value;
  const call: Call = {
    given,
    pattern: patternText === undefined ? undefined : compilePosix(patternText, { dialect: 'posixExtended' }),
    ignoreUnknown: given.has('e'),
  };
  if (given.has('a') || given.has('A') || given.has('X')) {
    const keys = [...context.host.state.sysctl.keys()].sort(byPath);
    for (const key of keys) if (isWanted(call, key)) yield* show(context, call, key);
    return 0;
  }
  if (given.has('system')) {
    const parts = systemFiles(context);
    let worst = 0;
    for (const path of parts) {
      if (!given.has('q')) yield* context.out(`* Applying ${path} ...\n`);
      worst = Math.max(worst, yield* load(context, { ...call, ignoreUnknown: true }, path));
    }
    return worst;
  }
  if (given.has('p') || given.has('f')) {
    const paths = [...loads, ...parsed.operands];
    let worst = 0;
    for (const path of paths.length === 0 ? [DEFAULT_FILE] : paths)
      worst = Math.max(worst, yield* load(context, call, path));
    return worst;
  }
  if (parsed.operands.length === 0) {
    yield* context.err(`sysctl: no variables specified\nTry \`sysctl --help' for more information.\n`);
    return 1;
  }
  return yield* commandLine(context, call, parsed.operands);
}

function isWanted({ pattern }: Call, key: string): boolean {
  return pattern === undefined || (!(pattern instanceof RegexError) && pattern.test(key));
}
/** Directory order of /proc/sys: by parts, not by letters across dots. */
function byPath(a: string, b: string): number {
  const [left, right] = [a.replaceAll('.', '\x01'), b.replaceAll('.', '\x01')];
  return left < right ? -1 : left > right ? 1 : 0;
}

function* commandLine(
  context: ProgramContext,
  call: Call,
  operands: readonly string[],
): Generator<Wait, number, Wake> {
  let worst = 0;
  for (const operand of operands) {
    const equals = operand.indexOf('=');
    if (equals < 0) {
      if (call.given.has('w')) {
        yield* context.err('sysctl: command line(0): invalid syntax, continuing...\n');
        worst = 1;
      } else if (!(yield* show(context, call, keyOf(operand)))) worst = 1;
      continue;
    }
    const name = operand.slice(0, equals).trim();
    if (name === '') {
      yield* context.err('sysctl: Path is not under /proc/sys/: /proc/sys/\n');
      worst = 1;
      continue;
    }
    if (!(yield* set(context, call, name, operand.slice(equals + 1).trim()))) worst = 1;
  }
  return worst;
}

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` name the same; with the first form dots in names stand. */
export function keyOf(name: string): string {
  const slash = name.indexOf('/');
  const dot = name.indexOf('.');
  return slash >= 0 && (dot < 0 || slash < dot) ? name.replaceAll('/', '.') : name;
}
function unknownText(name: string): string {
  return `sysctl: cannot stat /proc/sys/${keyOf(name).replaceAll('.', '/')}: No such file or directory\n`;
}

function* show(context: ProgramContext, call: Call, key: string): Generator<Wait, boolean, Wake> {
  const value = context.host.sysctl(key);
  if (value === undefined) {
    const below = [...context.host.state.sysctl.keys()]
      .filter((known) => known.startsWith(`${key}.`))
      .sort(byPath);
    if (below.length > 0) {
      for (const known of below) if (isWanted(call, known)) yield* show(context, call, known);
      return true;
    }
    if (call.ignoreUnknown) return true;
    yield* context.err(unknownText(key));
    return false;
  }
  yield* context.out(lineOf(call, key, value));
  return true;
}
function lineOf(call: Call, key: string, value: string): string {
  if (call.given.has('N')) return `${key}\n`;
  const end = call.given.has('b') ? '' : '\n';
  return call.given.has('n') || call.given.has('b') ? `${value}${end}` : `${key} = ${value}\n`;
}

function* set(
  context: ProgramContext,
  call: Call,
  name: string,
  value: string,
): Generator<Wait, boolean, Wake> {
  const key = keyOf(name);
  if (context.host.sysctl(key) === undefined) {
    if (call.ignoreUnknown) return true;
    yield* context.err(unknownText(name));
    return false;
  }
  if (context.who.uid !== 0 || isWithheld(context, key)) {
    yield* context.err(
      `sysctl: permission denied on key "${key}"${call.given.has('e') ? ', ignoring' : ''}\n`,
    );
    return call.given.has('e');
  }
  if (!call.given.has('dry-run')) {
    // Several numbers are parted by blanks on the command line and by tabs in the kernel.
    const refused = context.host.setSysctl(key, value.replace(/[ \t]+/g, '\t'));
    if (refused !== undefined) {
      yield* context.err(`sysctl: setting key "${key}": Invalid argument\n`);
      return false;
    }
  }
  if (!call.given.has('q')) yield* context.out(lineOf(call, key, value));
  return true;
}

/** A container's /proc/sys can be read only, but for what belongs to its network. */
function isWithheld({ host }: ProgramContext, key: string): boolean {
  return host.state.extra.get('disk:virtualization') === 'systemd-nspawn' && !key.startsWith('net.');
}

/** One file: `key = value`, `-key = value`, `#` and `;` comments. What is missing is told of either (procps 4.0.2). */
function* load(context: ProgramContext, call: Call, path: string): Generator<Wait, number, Wake> {
  const text =
    path === '-' ? yield* context.readAll() : context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    if (text.errno === 'EISDIR') return 0;
    const why = text.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory';
    yield* context.err(`sysctl: cannot open "${path}": ${why}\n`);
    return 1;
  }
  let worst = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const tolerant = line.startsWith('-');
    const equals = line.indexOf('=');
    const name = line.slice(tolerant ? 1 : 0, equals < 0 ? undefined : equals).trim();
    if (equals < 0 || name === '') {
      yield* context.err(`sysctl: ${path}(${index + 1}): invalid syntax, continuing...\n`);
      continue;
    }
    const keys = name.includes('*') ? globbed(context, keyOf(name)) : [name];
    for (const key of keys) if (!(yield* set(context, call, key, line.slice(equals + 1).trim()))) worst = 1;
  }
  return worst;
}
function globbed(context: ProgramContext, pattern: string): string[] {
  const expression = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^.]*')}$`);
  return [...context.host.state.sysctl.keys()].filter((key) => expression.test(key));
}

/** Files of the directories by name, then /etc/sysctl.conf. */
export function systemFiles(context: Pick<ProgramContext, 'fs' | 'who'>): string[] {
  const found = new Map<string, string>();
  for (const directory of DIRECTORIES) {
    const names = context.fs.readdir(directory, context.who);
    if (names instanceof FileError) continue;
    for (const name of names)
      if (name.endsWith('.conf') && !found.has(name)) found.set(name, `${directory}/${name}`);
  }
  const ordered = [...found.keys()].sort().map((name) => found.get(name) ?? '');
  return context.fs.exists(DEFAULT_FILE) ? [...ordered, DEFAULT_FILE] : ordered;
}

/** systemd-sysctl(8): the same files at boot, /etc/sysctl.conf by its link 99-sysctl.conf, and nothing said. */
export function* systemdSysctl(context: ProgramContext): ProgramRun {
  let failed = 0;
  const paths = systemFiles(context);
  for (const path of paths) {
    const text = context.fs.readFile(path, context.who);
    if (text instanceof FileError) continue;
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      const tolerant = line.startsWith('-');
      const equals = line.indexOf('=');
      if (equals < 0) {
        yield* context.err(`${path}:${index + 1}: Line is not an assignment, ignoring: ${line}\n`);
        failed = 1;
        continue;
      }
      const key = keyOf(line.slice(tolerant ? 1 : 0, equals).trim());
      const value = line.slice(equals + 1).trim();
      for (const one of key.includes('*') ? globbed(context, key) : [key]) {
        const refused = context.host.setSysctl(one, value.replace(/[ \t]+/g, '\t'));
        if (refused === undefined || tolerant) continue;
        if (refused === 'ENOENT') {
          yield* context.err(
            `Couldn't write '${value}' to '${one.replaceAll('.', '/')}', ignoring: No such file or directory\n`,
          );
          continue;
        }
        yield* context.err(`Couldn't write '${value}' to '${one.replaceAll('.', '/')}': Invalid argument\n`);
        failed = 1;
      }
    }
  }
  return failed;
}
