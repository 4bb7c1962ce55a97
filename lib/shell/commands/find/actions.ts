/** Actions and global options of find(1). Source: find(1) "ACTIONS", "GLOBAL OPTIONS". */
import type { Stream } from '../../../world/process.contract';
import { errnoText } from '../errno-text';
import { Exit, type Step, type Tool } from '../tool';
import { type Making, type Predicate, type PredicateSpec, quoted } from './expression';
import { printFormat, printLong } from './print';
import { nameOf, type Visit } from './visit';

/** Ends the search (`-quit`). */
export class Quit extends Error {}
/** A batch of `-exec {} +` is run before it grows longer. */
const MOST_BATCH_CHARACTERS = 128 * 1024;

/** Marks the whole search as failed; its exit code is 1. */
export interface Outcome {
  failed: boolean;
}

function printing(text: (tool: Tool, visit: Visit) => string) {
  return ({ tool }: Making): Predicate =>
    (visit) => {
      tool.print(text(tool, visit));
      return true;
    };
}

function printingInto(text: (tool: Tool, visit: Visit, format: string) => string, withFormat: boolean) {
  return (making: Making): Predicate => {
    const { tool } = making;
    const path = making.argument();
    const format = withFormat ? making.argument() : '';
    const stream = tool.create(path);
    if (typeof stream === 'string') return tool.fail(`${quoted(path)}: ${errnoText(stream)}`);
    return (visit) => write(stream, text(tool, visit, format));
  };
}

function* write(stream: Stream, text: string): Step<boolean> {
  while (stream.write(text) === undefined) yield { streams: [stream] };
  return true;
}

