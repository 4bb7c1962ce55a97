/** `$( )`, backquotes and `<( )`. */
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Run, Shell } from '../shell';
import { readAll } from './read-all';
import { redirect } from './redirect';
import { forkShell } from './subshell';
import { readUnits } from '../syntax/cache';
import type { Redirect } from '../syntax/tree';

const FIRST_PROCESS_FD = 63;

/** The output of a command, trailing newlines taken away. */
export function* substitute(
  shell: Shell,
  text: string,
  _options: { readonly backquoted: boolean },
): Run<string> {
  const pipe = shell.host.streams.pipe();
  const fds = new Map(shell.context.fds);
  fds.set(1, pipe.writer);
  const line = shell.line;
  const pid = yield* forkShell(shell, (child) => runInside(child, text, line), { fds });
  pipe.reader.retain();
  const output = yield* readAll(shell, pipe.reader);
  pipe.reader.close();
  const ended = yield* shell.waitFor(pid);
  const status =
    ended === undefined
      ? 148
      : ended.signal === undefined
        ? (ended.code ?? 0)
        : 128 + SIGNAL_NUMBERS[ended.signal];
  shell.substitutionStatus = status;
  shell.status = status;
  return yield* clean(shell, output);
}

function* runInside(child: Shell, text: string, line: number): Run<number> {
  child.inSubstitution = true;
  child.traceDepth++;
  child.options.monitor = false;
  if (!child.shopt.inherit_errexit && !child.options.posix && child.dialect === 'bash')
    child.options.errexit = false;
  const file = soleInput(child, text);
  if (file !== undefined) return yield* copyFile(child, file);
  return yield* child.machinery.runText(child, text, {
    name: 'command substitution',
    lineBase: line - 1,
    isAll: true,
  });
}

/** `$(< file)`. */
function soleInput(shell: Shell, text: string): Redirect | undefined {
  if (!/^\s*</.test(text)) return undefined;
  const unit = readUnits(text, shell.lexerOptions).next(shell.lexerOptions);
  const command = unit?.list?.items.length === 1 ? unit.list.items[0]?.command : undefined;
  if (command?.type !== 'simple' || command.words.length > 0 || command.redirects.length !== 1)
    return undefined;
  const [only] = command.redirects;
  return only?.operator === '<' && (only.fd === undefined || only.fd === 0) ? only : undefined;
}

function* copyFile(shell: Shell, input: Redirect): Run<number> {
  const done = yield* redirect(shell, [input]);
  if (done === undefined) return 1;
  const stream = shell.context.fds.get(0);
  const text = stream === undefined ? '' : yield* readAll(shell, stream);
  done.undo();
  yield* shell.write(1, text);
  return 0;
}

function* clean(shell: Shell, output: string): Run<string> {
  let text = output;
  if (text.includes('\0')) {
    if (shell.dialect === 'bash')
      yield* shell.complain('warning: command substitution: ignored null byte in input');
    text = text.replaceAll('\0', '');
  }
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return text.slice(0, end);
}

/** `<(command)`: a pipe under a path. It stays open until the command it stands in has run. */
export function* processSubstitution(shell: Shell, direction: '<' | '>', text: string): Run<string> {
  const pipe = shell.host.streams.pipe();
  const fds = new Map(shell.context.fds);
  fds.set(direction === '<' ? 1 : 0, direction === '<' ? pipe.writer : pipe.reader);
  const line = shell.line;
  const pid = yield* forkShell(shell, (child) => runInside(child, text, line), { fds });
  shell.strays.push(pid);
  const own = shell.context.fds;
  let fd = FIRST_PROCESS_FD;
  while (own.has(fd)) fd--;
  const mine = direction === '<' ? pipe.reader : pipe.writer;
  mine.retain();
  own.set(fd, mine);
  shell.lastBackground = pid;
  shell.cleanups.push(() => {
    if (own.get(fd) !== mine) return;
    own.delete(fd);
    mine.close();
  });
  return `/dev/fd/${fd}`;
}
