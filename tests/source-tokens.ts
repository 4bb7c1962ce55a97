/**
 * A tokenizer for TypeScript and TSX that knows just enough to tell code from text: comments are
 * dropped, strings, templates and regular expressions are each one token (the expressions inside a
 * template are tokens of their own). It is not a parser: the TypeScript of this project ships no
 * compiler API, and what the tests here ask of a file needs no tree.
 */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

type TokenKind = 'word' | 'number' | 'string' | 'template' | 'regex' | 'mark';

export type Token = {
  readonly kind: TokenKind;
  /** As written; of a string, what stands between its quotes. */
  readonly text: string;
  readonly line: number;
};

/** A file by its path inside the project, with forward slashes. */
export type Source = { readonly path: string; readonly text: string };

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\d[\w.]*/y;
const MARK = /=>|\*\*=?|\?\.|\.\.\.|[^\s]/uy;
const REGEX = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const BEFORE_REGEX = new Set(
  'return typeof case in of yield await delete void instanceof new else do'.split(' '),
);

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  /** Per open template: how many braces are open inside its current expression. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;

  const take = (kind: TokenKind, end: number, shown = text.slice(at, end)): void => {
    found.push({ kind, text: shown, line });
    skipTo(end);
  };
  const skipTo = (end: number): void => {
    for (; at < end; at++) if (text[at] === '\n') line++;
  };
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : -1;
  };
  /** From inside a template: to its end, or to the next `${`. */
  const templatePart = (from: number): void => {
    let end = from;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) {
      end += text[end] === '\\' ? 2 : 1;
    }
    if (text.startsWith('${', end)) {
      templates.push(0);
      take('template', end + 2);
    } else take('template', Math.min(end + 1, text.length));
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const inside = templates.length - 1;
    if (/\s/.test(char)) skipTo(at + 1);
    else if (text.startsWith('//', at)) skipTo(endOr(text.indexOf('\n', at), text.length));
    else if (text.startsWith('/*', at)) skipTo(endOr(text.indexOf('*/', at + 2), text.length - 2) + 2);
    else if (char === "'" || char === '"') {
      const end = endOfString(text, at);
      if (end === -1) take('mark', at + 1);
      else take('string', end, text.slice(at + 1, end - 1));
    } else if (char === '`') templatePart(at + 1);
    else if (char === '}' && templates[inside] === 0) {
      templates.pop();
      templatePart(at + 1);
    } else if (char === '/' && mayStartRegex(found.at(-1), text[at + 1]) && match(REGEX) !== -1) {
      take('regex', match(REGEX));
    } else if (match(WORD) !== -1) take('word', match(WORD));
    else if (match(NUMBER) !== -1) take('number', match(NUMBER));
    else {
      if (inside >= 0 && (char === '{' || char === '}')) {
        templates[inside] = (templates[inside] ?? 0) + (char === '{' ? 1 : -1);
      }
      take('mark', match(MARK));
    }
  }
  return found;
}

/** The end of a string that closes on its own line; -1 for the apostrophe of a word in JSX text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '\n') return -1;
    else if (text[i] === text[start]) return i + 1;
  }
  return -1;
}

function mayStartRegex(before: Token | undefined, next: string | undefined): boolean {
  if (next === '>') return false; // the end of a JSX element
  if (before === undefined) return true;
  if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
  if (before.kind === 'mark') return !/^[)\]}<]$/.test(before.text);
  return before.kind === 'template' && before.text.endsWith('${');
}

function endOr(index: number, otherwise: number): number {
  return index === -1 ? otherwise : index;
}

export type Import = { readonly specifier: string; readonly line: number };

/** Every module that a file names: import, export … from, import(), require(), new URL(…, import.meta.url). */
export function importsOf(text: string): Import[] {
  const all = tokens(text);
  const found: Import[] = [];
  const is = (index: number, wanted: string): boolean =>
    all[index]?.text === wanted && all[index]?.kind !== 'string';
  const add = (index: number): void => {
    const token = all[index];
    if (token?.kind === 'string') found.push({ specifier: token.text, line: token.line });
  };
  const addAfterFrom = (start: number): void => {
    for (let i = start; i < all.length && !is(i, ';') && !is(i, '('); i++) {
      if (is(i, 'from') && all[i + 1]?.kind === 'string') return add(i + 1);
    }
  };
  all.forEach((token, i) => {
    if (token.kind !== 'word' || is(i - 1, '.') || is(i + 1, ':')) return;
    if (token.text === 'import') {
      if (all[i + 1]?.kind === 'string') add(i + 1);
      else if (is(i + 1, '(')) add(i + 2);
      else if (!is(i + 1, '.')) addAfterFrom(i + 1);
    } else if (token.text === 'export') {
      const first = is(i + 1, 'type') ? i + 2 : i + 1;
      if (is(first, '*')) addAfterFrom(first);
      else if (is(first, '{')) {
        const close = all.findIndex((_, j) => j > first && is(j, '}'));
        if (is(close + 1, 'from')) add(close + 2);
      }
    } else if (token.text === 'require' && is(i + 1, '(')) add(i + 2);
    else if (token.text === 'URL' && is(i + 1, '(') && is(i + 4, 'import')) add(i + 2);
  });
  return found;
}

/** The TypeScript files under the given folders of the project. */
export function sourcesUnder(root: string, folders: readonly string[]): Source[] {
  return folders.flatMap((folder) => {
    const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
    return files
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
      .sort()
      .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
  });
}

/** Tests and the material they read are no part of the house. */
export function isTestMaterial(file: string): boolean {
  return /\.(test|bench|spec)\.tsx?$/.test(file) || /\/(fixtures|goldens)\//.test(file);
}