/** Odd directives are told of before anything is looked for. */
function checkFormat(tool: Tool, format: string): void {
  for (const [odd] of format.matchAll(
    /\\\\|\\[^abcfnrtv0-7\\]|%%|%(?![-+ 0#\d.]*[A-Za-z%])[^%]?|%[-+ 0#\d.]*[IJKLNOQRVWXjoqrvwxz]/g,
  )) {
    if (odd === '%%' || odd === '\\\\') continue;
    if (/^%[-+ 0#\d.]*$/.test(odd) && format.endsWith(odd)) tool.fail('error: % at end of format string');
    const isEscape = odd.startsWith('\\');
    tool.complain(
      `warning: unrecognized ${isEscape ? 'escape' : 'format directive'} \`${isEscape ? odd : `%${odd.slice(-1)}`}'`,
    );
  }
}

function printf(making: Making): Predicate {
  const format = making.argument();
  checkFormat(making.tool, format);
  return (visit) => {
    making.tool.print(printFormat(making.tool, format, visit));
    return true;
  };
}

function executing(outcome: Outcome, settings: { readonly inDirectory: boolean; readonly asks: boolean }) {
  return (making: Making): Predicate => {
    const { words, isBatch } = making.command();
    if (isBatch) return batch(making, outcome, words, settings.inDirectory);
    const { tool } = making;
    return function* (visit) {
      const name = settings.inDirectory ? inDirectoryName(visit.path) : visit.path;
      const argv = words.map((word) => word.replaceAll('{}', name));
      if (settings.asks) {
        yield* tool.flush();
        const agreed = yield* askFor(tool, argv, visit.path);
        if (!agreed) return false;
      }
      return yield* runOne(tool, argv, settings.inDirectory ? directoryOf(visit.path) : undefined);
    };
  };
}

function* askFor(tool: Tool, argv: readonly string[], path: string): Step<boolean> {
  const { name } = tool;
  yield* tool.context.err(`< ${argv[0] ?? ''} ... ${path} > ? `);
  tool.name = name;
  const answer = yield* tool.context.readLine();
  return /^\s*[yY]/.test(answer);
}

function batch(making: Making, outcome: Outcome, words: readonly string[], inDirectory: boolean): Predicate {
  const { tool } = making;
  let names: string[] = [];
  let length = 0;
  let directory: string | undefined;
  const flush = function* (): Step<boolean> {
    if (names.length === 0) return true;
    const argv = [...words, ...names];
    names = [];
    length = 0;
    const isFine = yield* runOne(tool, argv, inDirectory ? directory : undefined);
    if (!isFine) outcome.failed = true;
    return isFine;
  };
  making.atEnd(flush);
  return function* (visit) {
    const name = inDirectory ? inDirectoryName(visit.path) : visit.path;
    const parent = directoryOf(visit.path);
    if (length + name.length > MOST_BATCH_CHARACTERS || (inDirectory && directory !== parent)) yield* flush();
    directory = parent;
    names.push(name);
    length += name.length + 1;
    return true;
  };
}

function* runOne(tool: Tool, argv: readonly string[], directory: string | undefined): Step<boolean> {
  const status = yield* tool.runChild(argv, directory === undefined ? {} : { cwd: tool.resolve(directory) });
  if ('errno' in status) {
    tool.complain(`${quoted(argv[0] ?? '')}: ${errnoText(status.errno)}`);
    return false;
  }
  return status.code === 0;
}

function inDirectoryName(path: string): string {
  return nameOf(path) === '/' ? '/' : `./${nameOf(path)}`;
}
function directoryOf(path: string): string {
  const trimmed = path.replace(/(?<=.)\/+$/, '');
  const cut = trimmed.lastIndexOf('/');
  return cut < 0 ? '.' : trimmed.slice(0, cut) || '/';
}

function deletion(outcome: Outcome) {
  return ({ tool, options }: Making): Predicate => {
    options.depthFirst = true;
    return ({ path, info }) => {
      if (path === '.') return true;
      const { fs, who } = tool.context;
      const failed =
        info.kind === 'directory' ? fs.rmdir(tool.resolve(path), who) : fs.unlink(tool.resolve(path), who);
      if (failed === undefined) return true;
      tool.complain(`cannot delete ${quoted(path)}: ${errnoText(failed.errno)}`);
      outcome.failed = true;
      return false;
    };
  };
}

function depthLimit(set: (making: Making, depth: number) => void) {
  return (making: Making): Predicate => {
    const text = making.argument();
    if (!/^\d+$/.test(text))
      return making.tool.fail(
        `Expected a positive decimal integer argument to ${making.name}, but got ${quoted(text)}`,
      );
    set(making, Number(text));
    return () => true;
  };
}
function setting(set: (making: Making) => void): PredicateSpec {
  return {
    isGlobal: true,
    make: (making) => {
      set(making);
      return () => true;
    },
  };
}

const action = (make: (making: Making) => Predicate): PredicateSpec => ({ make, isAction: true });

export function actions(outcome: Outcome): readonly (readonly [string, PredicateSpec])[] {
  return [
    ['-print', action(printing((_, { path }) => `${path}\n`))],
    ['-print0', action(printing((_, { path }) => `${path}\0`))],
    ['-printf', action(printf)],
    ['-ls', action(printing((tool, visit) => `${printLong(tool, visit)}\n`))],
    ['-fprint', action(printingInto((_, { path }) => `${path}\n`, false))],
    ['-fprint0', action(printingInto((_, { path }) => `${path}\0`, false))],
    ['-fprintf', action(printingInto((tool, visit, format) => printFormat(tool, format, visit), true))],
    ['-fls', action(printingInto((tool, visit) => `${printLong(tool, visit)}\n`, false))],
    ['-exec', action(executing(outcome, { inDirectory: false, asks: false }))],
    ['-execdir', action(executing(outcome, { inDirectory: true, asks: false }))],
    ['-ok', action(executing(outcome, { inDirectory: false, asks: true }))],
    ['-okdir', action(executing(outcome, { inDirectory: true, asks: true }))],
    ['-delete', action(deletion(outcome))],
    [
      '-quit',
      {
        isAction: true,
        make: () => () => {
          throw new Quit();
        },
      },
    ],
    [
      '-prune',
      {
        make: () => (visit) => {
          visit.isPruned = true;
          return true;
        },
      },
    ],
    ['-maxdepth', { isGlobal: true, make: depthLimit(({ options }, depth) => (options.mostDepth = depth)) }],
    ['-mindepth', { isGlobal: true, make: depthLimit(({ options }, depth) => (options.leastDepth = depth)) }],
    ['-depth', setting(({ options }) => (options.depthFirst = true))],
    ['-d', setting(({ options }) => (options.depthFirst = true))],
    ['-xdev', setting(({ options }) => (options.oneFileSystem = true))],
    ['-mount', setting(({ options }) => (options.oneFileSystem = true))],
    ['-follow', setting(({ options }) => (options.follow = 'always'))],
    ['-daystart', setting(({ options }) => (options.fromDayStart = true))],
    ['-noleaf', setting(() => undefined)],
    ['-ignore_readdir_race', setting(() => undefined)],
    ['-warn', setting(() => undefined)],
    ['-nowarn', setting(() => undefined)],
    ['-regextype', setting(chooseDialect)],
    ['-help', setting(({ tool }) => tool.help())],
    ['--help', setting(({ tool }) => tool.help())],
    ['-version', setting(({ tool }) => tool.version())],
    ['--version', setting(({ tool }) => tool.version())],
  ];
}

function chooseDialect({ tool, options, argument }: Making): void {
  const name = argument();
  if (/^(emacs|findutils-default|grep)$/.test(name)) options.regexDialect = 'emacs';
  else if (/^(posix-basic|ed|sed)$/.test(name)) options.regexDialect = 'posixBasic';
  else if (/^(posix-extended|egrep|posix-egrep|awk|posix-awk|gnu-awk|posix-minimal-basic)$/.test(name))
    options.regexDialect = 'posixExtended';
  else {
    tool.complain(
      `Unknown regular expression type ${quoted(name)}; valid types are ${quoted('findutils-default')}, ${quoted('ed')}, ${quoted('emacs')}, ${quoted('gnu-awk')}, ${quoted('grep')}, ${quoted('posix-awk')}, ${quoted('awk')}, ${quoted('posix-basic')}, ${quoted('posix-egrep')}, ${quoted('egrep')}, ${quoted('posix-extended')}, ${quoted('posix-minimal-basic')}, ${quoted('sed')}.`,
    );
    throw new Exit(1);
  }
}
