/** Redirections: changes to the shell's own descriptors that can be taken back. Source: bash(1) "REDIRECTION". */
import type { Errno } from '../../world/files.contract';
import type { Stream } from '../../world/process.contract';
import { errnoText } from '../commands/errno-text';
import { expandFields, expandText } from '../expand/words';
import type { Run, Shell } from '../shell';
import type { Redirect, Word } from '../syntax/tree';
import { makeReadWord } from '../syntax/word-parts';
import { networkPath, openNetworkPath } from './network-path';

const FIRST_FREE = 10;
const HIGHEST_FD = 1024;

/** What a list of redirections changed. */
export class Redirections {
  readonly #before: [number, Stream | undefined][] = [];
  readonly #names: [string, string | undefined][] = [];

  /** @param inChild they are made in a process of its own: names of descriptors are not known afterwards */
  constructor(
    private readonly shell: Shell,
    readonly inChild: boolean,
  ) {}

  /** What a variable was before it named a descriptor. */
  name(variable: string): void {
    this.#names.push([variable, this.shell.get(variable)]);
  }

  /** Puts a stream (undefined: closes) at a descriptor. */
  put(fd: number, stream: Stream | undefined): void {
    const { fds } = this.shell.context;
    this.#before.push([fd, fds.get(fd)]);
    stream?.retain();
    if (stream === undefined) fds.delete(fd);
    else fds.set(fd, stream);
  }

