/** `cd`, `pwd` and the directory stack. Source: bash(1) "SHELL BUILTIN COMMANDS". */
import { FileError } from '../../world/files.contract';
import { errnoText } from '../commands/errno-text';
import { visible } from '../expand/quote';
import type { Run, Shell } from '../shell';
import { EXPORTED } from '../state/variables';
import { type Call, complain, readOptions, usage, wholeNumber } from './builtin';

/** The path with `.` and `..` taken out by its text alone. */
function tidy(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Goes to a directory; gives the complaint when it cannot. */
export function enter(
  shell: Shell,
  path: string,
  options: { readonly physical: boolean },
): string | undefined {
  const { context } = shell;
  const { fs, who } = context;
  const full = context.resolve(path);
  const info = fs.stat(full, who);
  const shown = shell.dialect === 'dash' ? path : visible(path);
  if (info instanceof FileError) return `${shown}: ${errnoText(info.errno)}`;
  if (info.kind !== 'directory') return `${shown}: ${errnoText('ENOTDIR')}`;
  if (fs.access(full, 1, who) !== undefined) return `${shown}: ${errnoText('EACCES')}`;
  const real = options.physical ? fs.realpath(full, who) : tidy(full);
  const before = shell.variables.get('PWD') ?? context.cwd;
  context.cwd = typeof real === 'string' ? real : tidy(full);
  shell.variables.set('OLDPWD', before, shell.variables.scopes[0]).flags |= EXPORTED;
  shell.variables.set('PWD', context.cwd, shell.variables.scopes[0]).flags |= EXPORTED;
  return undefined;
}

export function* cd(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'LP' : 'LPe@');
  if (typeof options === 'number') return options;
  const [given, ...more] = options.rest;
  if (more.length > 0 && shell.dialect === 'bash') {
    yield* complain(call, 'too many arguments');
    return 1;
  }
  const target = yield* destination(call, given);
  if (target === undefined) return 1;
  const physical = options.flags.has('P') || (shell.options.physical && !options.flags.has('L'));
  const alongPath = searchCdPath(shell, target.path);
  if (alongPath !== undefined) {
    const failed = enter(shell, alongPath, { physical });
    if (failed === undefined) {
      yield* shell.write(1, `${shell.context.cwd}\n`);
      return 0;
    }
  }
  if (target.path === '') {
    if (target.shown) yield* shell.write(1, '\n');
    return 0;
  }
  const failed = enter(shell, target.path, { physical });
  if (failed !== undefined) {
    yield* complain(call, shell.dialect === 'dash' ? `can't cd to ${target.path}` : failed);
    return shell.dialect === 'dash' ? 2 : 1;
  }
  if (target.shown) yield* shell.write(1, `${shell.context.cwd}\n`);
  return 0;
}

function* destination(
  call: Call,
  given: string | undefined,
): Run<{ readonly path: string; readonly shown: boolean } | undefined> {
  const { shell } = call;
  if (given === undefined) {
    const home = shell.variables.get('HOME');
    if (home === undefined && shell.dialect === 'bash') {
      yield* complain(call, 'HOME not set');
      return undefined;
    }
    return { path: home ?? '', shown: false };
  }
  if (given !== '-') return { path: given, shown: false };
  const before = shell.variables.get('OLDPWD');
  if (before === undefined && shell.dialect === 'bash') {
    yield* complain(call, 'OLDPWD not set');
    return undefined;
  }
  return { path: before ?? shell.context.cwd, shown: true };
}

/** A directory found along CDPATH, `.` aside. */
function searchCdPath(shell: Shell, path: string): string | undefined {
  const list = shell.variables.get('CDPATH');
  if (list === undefined || list === '' || path === '' || /^\.{0,2}(?:\/|$)/.test(path)) return undefined;
  for (const directory of list.split(':')) {
    if (directory === '' || directory === '.') {
      if (isDirectory(shell, path)) return undefined;
      continue;
    }
    const candidate = `${directory.replace(/\/$/, '')}/${path}`;
    if (isDirectory(shell, candidate)) return candidate;
  }
  return undefined;
}

function isDirectory(shell: Shell, path: string): boolean {
  const info = shell.context.fs.stat(shell.context.resolve(path), shell.context.who);
  return 'kind' in info && info.kind === 'directory';
}

export function* pwd(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'LP');
  if (typeof options === 'number') return options;
  const physical = options.flags.has('P') || (shell.options.physical && !options.flags.has('L'));
  const real = physical ? shell.context.fs.realpath(shell.context.cwd, shell.context.who) : undefined;
  yield* shell.write(1, `${typeof real === 'string' ? real : shell.context.cwd}\n`);
  return 0;
}

// ------------------------------------------------------------------ directory stack

/** The stack, the present directory first. */
function stackOf(shell: Shell): string[] {
  return [shell.context.cwd, ...shell.directories];
}

