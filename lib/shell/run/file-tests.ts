/** `-f x`, `a -nt b` and the like, for `test`, `[` and `[[`. */
import type { Stat } from '../../world/files.contract';
import { elementOf, type Shell } from '../shell';
import { isSetOption } from '../state/options';
import { isSet, NAMEREF, scalarOf } from '../state/variables';

export const UNARY_TESTS: ReadonlySet<string> = new Set([
  '-a',
  '-b',
  '-c',
  '-d',
  '-e',
  '-f',
  '-g',
  '-h',
  '-k',
  '-n',
  '-o',
  '-p',
  '-r',
  '-s',
  '-t',
  '-u',
  '-v',
  '-w',
  '-x',
  '-z',
  '-G',
  '-L',
  '-N',
  '-O',
  '-R',
  '-S',
]);
export const BINARY_TESTS: ReadonlySet<string> = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]);

function statOf(shell: Shell, path: string): Stat | undefined {
  if (path === '') return undefined;
  const info = shell.context.fs.stat(shell.context.resolve(path), shell.context.who);
  return 'kind' in info ? info : undefined;
}

export function unaryTest(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-h':
    case '-L': {
      const info = shell.context.fs.lstat(shell.context.resolve(operand), shell.context.who);
      return operand !== '' && 'kind' in info && info.kind === 'symlink';
    }
    case '-r':
      return hasAccess(shell, operand, 4);
    case '-w':
      return hasAccess(shell, operand, 2);
    case '-x':
      return hasAccess(shell, operand, 1);
    case '-t':
      return shell.context.fds.get(Number(operand))?.tty !== undefined;
    case '-o':
      return isSetOption(operand) && shell.options[operand];
    case '-v':
      return isVariableSet(shell, operand);
    case '-R': {
      const variable = shell.variables.find(operand);
      return variable !== undefined && (variable.flags & NAMEREF) !== 0;
    }
    default:
      return fileTest(shell, operator, operand);
  }
}

function hasAccess(shell: Shell, path: string, bits: number): boolean {
  const own = ownKind(shell, path);
  if (own !== undefined) return bits !== 1;
  return (
    path !== '' && shell.context.fs.access(shell.context.resolve(path), bits, shell.context.who) === undefined
  );
}

/** Kind of what `/dev/stdin`, `/dev/fd/N` refer to. */
function ownKind(shell: Shell, path: string): string | undefined {
  const match = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(path);
  if (match === null) return undefined;
  const fd = match[1] === undefined ? ['in', 'out', 'err'].indexOf(match[2] ?? '') : Number(match[1]);
  return shell.context.fds.get(fd)?.kind;
}

function fileTest(shell: Shell, operator: string, path: string): boolean {
  const own = ownKind(shell, path);
  if (own !== undefined) return ownTest(operator, own);
  const info = statOf(shell, path);
  if (info === undefined) return false;
  const { uid, gid, groups } = shell.context.who;
  switch (operator) {
    case '-a':
    case '-e':
      return true;
    case '-f':
      return info.kind === 'file';
    case '-d':
      return info.kind === 'directory';
    case '-p':
      return info.kind === 'fifo';
    case '-S':
      return info.kind === 'socket';
    case '-b':
      return info.kind === 'block';
    case '-c':
      return info.kind === 'character';
    case '-s':
      return info.size > 0;
    case '-g':
      return (info.mode & 0o2000) !== 0;
    case '-u':
      return (info.mode & 0o4000) !== 0;
    case '-k':
      return (info.mode & 0o1000) !== 0;
    case '-O':
      return info.uid === uid;
    case '-G':
      return info.gid === gid || groups.includes(info.gid);
    case '-N':
      return info.mtime > info.atime;
    default:
      return false;
  }
}

function ownTest(operator: string, kind: string): boolean {
  switch (operator) {
    case '-a':
    case '-e':
      return true;
    case '-p':
      return kind === 'pipe';
    case '-f':
      return kind === 'file';
    case '-c':
      return kind === 'tty' || kind === 'null' || kind === 'character';
    case '-S':
      return kind === 'socket';
    default:
      return false;
  }
}

export function binaryFileTest(shell: Shell, operator: string, left: string, right: string): boolean {
  const a = statOf(shell, left);
  const b = statOf(shell, right);
  switch (operator) {
    case '-nt':
      return a !== undefined && (b === undefined || a.mtime > b.mtime);
    case '-ot':
      return b !== undefined && (a === undefined || a.mtime < b.mtime);
    default:
      return a !== undefined && b !== undefined && a.ino === b.ino;
  }
}

/** `-v name`, `-v name[key]`, `-v 1`. */
export function isVariableSet(shell: Shell, text: string): boolean {
  if (/^\d+$/.test(text)) return shell.parameter(text) !== undefined;
  const match = /^([A-Za-z_]\w*)(?:\[([^]*)\])?$/.exec(text);
  if (match === null) return false;
  const [, name = '', subscript] = match;
  const variable = shell.lookup(name);
  if (variable === undefined) return false;
  if (subscript === undefined) return scalarOf(variable) !== undefined;
  if (subscript === '@' || subscript === '*') return isSet(variable);
  return (
    elementOf(variable, variable.table === undefined ? String(shell.evaluate(subscript)) : subscript) !==
    undefined
  );
}
