/** Permission bits in writing: `drwxr-xr-x`, and what chmod(1) takes: `755`, `u+x,go=r`. Source: gnulib `filemode`, `modechange`. */
import type { FileKind } from '../../world/files.contract';

const KIND_LETTERS: Readonly<Record<FileKind, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  character: 'c',
  block: 'b',
};

/** `drwxr-xr-x`. */
export function modeString(kind: FileKind, mode: number): string {
  return KIND_LETTERS[kind] + permissionString(mode);
}

/** `rwxr-xr-x`. */
export function permissionString(mode: number): string {
  const bits = (shift: number, special: number, letter: string): string => {
    const part = (mode >> shift) & 7;
    const runs = (part & 1) !== 0;
    const last = (mode & special) === 0 ? (runs ? 'x' : '-') : runs ? letter : letter.toUpperCase();
    return `${(part & 4) === 0 ? '-' : 'r'}${(part & 2) === 0 ? '-' : 'w'}${last}`;
  };
  return bits(6, 0o4000, 's') + bits(3, 0o2000, 's') + bits(0, 0o1000, 't');
}

/** `0755`. */
export function octalMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** What file's mode becomes. */
export type ModeChange = (
  mode: number,
  about: { readonly isDirectory: boolean; readonly umask: number },
) => number;

const SET_IDS = 0o6000;
const LETTERS: Readonly<Record<string, number>> = {
  r: 0o444,
  w: 0o222,
  x: 0o111,
  s: SET_IDS,
  t: 0o1000,
};
const WHOSE: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

/** Reads a mode, undefined when it is none. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]+$/.test(text)) return octalChange(text);
  const clauses: ModeChange[] = [];
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause);
    if (match === null) return undefined;
    for (const action of (match[2] ?? '').matchAll(/([-+=])([rwxXst0-7ugo]*)/g))
      clauses.push(symbolicChange(match[1] ?? '', action[1] ?? '+', action[2] ?? ''));
  }
  return (mode, about) => clauses.reduce((value, change) => change(value, about), mode);
}

function octalChange(text: string): ModeChange | undefined {
  const value = Number.parseInt(text, 8);
  if (value > 0o7777) return undefined;
  return (mode, { isDirectory }) => (isDirectory && text.length < 5 ? value | (mode & SET_IDS) : value);
}

function symbolicChange(whose: string, operator: string, what: string): ModeChange {
  return (mode, { isDirectory, umask }) => {
    const affected =
      whose === '' ? 0o7777 & ~umask : [...whose].reduce((bits, who) => bits | (WHOSE[who] ?? 0), 0);
    const given = valueOf(what, mode, isDirectory);
    const value = given & (affected | (given & 0o1000 & (whose === '' ? 0o1000 : affected)));
    if (operator === '+') return mode | value;
    if (operator === '-') return mode & ~value;
    const replaced = whose === '' ? 0o7777 : affected;
    const kept = isDirectory && !what.includes('s') ? mode & SET_IDS : 0;
    return (mode & ~replaced) | value | kept;
  };
}

function valueOf(what: string, mode: number, isDirectory: boolean): number {
  if (/^[0-7]+$/.test(what)) return Number.parseInt(what, 8);
  let bits = 0;
  for (const letter of what) {
    if (letter === 'u' || letter === 'g' || letter === 'o') {
      const part = (mode >> { u: 6, g: 3, o: 0 }[letter]) & 7;
      bits |= part | (part << 3) | (part << 6);
    } else if (letter === 'X') bits |= isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0;
    else bits |= LETTERS[letter] ?? 0;
  }
  return bits;
}
