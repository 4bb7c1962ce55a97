/**
 * Shell patterns: `*`, `?`, `[…]` and the extended `?( ) *( ) +( ) @( ) !( )`.
 * A backslash makes the next character literal; callers escape what was quoted.
 * Matching works on sets of positions, so that no pattern takes exponential time.
 */
import { type Bracket, inBracket, parseBracket } from '../../std/bracket';

export type PatternNode =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'bracket'; readonly bracket: Bracket }
  | {
      readonly kind: 'group';
      readonly mark: '?' | '*' | '+' | '@' | '!';
      readonly alternatives: readonly (readonly PatternNode[])[];
    };

export interface PatternOptions {
  readonly extglob: boolean;
  readonly ignoreCase: boolean;
}

export interface Pattern {
  readonly nodes: readonly PatternNode[];
  readonly options: PatternOptions;
  /** The text when the pattern is nothing but text. */
  readonly literal: string | undefined;
  readonly hasGroups: boolean;
}

const cache = new Map<string, Pattern>();
const MOST_PATTERNS = 500;

export function compilePattern(text: string, options: PatternOptions): Pattern {
  const key = `${options.extglob ? 'x' : '-'}${options.ignoreCase ? 'i' : '-'}${text}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const nodes = new PatternReader(text, options.extglob).sequence(0);
  const [only] = nodes;
  const literal =
    nodes.length === 0
      ? ''
      : nodes.length === 1 && only?.kind === 'literal' && !options.ignoreCase
        ? only.text
        : undefined;
  const pattern: Pattern = {
    nodes,
    options,
    literal,
    hasGroups: nodes.some((node) => node.kind === 'group'),
  };
  if (cache.size >= MOST_PATTERNS) cache.delete(cache.keys().next().value ?? '');
  cache.set(key, pattern);
  return pattern;
}

/** Whether `text` holds a character that makes it more than plain text. */
export function hasGlobCharacters(text: string, extglob: boolean): boolean {
  return /[*?]|\[[^]*\]/.test(text) || (extglob && /[?*+@!]\(/.test(text));
}

/** Makes every character of `text` stand for itself. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]()|!@+\-^]/g, '\\$&');
}

/** Takes the escapes of a pattern that turned out to be plain text away. */
export function unescapePattern(text: string): string {
  return text.replace(/\\([^])/g, '$1');
}

class PatternReader {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly extglob: boolean,
  ) {}

  sequence(depth: number): PatternNode[] {
    const nodes: PatternNode[] = [];
    let run = '';
    const flush = (): void => {
      if (run !== '') nodes.push({ kind: 'literal', text: run });
      run = '';
    };
    while (this.#at < this.text.length) {
      const c = this.text[this.#at] ?? '';
      if (depth > 0 && (c === '|' || c === ')')) break;
      const node = this.#node(c, depth);
      if (typeof node === 'string') run += node;
      else {
        flush();
        if (node.kind !== 'star' || nodes.at(-1)?.kind !== 'star') nodes.push(node);
      }
    }
    flush();
    return nodes;
  }

  #node(c: string, depth: number): PatternNode | string {
    if (this.extglob && this.text[this.#at + 1] === '(' && isMark(c)) {
      const group = this.#group(c, depth);
      if (group !== undefined) return group;
    }
    switch (c) {
      case '\\': {
        const next = this.text[this.#at + 1];
        this.#at += 2;
        return next ?? '\\';
      }
      case '*':
        this.#at++;
        return { kind: 'star' };
      case '?':
        this.#at++;
        return { kind: 'any' };
      case '[': {
        const bracket = parseBracket(this.text, this.#at, { isPath: true, escapes: true });
        if (bracket === undefined) {
          this.#at++;
          return '[';
        }
        this.#at = bracket.end;
        return { kind: 'bracket', bracket };
      }
      default:
        this.#at++;
        return c;
    }
  }

  #group(mark: '?' | '*' | '+' | '@' | '!', depth: number): PatternNode | undefined {
    const start = this.#at;
    if (depth > 40) return undefined;
    this.#at += 2;
    const alternatives: PatternNode[][] = [];
    for (;;) {
      alternatives.push(this.sequence(depth + 1));
      const c = this.text[this.#at++];
      if (c === ')') return { kind: 'group', mark, alternatives };
      if (c === undefined) {
        this.#at = start;
        return undefined;
      }
    }
  }
}

function isMark(c: string): c is '?' | '*' | '+' | '@' | '!' {
  return c === '?' || c === '*' || c === '+' || c === '@' || c === '!';
}

// ---------------------------------------------------------------------- matching

/** Whether the whole text matches. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  if (pattern.literal !== undefined) return pattern.literal === text;
  if (!pattern.hasGroups) return matchesPlain(pattern, text);
  const ends = matchEnds(pattern, text, 0);
  return ends[ends.length - 1] === text.length;
}

/** Groupless patterns: back to the last star only. */
function matchesPlain(pattern: Pattern, text: string): boolean {
  const { nodes } = pattern;
  const fold = pattern.options.ignoreCase;
  let node = 0;
  let at = 0;
  let starNode = -1;
  let starAt = 0;
  for (;;) {
    const current = nodes[node];
    if (current === undefined) {
      if (at === text.length) return true;
    } else if (current.kind === 'star') {
      if (node === nodes.length - 1) return true;
      starNode = node++;
      starAt = at;
      continue;
    } else {
      const next = stepNode(current, text, at, fold);
      if (next !== -1) {
        node++;
        at = next;
        continue;
      }
    }
    if (starNode === -1 || starAt >= text.length) return false;
    starAt += characterLength(text, starAt);
    at = starAt;
    node = starNode + 1;
  }
}

function characterLength(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length ? 2 : 1;
}

/** Where a single-width node leads from `at`, or -1. */
function stepNode(node: PatternNode, text: string, at: number, fold: boolean): number {
  if (node.kind === 'literal') {
    if (text.startsWith(node.text, at)) return at + node.text.length;
    if (fold && text.slice(at, at + node.text.length).toLowerCase() === node.text.toLowerCase())
      return at + node.text.length;
    return -1;
  }
  if (at >= text.length) return -1;
  const length = characterLength(text, at);
  if (node.kind === 'any') return at + length;
  if (node.kind === 'bracket')
    return inBracket(node.bracket, text.slice(at, at + length), fold) ? at + length : -1;
  return -1;
}

/** All ends of matches that begin at `from`, ascending. */
export function matchEnds(pattern: Pattern, text: string, from: number): number[] {
  return endsOf(pattern.nodes, text, [from], pattern.options.ignoreCase);
}

function endsOf(
  nodes: readonly PatternNode[],
  text: string,
  starts: readonly number[],
  fold: boolean,
): number[] {
  let places: number[] = [...starts];
  for (const node of nodes) {
    if (places.length === 0) return places;
    places = endsOfNode(node, text, places, fold);
  }
  return places;
}

function endsOfNode(node: PatternNode, text: string, starts: readonly number[], fold: boolean): number[] {
  if (node.kind === 'star') return allFrom(text, starts[0] ?? text.length);
  if (node.kind === 'group') return endsOfGroup(node, text, starts, fold);
  const ends: number[] = [];
  for (const start of starts) {
    const end = stepNode(node, text, start, fold);
    if (end !== -1) ends.push(end);
  }
  return ends;
}

function allFrom(text: string, from: number): number[] {
  const all: number[] = [];
  for (let at = from; at < text.length; at += characterLength(text, at)) all.push(at);
  all.push(text.length);
  return all;
}

function endsOfGroup(
  group: PatternNode & { kind: 'group' },
  text: string,
  starts: readonly number[],
  fold: boolean,
): number[] {
  const once = (from: readonly number[]): number[] =>
    merge(group.alternatives.map((alternative) => endsOf(alternative, text, from, fold)));
  switch (group.mark) {
    case '@':
      return once(starts);
    case '?':
      return merge([starts, once(starts)]);
    case '*':
    case '+': {
      let reached = group.mark === '*' ? [...starts] : once(starts);
      for (let fresh = reached; fresh.length > 0; ) {
        const known = new Set(reached);
        fresh = once(fresh).filter((end) => !known.has(end));
        reached = merge([reached, fresh]);
      }
      return reached;
    }
    case '!':
      return merge(
        starts.map((start) => {
          const excluded = new Set(once([start]));
          return allFrom(text, start).filter((end) => !excluded.has(end));
        }),
      );
  }
}

function merge(lists: readonly (readonly number[])[]): number[] {
  if (lists.length === 1) return [...(lists[0] ?? [])];
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

// -------------------------------------------------------------- ${x#…}, ${x/…}

/** Takes the shortest or longest match away from the start (`#`) or the end (`%`). */
export function removeMatch(
  pattern: Pattern,
  text: string,
  options: { readonly side: '#' | '%'; readonly longest: boolean },
): string {
  if (pattern.literal !== undefined) {
    const { literal } = pattern;
    if (options.side === '#') return text.startsWith(literal) ? text.slice(literal.length) : text;
    return text.endsWith(literal) ? text.slice(0, text.length - literal.length) : text;
  }
  if (options.side === '#') {
    const ends = matchEnds(pattern, text, 0);
    const end = options.longest ? ends.at(-1) : ends[0];
    return end === undefined ? text : text.slice(end);
  }
  const starts = allFrom(text, 0);
  if (!options.longest) starts.reverse();
  for (const start of starts) if (matchesPattern(pattern, text.slice(start))) return text.slice(0, start);
  return text;
}

/** Replaces matches; `replacement` gets the matched text. */
export function replaceMatches(
  pattern: Pattern,
  text: string,
  where: 'first' | 'all' | 'start' | 'end',
  replacement: (match: string) => string,
): string {
  if (where === 'start' || where === 'end') return replaceAtEdge(pattern, text, where, replacement);
  if (pattern.nodes.length === 0) return text;
  if (pattern.literal !== undefined) return replaceLiteral(pattern.literal, text, where, replacement);
  let out = '';
  let at = 0;
  while (at < text.length) {
    const ends = matchEnds(pattern, text, at);
    const end = ends.at(-1) ?? -1;
    if (end > at || (end === at && where === 'first' && at === 0 && text === '')) {
      out += replacement(text.slice(at, end));
      at = end;
      if (where === 'first') return out + text.slice(at);
    } else {
      const length = characterLength(text, at);
      out += text.slice(at, at + length);
      at += length;
    }
  }
  if (text === '' && matchesPattern(pattern, '')) return replacement('');
  return out;
}

function replaceLiteral(
  literal: string,
  text: string,
  where: 'first' | 'all',
  replacement: (match: string) => string,
): string {
  const pieces: string[] = [];
  let at = 0;
  for (let found = text.indexOf(literal); found !== -1; found = text.indexOf(literal, at)) {
    pieces.push(text.slice(at, found), replacement(literal));
    at = found + literal.length;
    if (where === 'first') break;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

function replaceAtEdge(
  pattern: Pattern,
  text: string,
  where: 'start' | 'end',
  replacement: (match: string) => string,
): string {
  if (where === 'start') {
    const end =
      pattern.literal === undefined
        ? matchEnds(pattern, text, 0).at(-1)
        : text.startsWith(pattern.literal)
          ? pattern.literal.length
          : undefined;
    return end === undefined ? text : replacement(text.slice(0, end)) + text.slice(end);
  }
  for (const start of allFrom(text, 0)) {
    if (matchesPattern(pattern, text.slice(start)))
      return text.slice(0, start) + replacement(text.slice(start));
  }
  return text;
}
