/**
 * What samples are compared with: numbers and ranges, networks, texts, regular expressions.
 * Source: HAProxy 2.6 configuration manual §7.1.1 to §7.1.6; 2.6.12 `pattern.c`.
 */

import { parseIPv4, parseClassicIPv4 } from '../../../std/ipv4';
import type { MatchMethod, Pattern } from '../config';
import type { Outcome } from './outcome';
import { regularExpressionProblem } from './regular-expression';

/** Versions of TLS are compared as `3.3`. */
export type PatternMatch = MatchMethod | 'version';

const OPERATORS = ['eq', 'ge', 'gt', 'le', 'lt'] as const;
type Operator = (typeof OPERATORS)[number];

/** Words up to the first empty one; operators apply to the numbers after them. */
export function parsePatterns(words: readonly string[], match: PatternMatch): Outcome<Pattern[]> {
  const patterns: Pattern[] = [];
  let operator: Operator = 'eq';
  for (const word of words) {
    if (word === '') break;
    const found =
      match === 'int' || match === 'len' || match === 'version'
        ? OPERATORS.find((known) => known === word)
        : undefined;
    if (found !== undefined) {
      operator = found;
      continue;
    }
    const pattern = parsePattern(word, match, operator);
    if ('error' in pattern) return pattern;
    patterns.push(pattern.value);
  }
  return { value: patterns };
}

/** One pattern. */
export function parsePattern(word: string, match: PatternMatch, operator: Operator): Outcome<Pattern> {
  switch (match) {
    case 'found':
    case 'bool':
      return { value: { kind: 'none' } };
    case 'int':
    case 'len':
      return parseRange(word, operator);
    case 'version':
      return parseVersions(word, operator);
    case 'ip':
      return parseNetwork(word);
    case 'bin':
    case 'str':
    case 'beg':
    case 'sub':
    case 'dir':
    case 'dom':
    case 'end':
      return { value: { kind: 'text', text: word } };
    case 'reg': {
      const problem = regularExpressionProblem(word);
      return problem === undefined ? { value: { kind: 'text', text: word } } : { error: problem };
    }
  }
}

function parseRange(word: string, operator: Operator): Outcome<Pattern> {
  const range = /^(-?\d+)?:(-?\d+)?$/.exec(word);
  if (range !== null) {
    const lowest = range[1] === undefined ? Number.NEGATIVE_INFINITY : Number(range[1]);
    const highest = range[2] === undefined ? Number.POSITIVE_INFINITY : Number(range[2]);
    return { value: { kind: 'range', lowest, highest } };
  }
  // Vendor: a hyphen behind a digit joins two numbers as well.
  const hyphened = /^(\d+)-(\d+)$/.exec(word);
  if (hyphened !== null)
    return { value: { kind: 'range', lowest: Number(hyphened[1]), highest: Number(hyphened[2]) } };
  if (!/^-?\d+$/.test(word)) {
    return {
      error:
        operator === 'eq'
          ? `'${word}' is not a number`
          : `'${word}' is neither a number nor a supported operator`,
    };
  }
  return compared(Number(word), operator);
}

/** `3.1`, `3.1-3.3`: the wire's numbers, 3.1 is TLS 1.0. */
function parseVersions(word: string, operator: Operator): Outcome<Pattern> {
  const found = /^(\d+)(?:\.(\d+))?(?:[-:](\d+)(?:\.(\d+))?)?$/.exec(word);
  if (found === null) return { error: `'${word}' is not a dotted number` };
  const number = (major = '0', minor = '0'): number => Number(major) * 65_536 + Number(minor);
  const lowest = number(found[1], found[2]);
  if (found[3] === undefined) return compared(lowest, operator);
  return { value: { kind: 'range', lowest, highest: number(found[3], found[4]) } };
}

function compared(value: number, operator: Operator): Outcome<Pattern> {
  switch (operator) {
    case 'eq':
      return { value: { kind: 'range', lowest: value, highest: value } };
    case 'ge':
      return { value: { kind: 'range', lowest: value, highest: Number.POSITIVE_INFINITY } };
    case 'gt':
      return { value: { kind: 'range', lowest: value + 1, highest: Number.POSITIVE_INFINITY } };
    case 'le':
      return { value: { kind: 'range', lowest: Number.NEGATIVE_INFINITY, highest: value } };
    case 'lt':
      return { value: { kind: 'range', lowest: Number.NEGATIVE_INFINITY, highest: value - 1 } };
  }
}

/** `10.0.0.0/8`, `10.0.0.1`, `10.0.0.0/255.0.0.0`. IPv6 patterns never match here. */
function parseNetwork(word: string): Outcome<Pattern> {
  const parsed = parseMaskedAddress(word);
  if (parsed !== undefined) return { value: { kind: 'network', ...parsed } };
  // What is no dotted quad goes through the host's resolver: `10.0.0` is 10.0.0.0.
  const short = parseClassicIPv4(word);
  if (short !== undefined) return { value: { kind: 'network', network: short, mask: 0xffff_ffff } };
  if (/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(\/\d+)?$/.test(word)) return { value: { kind: 'none' } };
  return { error: `'${word}' is not a valid IPv4 or IPv6 address` };
}

/** An address with its netmask, the host bits cut off. */
export function parseMaskedAddress(
  word: string,
): { readonly network: number; readonly mask: number } | undefined {
  const slash = word.indexOf('/');
  const address = parseIPv4(slash < 0 ? word : word.slice(0, slash));
  if (address === undefined) return undefined;
  const maskText = slash < 0 ? '32' : word.slice(slash + 1);
  const bits = /^\d{1,2}$/.test(maskText) ? Number(maskText) : undefined;
  if (bits !== undefined && bits > 32) return undefined;
  const mask = bits === undefined ? parseIPv4(maskText) : bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
  return mask === undefined ? undefined : { network: (address & mask) >>> 0, mask };
}
