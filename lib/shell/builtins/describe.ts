/** What a name would run: `type`, `command -v`. */
import { executableKind, locate, locateAll } from '../run/external';
import type { Run, Shell } from '../shell';
import { printFunction } from '../syntax/printer';
import { reservedWords } from '../syntax/tokens';
import { backslashQuote } from '../expand/quote';
import { builtinNames } from './names';

export type Manner =
  /** `ls is /usr/bin/ls` */
  | 'sentence'
  /** `/usr/bin/ls`, as `command -v` */
  | 'short'
  /** `file`, as `type -t` */
  | 'kind'
  /** The path only, as `type -p` */
  | 'path';

interface Sense {
  readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file';
  readonly sentence: string;
  readonly short: string;
  readonly path: string | undefined;
}

/** Describes a name; false when it means nothing. */
export function* describeCommand(
  shell: Shell,
  name: string,
  manner: Manner,
  options: { readonly all: boolean; readonly noFunctions?: boolean; readonly forcePath?: boolean },
): Run<boolean> {
  const senses = sensesOf(shell, name, options);
  const shown = options.all ? senses : senses.slice(0, 1);
  for (const sense of shown) {
    const text = textOf(sense, manner);
    if (text !== undefined) yield* shell.write(1, `${text}\n`);
  }
  return shown.length > 0;
}

function textOf(sense: Sense, manner: Manner): string | undefined {
  switch (manner) {
    case 'sentence':
      return sense.sentence;
    case 'short':
      return sense.short;
    case 'kind':
      return sense.kind;
    case 'path':
      return sense.path;
  }
}

function sensesOf(
  shell: Shell,
  name: string,
  options: { readonly all: boolean; readonly noFunctions?: boolean; readonly forcePath?: boolean },
): Sense[] {
  const senses: Sense[] = [];
  const dash = shell.dialect === 'dash';
  if (options.forcePath !== true) {
    const alias = shell.shopt.expand_aliases || dash ? shell.aliases.get(name) : undefined;
    if (alias !== undefined)
      senses.push({
        kind: 'alias',
        sentence: dash ? `${name} is an alias for ${alias}` : `${name} is aliased to \`${alias}'`,
        short: `alias ${name}=${dash ? `'${alias}'` : valueQuoteAlways(alias)}`,
        path: undefined,
      });
    if (reservedWords(shell.dialect).has(name))
      senses.push({ kind: 'keyword', sentence: `${name} is a shell keyword`, short: name, path: undefined });
    const called = options.noFunctions === true ? undefined : shell.functions.get(name);
    if (called !== undefined)
      senses.push({
        kind: 'function',
        sentence: dash
          ? `${name} is a shell function`
          : `${name} is a function\n${printFunction(name, called.definition)}`,
        short: name,
        path: undefined,
      });
    if (builtinNames(shell.dialect).has(name) && !shell.disabledBuiltins.has(name))
      senses.push({
        kind: 'builtin',
        sentence:
          dash && isSpecial(name) ? `${name} is a special shell builtin` : `${name} is a shell builtin`,
        short: name,
        path: undefined,
      });
  }
  senses.push(...files(shell, name, options));
  return senses;
}

function isSpecial(name: string): boolean {
  return [
    ':',
    '.',
    'break',
    'continue',
    'eval',
    'exec',
    'exit',
    'export',
    'readonly',
    'return',
    'set',
    'shift',
    'times',
    'trap',
    'unset',
  ].includes(name);
}

function valueQuoteAlways(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

function files(
  shell: Shell,
  name: string,
  options: { readonly all: boolean; readonly forcePath?: boolean },
): Sense[] {
  const hashed = shell.hash.get(name);
  if (hashed !== undefined && !options.all && options.forcePath !== true) {
    return [
      {
        kind: 'file',
        sentence:
          shell.dialect === 'dash'
            ? `${name} is a tracked alias for ${hashed.path}`
            : `${name} is hashed (${hashed.path})`,
        short: hashed.path,
        path: hashed.path,
      },
    ];
  }
  if (name.includes('/')) {
    const kind = executableKind(shell, name);
    if (kind !== 'executable') return [];
    const shown = name.startsWith('./') || name.startsWith('../') ? name : name;
    return [{ kind: 'file', sentence: `${name} is ${shown}`, short: shown, path: shown }];
  }
  const paths = options.all
    ? locateAll(shell, name)
    : [locate(shell, name)].flatMap((found) =>
        typeof found === 'string' || executableKind(shell, found.path) !== 'executable' ? [] : [found.path],
      );
  return paths.map((path) => ({ kind: 'file', sentence: `${name} is ${path}`, short: path, path }));
}

/** One `alias` line. */
export function aliasLine(shell: Shell, name: string, value: string): string {
  return shell.dialect === 'dash'
    ? `${name}=${valueQuoteAlways(value)}\n`
    : `alias ${backslashQuote(name)}=${value === '' ? "''" : valueQuoteAlways(value)}\n`;
}
