/** Bracket expressions of shell and file patterns: `[a-z]`, `[!0-9]`, `[[:alpha:]_]`. POSIX 2.14.1. */

export interface Bracket {
  readonly negated: boolean;
  readonly members: readonly Member[];
  /** Offset after the closing bracket. */
  readonly end: number;
}
type Member = { readonly first: number; readonly last: number } | { readonly name: string };

/**
 * Reads the bracket expression that opens at `open`; undefined when none closes.
 * @param isPath a slash ends it: it can only be matched by a slash outside brackets
 * @param escapes a backslash makes the next character literal
 */
export function parseBracket(
  text: string,
  open: number,
  { isPath, escapes }: { readonly isPath: boolean; readonly escapes: boolean },
): Bracket | undefined {
  let at = open + 1;
  const negated = text[at] === '!' || text[at] === '^';
  if (negated) at++;
  const members: Member[] = [];
  for (let isFirst = true; ; isFirst = false) {
    const c = text[at];
    if (c === undefined || (c === '/' && isPath)) return undefined;
    if (c === ']' && !isFirst) return { negated, members, end: at + 1 };
    const named = c === '[' ? /^\[([:.=])([^]*?)\1\]/.exec(text.slice(at, at + 40)) : null;
    if (named !== null) {
      at += named[0].length;
      const name = named[2] ?? '';
      if (named[1] === ':') members.push({ name });
      else members.push({ first: name.codePointAt(0) ?? 0, last: name.codePointAt(0) ?? 0 });
      continue;
    }
    const first = readCharacter(text, at, escapes);
    at = first.end;
    if (text[at] === '-' && text[at + 1] !== ']' && text[at + 1] !== undefined) {
      const last = readCharacter(text, at + 1, escapes);
      at = last.end;
      members.push({ first: first.code, last: last.code });
    } else members.push({ first: first.code, last: first.code });
  }
}

function readCharacter(text: string, at: number, escapes: boolean): { code: number; end: number } {
  const start = escapes && text[at] === '\\' && at + 1 < text.length ? at + 1 : at;
  const code = text.codePointAt(start) ?? 0;
  return { code, end: start + (code > 0xffff ? 2 : 1) };
}

export function inBracket(bracket: Bracket, character: string, ignoreCase: boolean): boolean {
  const found =
    hasCharacter(bracket, character) ||
    (ignoreCase &&
      (hasCharacter(bracket, character.toLowerCase()) || hasCharacter(bracket, character.toUpperCase())));
  return found !== bracket.negated;
}

function hasCharacter(bracket: Bracket, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return bracket.members.some((member) =>
    'name' in member ? isInClass(member.name, character) : code >= member.first && code <= member.last,
  );
}

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /^\p{L}$/u],
  ['digit', /^[0-9]$/],
  ['alnum', /^[\p{L}\p{Nd}]$/u],
  ['upper', /^\p{Lu}$/u],
  ['lower', /^\p{Ll}$/u],
  ['space', /^[\t-\r ]$/],
  ['blank', /^[ \t]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['print', /^[^\p{C}]$/u],
  ['graph', /^[^\p{C}\p{Z}]$/u],
  ['cntrl', /^[\p{Cc}]$/u],
  ['xdigit', /^[0-9A-Fa-f]$/],
  ['word', /^[\p{L}\p{Nd}_]$/u],
  ['ascii', /^[\0-\x7f]$/],
]);

function isInClass(name: string, character: string): boolean {
  return CLASSES.get(name)?.test(character) ?? false;
}
