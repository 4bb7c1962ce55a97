/**
 * File name patterns as fnmatch(3) has them: `*`, `?`, `[…]` and backslash. Any text is a pattern: a bracket
 * that does not close stands for itself, a range that runs backwards holds nothing.
 * Source: POSIX fnmatch(); glob(7).
 */
import { type Bracket, inBracket, parseBracket } from './bracket';

export interface PatternRules {
  readonly ignoreCase?: boolean;
  /** `*`, `?` and `[…]` do not match a slash (FNM_PATHNAME). */
  readonly isPath?: boolean;
  /** A backslash makes the next character literal; else it stands for itself (FNM_NOESCAPE). */
  readonly escapes?: boolean;
}

type Part = string | Bracket | typeof ANY | typeof STAR;
const ANY = Symbol('?');
const STAR = Symbol('*');

export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether the whole name matches; takes time in proportion to the lengths of both. */
export function fnmatch(pattern: string, rules: PatternRules = {}): (name: string) => boolean {
  const parts = partsOf(pattern, rules);
  return (name) => matches(parts, [...name], rules);
}

function partsOf(pattern: string, { isPath = false, escapes = true }: PatternRules): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; ) {
    let character = characterAt(pattern, at);
    const bracket = character === '[' ? parseBracket(pattern, at, { isPath, escapes }) : undefined;
    if (bracket !== undefined) {
      parts.push(bracket);
      at = bracket.end;
      continue;
    }
    if (character === '*') {
      if (parts.at(-1) !== STAR) parts.push(STAR);
    } else if (character === '?') parts.push(ANY);
    else {
      // At the very end it matches nothing.
      if (character === '\\' && escapes) character = characterAt(pattern, ++at);
      parts.push(character);
    }
    at += character.length;
  }
  return parts;
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** Only the last star is ever tried again: what stands before it matched as early as it could. */
function matches(parts: readonly Part[], name: readonly string[], rules: PatternRules): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let afterStar = 0;
  while (at < name.length) {
    const wanted = parts[part];
    if (wanted === STAR) {
      star = part++;
      afterStar = at;
    } else if (wanted !== undefined && isOne(wanted, name[at] ?? '', rules)) {
      part++;
      at++;
    } else if (star >= 0 && !(rules.isPath === true && name[afterStar] === '/')) {
      part = star + 1;
      at = ++afterStar;
    } else return false;
  }
  while (parts[part] === STAR) part++;
  return part === parts.length;
}
function isOne(wanted: Exclude<Part, typeof STAR>, character: string, rules: PatternRules): boolean {
  const ignoreCase = rules.ignoreCase === true;
  if (typeof wanted === 'string')
    return wanted === character || (ignoreCase && wanted.toLowerCase() === character.toLowerCase());
  if (rules.isPath === true && character === '/') return false;
  return wanted === ANY || inBracket(wanted, character, ignoreCase);
}