function withTilde(shell: Shell, path: string): string {
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  return path === home ? '~' : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Place that `+N` or `-N` means; undefined when the text is neither. */
function placeOf(text: string, length: number): number | 'out of range' | undefined {
  const match = /^([+-])(\d+)$/.exec(text);
  if (match === null) return undefined;
  const place = match[1] === '+' ? Number(match[2]) : length - 1 - Number(match[2]);
  return place < 0 || place >= length ? 'out of range' : place;
}

export function* dirs(call: Call): Run<number> {
  const { shell } = call;
  const flags = new Set<string>();
  let only: number | undefined;
  for (const arg of call.args) {
    const place = placeOf(arg, stackOf(shell).length);
    if (place === 'out of range') {
      const isEmpty = stackOf(shell).length === 1;
      yield* complain(
        call,
        isEmpty ? 'directory stack empty' : `${arg.slice(1)}: directory stack index out of range`,
      );
      return 1;
    }
    if (place !== undefined) only = place;
    else if (/^-[clpv]+$/.test(arg)) for (const letter of arg.slice(1)) flags.add(letter);
    else if (arg.startsWith('-') && arg !== '--') {
      yield* complain(call, `${arg}: invalid number`);
      return yield* usage(call);
    } else if (arg !== '--') {
      yield* complain(call, `${arg}: invalid option`);
      return yield* usage(call);
    }
  }
  if (flags.has('c')) {
    shell.directories = [];
    return 0;
  }
  const shown = stackOf(shell).map((path) => (flags.has('l') ? path : withTilde(shell, path)));
  const wanted = shown
    .map((path, place) => ({ path, place }))
    .filter(({ place }) => only === undefined || place === only);
  const text = flags.has('v')
    ? wanted.map(({ path, place }) => `${String(place).padStart(2)}  ${path}\n`).join('')
    : flags.has('p')
      ? wanted.map(({ path }) => `${path}\n`).join('')
      : `${wanted.map(({ path }) => path).join(' ')}\n`;
  yield* shell.write(1, text);
  return 0;
}

function* showStack(shell: Shell): Run<void> {
  yield* shell.write(
    1,
    `${stackOf(shell)
      .map((path) => withTilde(shell, path))
      .join(' ')}\n`,
  );
}

export function* pushd(call: Call): Run<number> {
  const { shell } = call;
  const stays = call.args[0] === '-n';
  const [given] = call.args.slice(stays ? 1 : 0).filter((arg) => arg !== '--');
  const stack = stackOf(shell);
  if (given === undefined) {
    const [here = '', next, ...rest] = stack;
    if (next === undefined) {
      yield* complain(call, 'no other directory');
      return 1;
    }
    return yield* goTo(call, next, [here, ...rest]);
  }
  const place = placeOf(given, stack.length);
  if (place === 'out of range') {
    yield* complain(
      call,
      stack.length === 1 ? 'directory stack empty' : `${given}: directory stack index out of range`,
    );
    return 1;
  }
  if (place !== undefined) {
    const turned = [...stack.slice(place), ...stack.slice(0, place)];
    return yield* goTo(call, turned[0] ?? '', turned.slice(1));
  }
  if (given.startsWith('-') && given !== '-' && wholeNumber(given) === undefined) {
    yield* complain(call, `${given}: invalid number`);
    return yield* usage(call);
  }
  if (stays) {
    shell.directories = [given, ...shell.directories];
    yield* showStack(shell);
    return 0;
  }
  return yield* goTo(call, given, stack);
}

function* goTo(call: Call, path: string, rest: readonly string[]): Run<number> {
  const { shell } = call;
  const failed = enter(shell, path, { physical: shell.options.physical });
  if (failed !== undefined) {
    yield* complain(call, failed);
    return 1;
  }
  shell.directories = [...rest];
  yield* showStack(shell);
  return 0;
}

export function* popd(call: Call): Run<number> {
  const { shell } = call;
  const stays = call.args[0] === '-n';
  const [given] = call.args.slice(stays ? 1 : 0).filter((arg) => arg !== '--');
  const stack = stackOf(shell);
  const place = given === undefined ? (stays ? 1 : 0) : placeOf(given, stack.length);
  if (place === undefined) {
    yield* complain(call, `${given ?? ''}: invalid argument`);
    return yield* usage(call);
  }
  if (stack.length === 1) {
    yield* complain(call, 'directory stack empty');
    return 1;
  }
  if (place === 'out of range') {
    yield* complain(call, `${given ?? ''}: directory stack index out of range`);
    return 1;
  }
  if (place === 0) {
    const [next = '', ...rest] = shell.directories;
    return yield* goTo(call, next, rest);
  }
  shell.directories = shell.directories.filter((_, index) => index !== place - 1);
  yield* showStack(shell);
  return 0;
}