  /** Gives the descriptors back as they were. */
  undo(): void {
    const { fds } = this.shell.context;
    for (let change = this.#before.pop(); change !== undefined; change = this.#before.pop()) {
      const [fd, stream] = change;
      fds.get(fd)?.close();
      if (stream === undefined) fds.delete(fd);
      else fds.set(fd, stream);
    }
    for (const [name, value] of this.#names.splice(0).toReversed())
      if (value === undefined) this.shell.variables.unset(name);
      else this.shell.assign(name, value);
  }

  /** The changes stay (`exec >file`). */
  keep(): void {
    for (const [, stream] of this.#before.splice(0)) stream?.close();
  }
}

/** Applies redirections; undefined when one failed, which has been said and taken back. */
export function* redirect(
  shell: Shell,
  list: readonly Redirect[],
  { inChild }: { readonly inChild: boolean } = { inChild: false },
): Run<Redirections | undefined> {
  const done = new Redirections(shell, inChild);
  for (const item of list) {
    const problem = yield* applyOne(shell, item, done);
    if (problem === undefined) continue;
    // The message goes where errors go by now: `2>file <missing` writes it into the file.
    yield* shell.complain(problem);
    done.undo();
    return undefined;
  }
  return done;
}

/** Gives bash's complaint when it fails. */
function* applyOne(shell: Shell, item: Redirect, done: Redirections): Run<string | undefined> {
  switch (item.operator) {
    case '<<':
    case '<<-':
      return yield* place(shell, item, done, shell.host.streams.text(yield* documentText(shell, item)));
    case '<<<':
      return yield* place(
        shell,
        item,
        done,
        shell.host.streams.text(`${yield* expandText(shell, item.target)}\n`),
      );
    case '<&':
    case '>&':
      return yield* duplicate(shell, item, done);
    default:
      return yield* openFile(shell, item, done);
  }
}

function* documentText(shell: Shell, item: Redirect): Run<string> {
  const document = item.hereDocument;
  if (document === undefined) return '';
  if (document.literal) return document.text;
  document.word ??= makeReadWord(document.text, 'document');
  return yield* expandText(shell, document.word);
}

function* place(shell: Shell, item: Redirect, done: Redirections, stream: Stream): Run<string | undefined> {
  if (item.variable !== undefined && done.inChild) done.name(item.variable);
  const fd = yield* descriptorOf(shell, item);
  if (typeof fd === 'string') return fd;
  if (item.variable === undefined || done.inChild) done.put(fd, stream);
  else {
    // `{name}<file` outlives its command.
    stream.retain();
    shell.context.fds.set(fd, stream);
  }
  return undefined;
}

function* descriptorOf(shell: Shell, item: Redirect): Run<number | string> {
  if (item.variable === undefined) {
    const fd = item.fd ?? (item.operator.startsWith('<') ? 0 : 1);
    return fd > HIGHEST_FD ? `${fd}: ${errnoText('EBADF')}` : fd;
  }
  let fd = FIRST_FREE;
  while (shell.context.fds.has(fd)) fd++;
  const refused = shell.assign(item.variable, String(fd));
  return refused === undefined
    ? fd
    : `${refused}\n${shell.prefix()}${item.variable}: cannot assign fd to variable`;
}

/** The one path a redirection names, or the complaint. */
function* target(shell: Shell, word: Word): Run<{ path: string } | string> {
  if (shell.dialect === 'dash') return { path: yield* expandText(shell, word) };
  const fields = yield* expandFields(shell, word);
  const [path] = fields;
  return fields.length === 1 && path !== undefined ? { path } : `${word.text}: ambiguous redirect`;
}

function* openFile(shell: Shell, item: Redirect, done: Redirections): Run<string | undefined> {
  const named = yield* target(shell, item.target);
  if (typeof named === 'string') return named;
  const onNetwork = shell.dialect === 'dash' ? undefined : networkPath(named.path);
  const stream =
    onNetwork === undefined
      ? open(shell, named.path, item.operator)
      : yield* openNetworkPath(shell, onNetwork);
  if (typeof stream === 'string') return openProblem(shell, named.path, item, stream);
  if (item.operator === '&>' || item.operator === '&>>') {
    done.put(1, stream);
    done.put(2, stream);
    return undefined;
  }
  return yield* place(shell, item, done, stream);
}

function openProblem(shell: Shell, path: string, item: Redirect, problem: Errno | 'noclobber'): string {
  if (shell.dialect === 'dash') {
    const creates = item.operator !== '<';
    const missing = problem === 'ENOENT' || problem === 'ENOTDIR';
    if (problem === 'noclobber') return `cannot create ${path}: File exists`;
    return `cannot ${creates ? 'create' : 'open'} ${path}: ${missing ? (creates ? 'Directory nonexistent' : 'No such file') : errnoText(problem)}`;
  }
  return problem === 'noclobber'
    ? `${path}: cannot overwrite existing file`
    : `${path}: ${errnoText(problem)}`;
}

function open(shell: Shell, path: string, operator: Redirect['operator']): Stream | Errno | 'noclobber' {
  const own = ownDescriptor(shell, path);
  if (own !== undefined) return own;
  if (path === '') return 'ENOENT';
  const { context } = shell;
  const full = context.resolve(path);
  switch (operator) {
    case '<':
      return openStream(shell, full, { read: true });
    case '<>':
      return openStream(shell, full, { read: true, write: true, create: true });
    case '>>':
    case '&>>':
      return openStream(shell, full, { write: true, append: true, create: true });
    case '>':
    case '&>':
      if (shell.options.noclobber && isRegular(shell, full)) return 'noclobber';
      return openStream(shell, full, { write: true, create: true, truncate: true });
    default:
      return openStream(shell, full, { write: true, create: true, truncate: true });
  }
}

function isRegular(shell: Shell, path: string): boolean {
  const info = shell.context.fs.stat(path, shell.context.who);
  return 'kind' in info && info.kind === 'file';
}

function openStream(
  shell: Shell,
  path: string,
  options: { read?: boolean; write?: boolean; append?: boolean; create?: boolean; truncate?: boolean },
): Stream | Errno {
  const { context } = shell;
  return shell.host.streams.open(path, context.who, { ...options, mode: 0o666 & ~context.umask });
}

/** `/dev/stdin`, `/dev/fd/3`: the descriptor itself. */
function ownDescriptor(shell: Shell, path: string): Stream | Errno | undefined {
  const numbered = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path);
  const fd =
    numbered === null ? { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 }[path] : Number(numbered[1]);
  if (fd !== undefined) return shell.context.fds.get(fd) ?? 'ENOENT';
  if (path !== '/dev/tty') return undefined;
  const { tty } = shell.context.process;
  return (tty === undefined ? undefined : shell.host.streams.terminal(tty)) ?? 'ENXIO';
}

/** The value of `name` or of `name[subscript]`. */
function valueNamed(shell: Shell, text: string): string | undefined {
  const [, name = text, subscript] = /^(\w+)\[(.*)\]$/.exec(text) ?? [];
  return subscript === undefined
    ? shell.get(name)
    : shell.variables.element(name, shell.subscriptKey(name, subscript));
}

function* duplicate(shell: Shell, item: Redirect, done: Redirections): Run<string | undefined> {
  const text = item.target.plain ?? (yield* expandFields(shell, item.target)).join(' ');
  if (text === '-') {
    const fd =
      item.variable === undefined
        ? (item.fd ?? (item.operator === '<&' ? 0 : 1))
        : Number(valueNamed(shell, item.variable) || Number.NaN);
    if (Number.isNaN(fd)) return `${item.variable ?? ''}: ambiguous redirect`;
    done.put(fd, undefined);
    return undefined;
  }
  const numbered = /^(\d{1,9})(-?)$/.exec(text);
  if (numbered === null) return yield* duplicateToFile(shell, item, done, text);
  const from = Number(numbered[1]);
  const stream = shell.context.fds.get(from);
  if (stream === undefined) return `${text}: ${errnoText('EBADF')}`;
  const problem = yield* place(shell, item, done, stream);
  if (problem === undefined && numbered[2] === '-') done.put(from, undefined);
  return problem;
}

/** `>&file` is `&>file`; anything else that is no number is refused. */
function* duplicateToFile(
  shell: Shell,
  item: Redirect,
  done: Redirections,
  text: string,
): Run<string | undefined> {
  if (shell.dialect === 'dash') return `Syntax error: Bad fd number`;
  if (
    item.operator === '>&' &&
    (item.fd === undefined || item.fd === 1) &&
    item.variable === undefined &&
    text !== ''
  ) {
    return yield* openFile(shell, { ...item, operator: '&>', fd: undefined }, done);
  }
  return `${item.target.text}: ambiguous redirect`;
}
